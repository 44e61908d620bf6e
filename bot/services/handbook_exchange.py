"""Carries a company's words for a pack's clauses out of the desk and into another one.

Whatever is brought in becomes drafts, which are approved like others. All of a file is taken, or nothing.
"""

from collections.abc import Callable

from bot.domain.errors import NotFound, RevisionRefused
from bot.domain.handbook.edition_file import EditionFile, FileClause, ReadFile, marks
from bot.domain.handbook.editions import EditionState, named, write_ways
from bot.domain.people import User
from bot.services import audit
from bot.services.handbook_editing import HandbookEditing, Typed, alike
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.words import Words

Write = Callable[[EditionFile], str]
Read = Callable[[str, str], ReadFile]  # the file's name and text


class HandbookExchange:
    """Exports and imports; `write` and `read` know the file's format."""

    def __init__(
        self, units: Units, words: Words, clock: Clock, editing: HandbookEditing, write: Write, read: Read
    ) -> None:
        self._units, self._words, self._clock, self._editing = units, words, clock, editing
        self._write, self._read = write, read

    async def export(self, pack_id: str, user: User) -> str:
        """The company's words that hold now for the clauses of a pack. NotFound."""
        pack = next((one for one in self._words.handbook.packs if one.id == pack_id), None)
        if pack is None:
            raise NotFound("没有这个手册包，请回到手册再选。")
        async with self._units() as uow:
            approved = {(one.clause, one.version): one for one in await uow.editions.approved()}
            clauses = tuple(
                FileClause(
                    id=clause.id,
                    based_on=self._words.printed.clause(clause.id).version,
                    note=approved[clause.id, clause.version].note,
                    wording=named(clause)[0] if not clause.variants else (),
                    variants=named(clause) if clause.variants else (),
                )
                for clause in pack.clauses
                if clause.is_revised
            )
            taken = {"clauses": len(clauses)}
            await audit.record(
                uow, user.id, "handbook_exported", f"handbook:{pack_id}", taken, now=self._clock.now()
            )
            await uow.commit()
        return self._write(EditionFile(pack_id, clauses))

    async def take_in(self, name: str, text: str, user: User) -> list[str]:
        """Draft what a file says; the ids of the clauses that it changes. RevisionRefused names the lines."""
        file = self._read(name, text)
        problems = await self._problems(file)
        if problems:
            raise RevisionRefused(problems)
        changed = [
            one for one in file.content.clauses if not alike(one.ways, self._words.handbook.clause(one.id))
        ]
        async with self._units() as uow:
            await self._refuse_drafted(uow, file, changed)
            for one in changed:
                await self._editing.put(uow, one.id, one.ways, Typed((), one.note), user)
                await uow.flush()
            await audit.record(
                uow,
                user.id,
                "handbook_imported",
                f"handbook:{file.content.company_edition}",
                {"clauses": [one.id for one in changed]},
                now=self._clock.now(),
            )
            await uow.commit()
        return [one.id for one in changed]

    async def _problems(self, file: ReadFile) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        pack = next(
            (one for one in self._words.printed.packs if one.id == file.content.company_edition), None
        )
        if pack is None:
            return [("", f"{file.name} 第 1 行：没有启用手册包 {file.content.company_edition}；请改正名称")]
        seen: set[str] = set()
        ours = {clause.id for clause in pack.clauses}
        for clause in file.content.clauses:
            if clause.id in seen:
                found.append(file.problem(clause.id, "", "这一条写了两次；请只留一处。"))
            seen.add(clause.id)
            if clause.id in self._words.printed.clauses and clause.id not in ours:
                found.append(file.problem(clause.id, "", "这一条不在这个手册包里；请移到它那一包的文件里。"))
            found += [file.problem(clause.id, key, message) for key, message in await self._wrong(clause)]
        return found

    async def _wrong(self, clause: FileClause) -> list[tuple[str, str]]:
        printed = self._words.printed.clauses.get(clause.id)
        if printed is None:
            return [("", "手册里没有这一条；请改正编号或删去。")]
        if clause.based_on != printed.version:
            advice = f"请对照现在的原文，再把 based_on 改成 {printed.version}。"
            now = f"手册的这一条现在是第 {printed.version} 版，文件是按第 {clause.based_on} 版改的"
            return [("", f"{now}；{advice}")]
        if clause.wording and clause.variants:
            return [("", "wording 和 variants 只写一个；请删去另一个。")]
        if printed.document and len(clause.ways) > 1:
            return [("", "引用的条款只有一种说法；请改用 wording。")]
        wrong = list(marks(clause, printed))
        return [*(wrong or await self._editing.findings(clause.id, clause.ways))]

    async def _refuse_drafted(self, uow: UnitOfWork, file: ReadFile, changed: list[FileClause]) -> None:
        drafted = {one.clause: one for one in await uow.editions.drafts()}
        found = [
            file.problem(one.id, "", "这一条有草稿还没有处理；请先批准、退回或放弃它。")
            for one in changed
            if one.id in drafted
            and drafted[one.id].state is EditionState.DRAFT
            and drafted[one.id].ways != write_ways(one.ways)
        ]
        if found:
            raise RevisionRefused(found)
        changed[:] = [one for one in changed if one.id not in drafted]
