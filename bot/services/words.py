"""The handbook's words as they are said to one customer: filled in, in their script."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import Self

from bot.domain.case import CaseState
from bot.domain.company import Company
from bot.domain.deadlines import Duration, due
from bot.domain.errors import UnfilledPlaceholder
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.wording import Said
from bot.domain.reading import Choice, Reply
from bot.domain.workdays import Calendar, Source, spoken
from bot.services import choices
from bot.services.ports import PhoneHash, ScriptConverter

_STATES = {
    CaseState.DRAFT: "登记中",
    CaseState.ACCEPTED: "已受理，处理中",
    CaseState.CLOSED: "已办结",
    CaseState.WITHDRAWN: "已撤销",
    CaseState.MERGED: "已并入另一件投诉，一起处理",
}
_BUTTONS = {
    "request_human": "转人工",
    "refuse": "没有/不方便",
    "submit": "就这些，请受理",
    "yes": "是的，撤销",
    "no": "不撤销",
    "progress": "查进度",
    "confirm": "没错，提交",
    "change": "要改一下",
}
_CUSTOMERS = frozenset({"case.facts", "case.changes"})  # values in the customer's own characters
_FIRST_MARK = 0xE000  # of private use: no text holds it (bot/services/intake.py)


class Words:
    """Speaks from the handbook for one company.

    `calendar` says which days are worked, as far as notices are loaded; the desk looks now and then whether
    there are new ones (bot/services/calendars.py). So it does with the handbook: `printed` is that of the
    packs, `handbook` the same with the company's own words in force, `past` holds clauses of other versions
    (bot/services/editions.py).
    """

    def __init__(
        self, handbook: Handbook, company: Company, convert: ScriptConverter, phone_hash: PhoneHash
    ) -> None:
        self.handbook, self.printed, self.company = handbook, handbook, company
        self.past: Mapping[tuple[str, int], Clause] = {}
        self._convert, self.phone_hash = convert, phone_hash
        self.calendar = Calendar()

    def kept(self) -> Self:
        """The same, speaking from the handbook of this moment whatever comes into force meanwhile."""
        return copy(self)

    def of_version(self, clause_id: str, version: int) -> Clause | None:
        """The clause with the words of a version; None where nobody kept them."""
        for handbook in (self.handbook, self.printed):
            found = handbook.clauses.get(clause_id)
            if found is not None and found.version == version:
                return found
        return self.past.get((clause_id, version))

    def clause(self, clause_id: str, script: str, product: str | None = None) -> Reply:
        """Quote a clause as printed, without the sentences held back for this product.

        Raises UnfilledPlaceholder, NotForCustomers, NothingToSay.
        """
        switches = self.company.sentences
        marked, filled = self._marked(self.company.values(), script)
        said = self.handbook.say(
            clause_id,
            marked,
            held=switches.held(self.handbook, product),
            close_only=switches.closing(product),
        )
        return self._reply(said, script, filled)

    def situation(
        self, key: str, script: str, *, variant: int = 0, values: Mapping[str, str] | None = None
    ) -> Reply:
        """Speak in a situation; ways whose blanks the company has not filled in are passed over.

        What the customer told is said again in their own characters, whatever the script.
        """
        known, filled = self._marked({**self.company.values(), **(values or {})}, script)
        ways = self.handbook.situation(key)
        unfilled: UnfilledPlaceholder | None = None
        for nth in range(variant, variant + len(ways)):
            try:
                return self._reply(self.handbook.speak(key, known, nth=nth), script, filled)
            except UnfilledPlaceholder as error:
                unfilled = unfilled or error
        raise unfilled or UnfilledPlaceholder(f"the situation {key} has no way to be said")

    def knows(self, situation: str) -> bool:
        """Whether any pack in use has words for a situation."""
        return situation in self.handbook.situations

    def choices(self, menu: str, script: str) -> tuple[Choice, ...]:
        """The buttons of a menu, in the customer's script."""
        return tuple(
            Choice(id=name, text=self._convert(_BUTTONS[name], script, own_words=True))
            for name in choices.MENUS[menu]
        )

    def button(self, id: str, script: str) -> str | None:
        """The words on a button of the desk's own, in the customer's script; None if there is none."""
        words = _BUTTONS.get(id)
        return self._convert(words, script, own_words=True) if words else None

    def meanings(self, labels: Iterable[str], script: str) -> tuple[Choice, ...]:
        """Buttons that say in plain words what labels mean, of those that the packs have words for."""
        plain = self.handbook.meanings
        return tuple(
            Choice(id=choices.MEANS + label, text=self._convert(plain[label], script, own_words=True))
            for label in labels
            if label in plain
        )

    def in_script(self, text: str, script: str) -> str:
        """The text in Simplified ("hans") or Traditional ("hant") characters."""
        return self._convert(text, script)

    def named(self, title: str, script: str) -> str:
        """One of the desk's own names for something, in the customer's script and words."""
        return self._convert(title, script, own_words=True)

    def state(self, state: CaseState) -> str:
        """A case's state in Chinese."""
        return _STATES[state]

    def hand_over(self, now: datetime) -> str:
        """The situation of a hand-over: in office hours, or outside of them."""
        if self.is_open(now):
            return "hand_over"
        return "hand_over.closed.until" if self.office(now) else "hand_over.closed"

    def office(self, now: datetime) -> dict[str, str]:
        """When people are back; nothing in office hours, and where the year's 调休 are not known yet."""
        opens = self.company.opens_next(now, self.calendar)
        if self.is_open(now) or self.calendar.source(opens.year) is Source.STATUTORY:
            return {}
        return {"office.opens": spoken(opens, now)}

    def is_open(self, now: datetime) -> bool:
        """Whether people are at work."""
        return self.company.is_open(now, self.calendar)

    def due(self, start: datetime, duration: Duration) -> datetime:
        """When something that starts then and may take so long is due, in the company's working hours."""
        return due(start, duration, self.calendar, self.company.working_hours)

    def fits_both_scripts(self, text: str) -> bool:
        """Whether the text is written alike in Simplified and Traditional characters."""
        return self._convert(text, "hans") == self._convert(text, "hant") == text

    def _marked(self, values: Mapping[str, str], script: str) -> tuple[dict[str, str], dict[int, str]]:
        """A mark for each value that is filled in, and what the marks stand for.

        Sentences are converted with marks in them: names, numbers and quotations keep their words.
        """
        marks = {
            name: chr(_FIRST_MARK + nth) for nth, (name, value) in enumerate(values.items()) if value.strip()
        }
        filled = {
            ord(mark): values[name].strip()
            if name in _CUSTOMERS
            else self._convert(values[name].strip(), script)
            for name, mark in marks.items()
        }
        return marks, filled

    def _reply(self, said: Said, script: str, filled: Mapping[int, str]) -> Reply:
        """Quotations change their characters, our own sentences their words too."""
        own = self.handbook.clause(said.clause_id).source == "desk"
        text = self._convert(said.text, script, own_words=own)
        return Reply(text.translate(filled), said.clause_id, said.version)
