"""The handbook's words as they are said to one customer: filled in, in their script."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.case import CaseState
from bot.domain.company import Company
from bot.domain.deadlines import Duration, due
from bot.domain.errors import UnfilledPlaceholder
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.wording import Said
from bot.domain.reading import Choice, Reply
from bot.domain.workdays import Calendar
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
}


class Words:
    """Speaks from the handbook for one company.

    `calendar` says which days are worked, as far as notices are loaded; the desk looks now and then whether
    there are new ones (bot/services/calendars.py).
    """

    def __init__(
        self, handbook: Handbook, company: Company, convert: ScriptConverter, phone_hash: PhoneHash
    ) -> None:
        self.handbook, self.company = handbook, company
        self._convert, self.phone_hash = convert, phone_hash
        self.calendar = Calendar()

    def clause(self, clause_id: str, script: str, product: str | None = None) -> Reply:
        """Quote a clause as printed, without the sentences held back for this product.

        Raises UnfilledPlaceholder, NotForCustomers, NothingToSay.
        """
        switches = self.company.sentences
        said = self.handbook.say(
            clause_id,
            self.company.values(),
            held=switches.held(self.handbook, product),
            close_only=switches.closing(product),
        )
        return self._reply(said, script)

    def situation(
        self, key: str, script: str, *, variant: int = 0, values: Mapping[str, str] | None = None
    ) -> Reply:
        """Speak in a situation; ways whose blanks the company has not filled in are passed over."""
        known = {**self.company.values(), **(values or {})}
        ways = self.handbook.situation(key)
        unfilled: UnfilledPlaceholder | None = None
        for nth in range(variant, variant + len(ways)):
            try:
                return self._reply(self.handbook.speak(key, known, nth=nth), script)
            except UnfilledPlaceholder as error:
                unfilled = unfilled or error
        raise unfilled or UnfilledPlaceholder(f"the situation {key} has no way to be said")

    def knows(self, situation: str) -> bool:
        """Whether any pack in use has words for a situation."""
        return situation in self.handbook.situations

    def choices(self, menu: str, script: str) -> tuple[Choice, ...]:
        """The buttons of a menu, in the customer's script."""
        return tuple(
            Choice(id=name, text=self._convert(_BUTTONS[name], script)) for name in choices.MENUS[menu]
        )

    def meanings(self, labels: Iterable[str], script: str) -> tuple[Choice, ...]:
        """Buttons that say in plain words what labels mean, of those that the packs have words for."""
        plain = self.handbook.meanings
        return tuple(
            Choice(id=choices.MEANS + label, text=self._convert(plain[label], script))
            for label in labels
            if label in plain
        )

    def in_script(self, text: str, script: str) -> str:
        """The text in Simplified ("hans") or Traditional ("hant") characters."""
        return self._convert(text, script)

    def state(self, state: CaseState) -> str:
        """A case's state in Chinese."""
        return _STATES[state]

    def hand_over(self, now: datetime) -> str:
        """The situation of a hand-over: in office hours, or outside of them."""
        return "hand_over" if self.is_open(now) else "hand_over.closed"

    def is_open(self, now: datetime) -> bool:
        """Whether people are at work."""
        return self.company.is_open(now, self.calendar)

    def due(self, start: datetime, duration: Duration) -> datetime:
        """When something that starts then and may take so long is due, in the company's working hours."""
        return due(start, duration, self.calendar, self.company.working_hours)

    def fits_both_scripts(self, text: str) -> bool:
        """Whether the text is written alike in Simplified and Traditional characters."""
        return self._convert(text, "hans") == self._convert(text, "hant") == text

    def _reply(self, said: Said, script: str) -> Reply:
        return Reply(self._convert(said.text, script), said.clause_id, said.version)
