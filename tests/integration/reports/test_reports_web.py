"""The reports before a door: kept for a minute, narrowed, kept from who may not see them, taken away."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from bot.domain.case import CaseState
from bot.domain.people import Avoidance, Avoiding, Role
from bot.domain.task import Assignee, Task, TaskKind
from bot.services.report_links import Chosen
from tests.doors import make_door, sign_in
from tests.reports import NOW, fill


@pytest.fixture
def backend():
    """What the pages do is the same on every database; the counting is tried on both in test_figures.py."""
    return "sqlite"


@pytest.fixture
async def door(database, sealer):
    made = make_door(database, sealer)
    made.desk.clock.turn(seconds=(NOW - made.desk.clock.now()).total_seconds())
    await fill(made.desk.units, made.desk.words, 30)
    return made


@pytest.fixture
async def boss(door):
    return await door.person("su", "小苏", Role.SUPERVISOR)


@pytest.fixture
async def client(aiohttp_client, door, boss):
    client = await aiohttp_client(door.app())
    await sign_in(client, "su")
    return client


def accepted(shown):
    return shown.book.section("overview").rows[0][1].value


async def test_a_report_is_kept_for_a_minute_and_counted_anew_on_demand(door, boss):
    reports, year = door.parts.reports, Chosen(period="year")
    first, counted = await reports.shown(year, boss), await reports.behind("accepted", year, "", boss)
    async with door.desk.units() as uow:
        (await uow.cases.get(counted.cases[0].id)).state = CaseState.DRAFT
        await uow.commit()
    assert await reports.shown(year, boss) is first
    assert accepted(await reports.shown(year, boss, anew=True)) == accepted(first) - 1
    again = await reports.shown(year, boss)
    door.desk.clock.turn(seconds=61)
    later = await reports.shown(year, boss)
    assert (later.book.made_at, accepted(later)) == (door.desk.clock.now(), accepted(again))


async def test_what_somebody_keeps_out_of_is_in_none_of_their_numbers_and_lists(door, boss):
    reports, year = door.parts.reports, Chosen(period="year")
    before = accepted(await reports.shown(year, boss))
    behind = await reports.behind("accepted", year, "", boss)
    case = behind.cases[0]
    async with door.desk.units() as uow:
        uow.avoidances.add(
            Avoidance(boss.id, case.id, case.conversation_id, Avoiding.BY_HAND, NOW, "root", "是亲戚")
        )
        await uow.commit()
    assert accepted(await reports.shown(year, boss)) == before - 1
    after = await reports.behind("accepted", year, "", boss)
    assert (after.total, case.id in {one.id for one in after.cases}) == (before - 1, False)


async def test_an_outbreak_stands_on_the_timeline_and_leads_to_its_cases(door, boss):
    reports = door.parts.reports
    named = [
        case.id for case in (await reports.behind("accepted", Chosen(period="year"), "", boss)).cases[:3]
    ]
    async with door.desk.units() as uow:
        payload = {
            "outbreak": "o",
            "thing": "批号 A1",
            "days": 7,
            "cases": named,
            "people": 3,
            "parent": named[0],
        }
        uow.tasks.add(
            Task(
                "outbreak-a1-1",
                TaskKind.ALERT,
                "批号 A1",
                Assignee.ROLE,
                "supervisor",
                NOW - timedelta(days=1),
                "desk",
                payload=payload,
            )
        )
        await uow.commit()
    book = (await reports.shown(Chosen(), boss)).book
    ((at, thing, people, cases, state),) = book.section("outbreaks").rows
    assert (at.written, thing.written, people.value, state.written) == (
        "2026-03-24 16:30",
        "批号 A1",
        3,
        "待处理",
    )
    behind = await reports.behind(cases.link["figure"], Chosen.of(cases.link), "", boss)
    assert (cases.value, behind.total, {case.id for case in behind.cases}) == (3, 3, set(named))
    marked = [row[0].written for row in book.section("trend").rows if row[3].value]
    assert marked == ["3-24"]
    assert "▲3-24" in book.section("trend").chart.labels


@pytest.mark.parametrize("role", [Role.AGENT, Role.SENIOR])
async def test_agents_see_no_figures_of_people(aiohttp_client, door, role):
    await door.person("xiao", "小萧", role)
    client = await aiohttp_client(door.app())
    await sign_in(client, "xiao")
    for path in ("/desk/reports", "/desk/reports/file?kind=xlsx", "/desk/cases?figure=accepted"):
        assert (await client.get(path)).status == 403
    assert "/desk/reports" not in await (await client.get("/desk/cases")).text()


@pytest.mark.parametrize(
    "query",
    ["period=decade", "from=2026-03-02&to=2026-03-01", "pack=nonsense", "channel=pigeon", "thing=x:y"],
)
async def test_a_filter_that_there_is_not_is_refused_in_words(client, query):
    answer = await client.get(f"/desk/reports?{query}")
    assert answer.status == 400
    assert 'role="alert"' in await answer.text()


@pytest.mark.parametrize(
    "query", ["figure=secrets", "figure=reply_hours", "figure=accepted&outbreak=nothing"]
)
async def test_only_figures_of_cases_can_be_listed(client, query):
    assert (await client.get(f"/desk/cases?{query}", headers={"Accept": "application/json"})).status == 400


async def test_the_list_goes_on_over_pages_without_gaps(client, door, boss, monkeypatch):
    monkeypatch.setattr("bot.services.reports.PAGE", 4)
    seen, after = [], ""
    while after is not None:
        behind = await door.parts.reports.behind("accepted", Chosen(period="year"), after, boss)
        seen += [case.id for case in behind.cases]
        after = behind.after
    assert len(seen) == len(set(seen)) == behind.total > 8


async def test_taking_a_report_away_is_written_down(client, door, boss):
    answer = await client.get("/desk/reports/file?kind=xlsx&period=month")
    assert 'filename="report-20260301-20260331.xlsx"' in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(await answer.read()))
    assert book.sheetnames[:2] == ["概况", "受理与结案走势"]
    async with door.desk.units() as uow:
        entries = await uow.audit.after(0, 100)
    taken = [(entry.actor, entry.object) for entry in entries if entry.deed == "exported"]
    assert taken == [(boss.id, "report:report-20260301-20260331.xlsx")]
