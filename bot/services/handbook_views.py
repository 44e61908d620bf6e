"""What supervisors see of the handbook: the list of clauses, one clause with its history, one edition."""

from collections.abc import Callable, Collection, Iterator

from bot.domain import search_query
from bot.domain.errors import NotFound
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.edition_checks import allowed_values
from bot.domain.handbook.edition_diff import rows
from bot.domain.handbook.editions import Edition, EditionState, named
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.model import Pack
from bot.domain.people import User
from bot.domain.search_snippet import Readable
from bot.domain.search_text import Tokens
from bot.services.editions import EditionsInForce
from bot.services.handbook_shapes import ClauseRow, ClauseView, EditionView, Listed, Wanted
from bot.services.handbook_uses import title_of, uses
from bot.services.ports import Units
from bot.services.quoting import BLANKS
from bot.services.words import Words

PAGE = 60  # clauses on one page


class HandbookViews:
    """Reads only. `syllables` are those of Pinyin, `titles` gives the Chinese title of a label."""

    def __init__(
        self,
        reading: Units,
        words: Words,
        in_force: EditionsInForce,
        tokens: Tokens,
        syllables: Callable[[], Collection[str]],
        titles: Callable[[str], str],
    ) -> None:
        self._reading, self._words, self._in_force = reading, words, in_force
        self._tokens, self._syllables, self._titles = tokens, syllables, titles
        self._read: Handbook | None = None
        self._readable: dict[str, Readable] = {}

    async def listed(self, wanted: Wanted) -> Listed:
        """Clauses that fit, in the packs' order; an id counts from its beginning."""
        async with self._reading() as uow:
            drafts = await uow.editions.drafts()
            names = {one.id: one.name for one in await uow.people.all()}
        waiting = {one.clause for one in drafts}
        coming = {one.clause for one in self._in_force.coming()}
        found = [
            (pack, clause)
            for pack, clause in self._clauses()
            if wanted.pack in ("", pack) and _shown(clause, wanted.show, waiting | coming)
        ]
        found = self._searched(found, wanted.words)
        packs = {pack.id: pack.title for pack in self._words.handbook.packs}
        page = found[wanted.after : wanted.after + PAGE]
        further = wanted.after + PAGE if len(found) > wanted.after + PAGE else None
        return Listed(
            rows=tuple(
                ClauseRow(
                    clause, self.title(clause), packs[pack], _text(clause), clause.id in waiting,
                    clause.id in coming,
                )
                for pack, clause in page
            ),
            total=len(found),
            further=further,
            packs=packs,
            drafts=tuple((one, self._titled(one.clause), names.get(one.made_by, "")) for one in drafts),
        )  # fmt: skip

    async def clause(self, clause_id: str, version: int | None = None) -> ClauseView:
        """One clause; NotFound where no pack has it and no version of it was kept."""
        asked = self._words.of_version(clause_id, version) if version is not None else None
        printed = self._words.printed.clauses.get(clause_id, asked)
        if printed is None:
            raise NotFound("手册里没有这一条，请回到手册再选。")
        now = self._words.handbook.clauses.get(clause_id, printed)
        async with self._reading() as uow:
            history = await uow.editions.of_clause(clause_id)
            names = {one.id: one.name for one in await uow.people.all()}
        document = self._words.printed.documents.get(printed.document or "")
        known = clause_id in self._words.printed.clauses
        return ClauseView(
            now=now,
            printed=printed,
            asked=asked,
            asked_version=version,
            title=self.title(now),
            pack=next((pack.title for pack, one in self._with_packs() if one.id == clause_id), ""),
            document=document.title if document else "",
            uses=tuple(uses(self._words.printed, printed, self._titles)) if known else (),
            held=self._words.company.sentences.held(self._words.handbook, None),
            values=self.values(printed) if known else (),
            history=tuple(history),
            names=names,
            draft=next((one for one in history if one.state is EditionState.DRAFT), None),
            broken=self._in_force.broken.get(clause_id, ""),
        )

    async def edition(self, id: str, user: User, others: Callable[[User], bool]) -> EditionView:
        """One edition beside the words that hold now, or held before it. NotFound."""
        async with self._reading() as uow:
            edition = await uow.editions.get(id)
            people = await uow.people.all()
            history = await uow.editions.of_clause(edition.clause)
        printed = self._words.printed.clauses.get(edition.clause)
        if printed is None:
            raise NotFound("手册里已经没有这一条了。")
        before = self._before(edition, history, printed)
        changes = rows(named(before), named(edition.words(printed)))
        return EditionView(
            edition=edition,
            title=self.title(printed),
            rows=tuple(map(tuple, changes)),
            names={one.id: one.name for one in people},
            alone=not any(one.id != user.id and others(one) for one in people),
        )

    def values(self, clause: Clause) -> tuple[tuple[str, str], ...]:
        """The blanks that may stand in this clause, and what they are in Chinese."""
        return tuple((name, BLANKS.get(name, name)) for name in allowed_values(self._words.printed, clause))

    def title(self, clause: Clause) -> str:
        """What a clause is called in lists: its heading, the question it answers, or when it is said."""
        return title_of(self._words.printed, clause, self._titles)

    def _titled(self, clause_id: str) -> str:
        clause = self._words.printed.clauses.get(clause_id)
        return self.title(clause) if clause else clause_id

    def _before(self, edition: Edition, history: Collection[Edition], printed: Clause) -> Clause:
        """The words that an edition takes the place of: today's for a draft, for others those before them."""
        if edition.state is not EditionState.APPROVED or edition.effective_from is None:
            return self._words.handbook.clauses[edition.clause]
        start = edition.effective_from
        earlier = [
            (one.effective_from, one.number, one)
            for one in history
            if one.effective_from is not None
            and one.state is EditionState.APPROVED
            and (one.effective_from, one.number) < (start, edition.number)
        ]
        return max(earlier, key=lambda one: one[:2])[2].words(printed) if earlier else printed

    def _clauses(self) -> Iterator[tuple[str, Clause]]:
        for pack, clause in self._with_packs():
            yield pack.id, clause

    def _with_packs(self) -> Iterator[tuple[Pack, Clause]]:
        handbook = self._words.handbook
        for pack in handbook.packs:
            yield from ((pack, one) for one in pack.clauses if handbook.clauses[one.id] is one)

    def _searched(self, found: list[tuple[str, Clause]], typed: str) -> list[tuple[str, Clause]]:
        text = typed.strip()
        if not text:
            return found
        named_so = [one for one in found if one[1].id.startswith(text.upper())]
        terms = search_query.read(text, self._tokens, self._syllables())
        if self._read is not self._words.handbook:
            self._read, self._readable = self._words.handbook, {}
        rest = [
            one
            for one in found
            if one not in named_so and terms and all(map(self._readable_of(one[1]).has, terms))
        ]
        return named_so + rest

    def _readable_of(self, clause: Clause) -> Readable:
        if clause.id not in self._readable:
            text = f"{_text(clause)} {self.title(clause)} {clause.trigger or ''}"
            self._readable[clause.id] = Readable(text, self._tokens)
        return self._readable[clause.id]


def _shown(clause: Clause, show: str, drafted: Collection[str]) -> bool:
    if show == "revised":
        return clause.is_revised
    if show == "drafts":
        return clause.id in drafted
    if show == "risky":
        return any(unit.risk for way in clause.ways for unit in way)
    return True


def _text(clause: Clause) -> str:
    return " / ".join("".join(unit.sent for unit in way) for way in clause.ways)
