"""The reports: counted on demand, kept for a minute, shown, printed, and led back to the cases."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.case import Case
from bot.domain.errors import InvalidInput
from bot.domain.figures import FIGURES, LISTED, Figure
from bot.domain.handbook.severity import ThingKind
from bot.domain.paper_values import CHANNELS
from bot.domain.people import User
from bot.domain.report_book import Book
from bot.domain.reporting import NOBODY, Scope
from bot.domain.things import TITLES as THINGS
from bot.services import report_outcomes as outcomes
from bot.services import report_people as work
from bot.services import report_sections as parts
from bot.services.avoidance import hidden
from bot.services.case_papers import Printed
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.ports.reports import Common
from bot.services.report_counts import count, named, teams
from bot.services.report_links import Chosen, scope_of
from bot.services.report_sections import Writing
from bot.services.titles import titles
from bot.services.words import Words

KEPT = timedelta(minutes=1)  # for so long a report is shown again without counting anew
PAGE = 50  # cases on one page of the list behind a number
_MOST_KEPT = 32
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportKind(StrEnum):
    """The forms in which a report can be taken away."""

    EXCEL = "xlsx"
    PDF = "pdf"


class ReportPress(Protocol):
    """Draws and prints reports."""

    @property
    def makes_pdf(self) -> bool:
        """Whether this machine can make PDF files."""

    async def charts(self, book: Book) -> Mapping[str, str]:
        """The charts of a report as SVG for a page, by the keys of their sections."""

    async def excel(self, book: Book) -> bytes:
        """The report as a .xlsx."""

    async def pdf(self, book: Book) -> bytes:
        """The report as a PDF; ConfigurationError where none can be made."""


@dataclass(frozen=True)
class Shown:
    """A report with its charts, by the keys of their sections."""

    book: Book
    charts: Mapping[str, str]


@dataclass(frozen=True)
class Choices:
    """What a report can be narrowed to: titles by what stands in the address."""

    packs: Mapping[str, str]
    channels: Mapping[str, str]
    departments: Mapping[str, str]
    groups: Mapping[str, str]


@dataclass(frozen=True)
class Behind:
    """A page of the cases behind a number, and how many there are in all."""

    figure: Figure
    about: str
    total: int
    cases: tuple[Case, ...]
    after: str | None


class Reports:
    """Makes reports. One is counted at a time: they are the heaviest questions the database is asked."""

    def __init__(self, reading: Units, words: Words, clock: Clock, press: ReportPress) -> None:
        self._units, self._words, self._clock, self._press = reading, words, clock, press
        self._titles = titles(words.handbook)
        self._packs = {pack.id: pack.title for pack in words.handbook.packs}
        self._kept: dict[tuple[object, ...], Shown] = {}
        self._one = asyncio.Lock()

    @property
    def makes_pdf(self) -> bool:
        """Whether a report can be had as a PDF."""
        return self._press.makes_pdf

    async def shown(self, chosen: Chosen, user: User, *, anew: bool = False) -> Shown:
        """The report for this person, at most a minute old, or counted `anew`. InvalidInput.

        What they keep out of (回避) is counted nowhere.
        """
        async with self._one:
            now = self._clock.now()
            async with self._units() as uow:
                out = (await hidden(uow, user.id)).cases
                scope = await scope_of(uow, self._words, chosen, now, out)
            key = (chosen, scope.period, scope.members, out)
            kept = self._kept.get(key)
            if kept is None or anew or not timedelta() <= now - kept.book.made_at < KEPT:
                book = await self._made(chosen, scope)
                kept = Shown(book, await self._press.charts(book))
                self._keep(key, kept)
            return kept

    async def printed(self, chosen: Chosen, kind: ReportKind, user: User) -> Printed:
        """The same report as a file."""
        book = (await self.shown(chosen, user)).book
        period = chosen.at(self._clock.now())
        name = f"report-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{kind}"
        if kind is ReportKind.PDF:
            return Printed(name, "application/pdf", await self._press.pdf(book))
        return Printed(name, _EXCEL, await self._press.excel(book))

    async def choices(self) -> Choices:
        """What can be chosen."""
        async with self._units() as uow:
            groups = {team.id: team.title for team in await teams(uow)}
        return Choices(self._packs, dict(CHANNELS), self._departments, groups)

    async def behind(self, figure: str, chosen: Chosen, after: str, user: User) -> Behind:
        """The cases that a number counts, those accepted last first. InvalidInput, NotFound."""
        if figure not in LISTED:
            raise InvalidInput("没有这样的数字可以展开，请从报表里点进来。")
        async with self._units() as uow:
            out = (await hidden(uow, user.id)).cases
            scope = await scope_of(uow, self._words, chosen, self._clock.now(), out)
            last = await uow.cases.get(after) if after else None
            found = await uow.reports.page(figure, scope, last, PAGE + 1)
            total = await uow.reports.count(figure, scope)
            about = await self._about(uow, chosen, scope)
        further = found[PAGE - 1].id if len(found) > PAGE else None
        return Behind(FIGURES[figure], about, total, tuple(found[:PAGE]), further)

    @property
    def _departments(self) -> dict[str, str]:
        offices = self._words.handbook.processes.departments
        return {name: office.title for name, office in offices.items()}

    def _keep(self, key: tuple[object, ...], shown: Shown) -> None:
        self._kept.pop(key, None)
        self._kept[key] = shown
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    async def _made(self, chosen: Chosen, scope: Scope) -> Book:
        counts = await count(self._units, self._words.handbook, scope)
        async with self._units() as uow:
            about = await self._about(uow, chosen, scope)
        offices = self._words.handbook.processes
        writing = Writing(counts, chosen, self._titles, self._pack, offices.title)
        kinds = (ThingKind.PRODUCT, ThingKind.BATCH, ThingKind.PLACE)
        sections = (
            parts.overview(writing), parts.trend(writing), outcomes.outbreaks(writing), parts.issues(writing),
            parts.issues_by_time(writing), *(parts.things(writing, kind) for kind in kinds),
            parts.channels(writing), parts.channels_by_time(writing), parts.businesses(writing),
            work.replies(writing), work.handling(writing, self._words.calendar), work.satisfaction(writing),
            outcomes.promises(writing), work.departments(writing), work.teams(writing), work.people(writing),
            outcomes.bot(writing),
        )  # fmt: skip
        company = self._words.company.name
        return Book(f"{company}　客户投诉报表".strip(), about, scope.now, sections)

    def _pack(self, pack: str | None) -> str:
        return self._packs.get(pack or "", "未定" if pack in (None, NOBODY) else str(pack))

    async def _about(self, uow: UnitOfWork, chosen: Chosen, scope: Scope) -> str:
        """What was chosen, in words."""
        words = [scope.period.title]
        words += [f"业务：{self._pack(chosen.pack)}"] if chosen.pack else []
        words += [f"渠道：{CHANNELS[chosen.channel]}"] if chosen.channel else []
        if chosen.department:
            words.append(f"责任部门：{self._departments.get(chosen.department, '未定')}")
        words += [f"事项：{self._titles(chosen.issue)}"] if chosen.issue else []
        if chosen.group:
            found = [team.title for team in await teams(uow) if team.id == chosen.group]
            words += [f"分组：{title}" for title in found]
        if chosen.handler:
            names = {user.id: user.name for user in await uow.people.all()}
            words.append(f"处理人：{names.get(chosen.handler, '无')}")
        if scope.thing is not None:
            words.append(await self._thing(uow, scope))
        return "，".join(words)

    async def _thing(self, uow: UnitOfWork, scope: Scope) -> str:
        kind, key = scope.thing or (ThingKind.PRODUCT, "")
        found = await uow.reports.page("accepted", replace(scope, ids=None), None, 1)
        samples = [Common(kind, key, 1, case.id) for case in found]
        called = await named(uow, self._words.handbook, samples)
        return f"{THINGS[kind]}：{called.get((kind, key), '')}"
