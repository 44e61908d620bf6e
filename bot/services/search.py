"""Searching conversations and cases, for the people who may see them."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.domain import search_query
from bot.domain.case import Case, CaseState, read_number
from bot.domain.conversation import Conversation, Owner
from bot.domain.errors import InvalidInput, NotAllowed
from bot.domain.people import Deed, User
from bot.domain.search_query import Term
from bot.domain.search_snippet import Part, Readable, snippet
from bot.domain.search_text import Tokens
from bot.services.avoidance import Hidden, hidden
from bot.services.ports import UnitOfWork, Units
from bot.services.ports.search import CASE, NOTE, Hit, Sought
from bot.services.words import Words

PAGE = 20  # results on one page
_LAST_PAGE = 50
_CHUNK = 500  # rows indexed in one transaction


class Filters(NamedTuple):
    """Among what to search; None doesn't matter. `kind` is CASE, or MESSAGE with the notes.

    Times are half-open.
    """

    kind: str | None = None
    owner: Owner | None = None
    channel: str | None = None
    state: CaseState | None = None
    pack: str | None = None
    severity: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Result:
    """A case, or a conversation with the best of its `lines` that fit: `seq` is its place, of a NOTE none."""

    kind: str
    id: str
    conversation_id: str
    title: str
    number: str | None
    state: str
    severity: str | None
    channel: str
    at: datetime
    seq: int | None
    lines: int
    snippet: tuple[Part, ...]


@dataclass(frozen=True)
class Found:
    """A page of results; `more` says that another one follows."""

    results: tuple[Result, ...]
    more: bool


class Search:
    """Looks for words, Pinyin, whole numbers and case numbers.

    `syllables` are those of Pinyin, `titles` gives the Chinese title of a label.
    """

    def __init__(
        self,
        units: Units,
        words: Words,
        tokens: Tokens,
        syllables: Callable[[], Collection[str]],
        titles: Callable[[str], str],
    ) -> None:
        self._units, self._words, self._tokens = units, words, tokens
        self._syllables, self._titles = syllables, titles

    async def find(self, text: str, user: User, filters: Filters, page: int = 1) -> Found:
        """What fits best, a page at a time from 1; the case whose number was typed comes first.

        Departments find their own cases only, and nobody what they keep out of. InvalidInput, NotAllowed.
        """
        if not 1 <= page <= _LAST_PAGE:
            raise InvalidInput("页码不对：只能看前 50 页，请换更具体的词。")
        terms = search_query.read(text, self._tokens, self._syllables())
        async with self._units() as uow:
            kept_out = await hidden(uow, user.id)
            sought = _sought(terms, filters, user, kept_out)
            hits = await uow.search.find(sought, (page - 1) * PAGE, PAGE + 1)
            numbered = await self._numbered(uow, text, user, kept_out) if page == 1 else None
            shown = [hit for hit in hits[:PAGE] if numbered is None or hit.ref != numbered.id]
            cases = await uow.cases.get_all([hit.ref for hit in shown if hit.kind == CASE])
            found = [self._of_case(numbered, _hit(numbered), terms, user)] if numbered else []
            for hit in shown:
                if hit.kind != CASE:
                    found.append(await self._of_line(uow, hit, terms))
                elif hit.ref in cases:
                    found.append(self._of_case(cases[hit.ref], hit, terms, user))
        return Found(tuple(found), more=len(hits) > PAGE and page < _LAST_PAGE)

    async def _numbered(self, uow: UnitOfWork, text: str, user: User, kept_out: Hidden) -> Case | None:
        """The case whose number was typed, if this person may see it."""
        number = read_number(text)
        case = await uow.cases.by_number(number) if number else None
        if case is None or case.id in kept_out.cases:
            return None
        return case if user.may(Deed.TALK) or case.department == user.department else None

    def _of_case(self, case: Case, hit: Hit, terms: tuple[Term, ...], user: User) -> Result:
        return Result(
            kind=CASE,
            id=case.id,
            conversation_id=case.conversation_id,
            title=self._titles(case.issue),
            number=case.number,
            state=case.state.value,
            severity=case.severity,
            channel=case.channel,
            at=hit.at,
            seq=None,
            lines=1,
            snippet=self._snippet(list(self._texts(case, user)), terms),
        )

    async def _of_line(self, uow: UnitOfWork, hit: Hit, terms: tuple[Term, ...]) -> Result:
        """What was said in a conversation, or noted beside it."""
        if hit.kind == NOTE:
            text, seq = (await uow.console.note(hit.ref)).text, None
        else:
            message = await uow.messages.get(hit.ref)
            text, seq = message.text, message.seq
        conversation: Conversation = await uow.conversations.get(hit.conversation_id)
        return Result(
            kind=hit.kind,
            id=hit.ref,
            conversation_id=conversation.id,
            title="",
            number=None,
            state=conversation.owner.value,
            severity=None,
            channel=conversation.channel,
            at=hit.at,
            seq=seq,
            lines=hit.lines,
            snippet=self._snippet([text], terms),
        )

    def _texts(self, case: Case, user: User) -> Iterator[str]:
        """What is shown of a case; of personal facts a department sees nothing."""
        yield case.text
        known = self._words.handbook.fields
        for name, value in case.fields.items():
            if value and (user.may(Deed.TALK) or not (name in known and known[name].sensitive)):
                yield f"{self._titles(name)}：{value}"
        yield from (case.findings or {}).values()

    def _snippet(self, texts: list[str], terms: tuple[Term, ...]) -> tuple[Part, ...]:
        """The words around what was found, from the text with the most of it."""
        hits = [Readable(text, self._tokens).places(terms) for text in texts]
        best = max(range(len(texts)), key=lambda nth: len(hits[nth]))
        return snippet(texts[best], hits[best])


async def catch_up(units: Units) -> int:
    """Index what was there before the index, or before its present form; how many rows there were."""
    done = 0
    while True:
        async with units() as uow:
            indexed = await uow.search.catch_up(_CHUNK)
            await uow.commit()
        if indexed == 0:
            return done
        done += indexed


async def rebuild(units: Units) -> int:
    """Make the index anew; how many rows it took."""
    async with units() as uow:
        await uow.search.forget()
        await uow.commit()
    return await catch_up(units)


def _sought(terms: tuple[Term, ...], filters: Filters, user: User, kept_out: Hidden) -> Sought:
    sought = Sought(
        terms=terms,
        hidden_cases=kept_out.cases,
        hidden_conversations=kept_out.conversations,
        **filters._asdict(),
    )
    if user.may(Deed.TALK):
        return sought
    if user.may(Deed.ANSWER_FOR_DEPARTMENT) and user.department and filters.kind in (None, CASE):
        return sought._replace(kind=CASE, department=user.department)
    raise NotAllowed("您的角色只能查找转给本部门的投诉。")


def _hit(case: Case) -> Hit:
    return Hit(CASE, case.id, case.conversation_id, case.opened_at, 1)
