"""The handbook at hand: what can be said to this customer now, found by words, Pinyin or clause id."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.domain import search_query
from bot.domain.case import Case
from bot.domain.conversation import Conversation
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.process import Stage
from bot.domain.people import User
from bot.domain.process import course
from bot.domain.search_query import Term
from bot.domain.search_snippet import Readable
from bot.domain.search_text import Tokens
from bot.domain.workdays import SHANGHAI
from bot.services import avoidance, cases, moves, outlook, quoting, steps
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.quoting import Blank
from bot.services.words import Words

MOST = 30  # suggestions at once
_STEPS: Mapping[str, str] = {
    "receive": "接待",
    "listen": "倾听",
    "understand": "理解",
    "verify": "核实",
    "answer": "答复",
    "propose": "方案",
    "agree": "征求意见",
    "carry_out": "实施",
    "accept": "受理",
    "inform": "告知",
    "confirm": "确认",
    "follow_up": "回访",
    "record": "记录",
}
_BEFORE = ("receive", "listen", "understand", "verify")  # while nothing is accepted
_NOW: Mapping[Stage, tuple[str, ...]] = {
    Stage.ACCEPT: ("accept", "understand", "answer", "inform"),
    Stage.INVESTIGATE: ("verify", "inform"),
    Stage.DECIDE: ("inform", "answer"),
    Stage.DISPATCH: ("inform",),
    Stage.PROPOSE: ("propose",),
    Stage.CONSULT: ("agree", "propose"),
    Stage.IMPLEMENT: ("carry_out", "inform"),
    Stage.FOLLOW_UP: ("follow_up", "confirm"),
    Stage.END: ("follow_up", "confirm"),
}
_ISSUE, _SECOND, _QUESTION, _PACK, _STEP = 100, 60, 50, 20, 10


@dataclass(frozen=True)
class Suggestion:
    """A clause to be inserted: `about` says what it is for, `missing` which blanks its text still has."""

    clause: str
    version: int
    text: str
    about: str
    step: str
    source: str
    fits: bool
    missing: tuple[Blank, ...]


@dataclass(frozen=True)
class _Entry:
    """One way to say a clause; `pack` is the id of the pack that it stands in."""

    clause: Clause
    variant: int
    pack: str
    about: str
    readable: Readable


class HandbookSearch:
    """Looks through the clauses that may be sent to customers.

    `syllables` are those of Pinyin, `titles` gives the Chinese title of a label.
    """

    def __init__(
        self,
        units: Units,
        words: Words,
        clock: Clock,
        tokens: Tokens,
        syllables: Callable[[], Collection[str]],
        titles: Callable[[str], str],
    ) -> None:
        self._units, self._words, self._clock, self._tokens = units, words, clock, tokens
        self._syllables, self._titles = syllables, titles
        self._entries: tuple[_Entry, ...] = ()
        self._read: Handbook | None = None

    async def find(
        self, conversation_id: str, text: str, user: User, case_id: str | None = None
    ) -> list[Suggestion]:
        """Clauses with these words, for this customer's issue, pack and step first; no words: those alone.

        They come in the customer's script, filled in from the case (`case_id`, else the one at
        hand). NotFound.
        """
        async with self._units() as uow:
            await avoidance.keep_out(uow, user.id, conversation_id=conversation_id)
            conversation = await uow.conversations.get(conversation_id)
            case = await self._case(uow, conversation, case_id)
            values = await self._values(uow, case, user)
        terms = search_query.read(text, self._tokens, self._syllables())
        ranked = self._ranked(text.strip().upper(), terms, conversation, case)
        drafts = (self._suggestion(entry, fits, conversation, case, values) for entry, fits in ranked)
        return [one for one in drafts if one is not None][:MOST]

    async def _case(self, uow: UnitOfWork, conversation: Conversation, case_id: str | None) -> Case | None:
        if case_id is not None:
            case = await uow.cases.get(case_id)
            theirs = await uow.cases.of_person(conversation.customer_id)
            return case if any(one.id == case.id for one in theirs) else None
        return await cases.at_hand(uow, conversation, self._clock.now())

    async def _values(self, uow: UnitOfWork, case: Case | None, user: User) -> dict[str, str]:
        """What fills the blanks, as far as it is known."""
        words, now = self._words, self._clock.now()
        today = now.astimezone(SHANGHAI)
        known = {
            **words.company.values(),
            **words.office(now),
            "agent.name": user.name,
            "letter.date": f"{today.year}年{today.month}月{today.day}日",
        }
        if case is None:
            return known
        told = {**moves.told(case, words), **await outlook.values(uow, words, case, now)}
        return {**known, **told, "case.summary": self._titles(case.issue)}

    def _ranked(
        self, typed: str, terms: tuple[Term, ...], conversation: Conversation, case: Case | None
    ) -> Iterator[tuple[_Entry, bool]]:
        """The entries that fit, the nearest first, each with whether it is for this case."""
        weigh = self._weights(conversation, case)
        found: list[tuple[int, int, _Entry]] = []
        for entry in self._all():
            weight = weigh(entry)
            named = bool(typed) and entry.clause.id.startswith(typed)
            if named or (terms and all(map(entry.readable.has, terms))):
                found.append((not named, -weight, entry))
            elif not typed and weight >= _PACK and entry.variant == 0:
                found.append((True, -weight, entry))
        for _, weight, entry in sorted(found, key=lambda one: one[:2]):
            yield entry, weight < 0

    def _weights(self, conversation: Conversation, case: Case | None) -> Callable[[_Entry], int]:
        """How near a clause is to what this conversation is about."""
        rule = cases.rule_of(self._words, case) if case else None
        second = case.second_issue if case else None
        asked = f"ask.{conversation.question}" if conversation.question else ""
        now: tuple[str, ...] = _BEFORE
        if case is not None and case.number is not None:
            now = _NOW[course(steps.process_of(self._words, case)).stands(case).stage]

        def weigh(entry: _Entry) -> int:
            clause = entry.clause
            weight = _STEP if clause.step in now else 0
            if rule is not None:
                weight += _ISSUE if clause.id in rule.say or rule.label in clause.answers else 0
                weight += _PACK if entry.pack == rule.pack and not clause.answers else 0
            weight += _SECOND if second is not None and second in clause.answers else 0
            return weight + (_QUESTION if asked and clause.situation == asked else 0)

        return weigh

    def _all(self) -> tuple[_Entry, ...]:
        """Every clause that may be sent, made ready at the first search in a handbook."""
        if self._read is not self._words.handbook:
            self._read, self._entries = self._words.handbook, tuple(self._made())
        return self._entries

    def _made(self) -> Iterator[_Entry]:
        for pack in self._words.handbook.packs:
            for clause in pack.clauses:
                if self._words.handbook.clauses[clause.id] is clause and quoting.may_be_sent(clause):
                    about = clause.heading or "、".join(map(self._titles, clause.answers))
                    for variant, way in enumerate(clause.ways):
                        text = "".join(unit.sent for unit in way)
                        readable = Readable(f"{text} {about} {clause.trigger or ''}", self._tokens)
                        yield _Entry(clause, variant, pack.id, about, readable)

    def _suggestion(
        self,
        entry: _Entry,
        fits: bool,  # noqa: FBT001 -- one of a pair
        conversation: Conversation,
        case: Case | None,
        values: Mapping[str, str],
    ) -> Suggestion | None:
        clause, product = entry.clause, case.fields.get("product") if case else None
        draft = quoting.draft(
            self._words, clause, values, conversation.script, product, variant=entry.variant
        )
        if draft is None:
            return None
        document = self._words.handbook.documents.get(clause.document or "")
        return Suggestion(
            clause=draft.clause_id,
            version=draft.version,
            text=draft.text,
            about=entry.about,
            step=_STEPS.get(clause.step or "", ""),
            source=document.title if document else "",
            fits=fits,
            missing=draft.missing,
        )
