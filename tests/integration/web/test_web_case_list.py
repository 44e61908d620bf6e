"""The list of cases as agents see it: filtered, found by number, a page at a time."""

import pytest

from bot.domain.people import Role
from bot.services import case_list
from tests.accepted import accepted
from tests.doors import sign_in


@pytest.fixture
async def client(aiohttp_client, door):
    """小王, an agent, signed in."""
    await door.person()
    client = await aiohttp_client(door.app())
    await sign_in(client)
    return client


async def listed(client, cases, **query):
    """Which of the cases the list shows."""
    answer = await client.get("/desk/cases", params=query)
    page = await answer.text()
    assert answer.status == 200
    return [name for name, case in cases.items() if case.number in page]


async def test_agents_see_every_open_case_and_filter_it(client, door):
    cases = {
        "carton": await accepted(door.desk, "a", "carton.empty"),
        "ill": await accepted(door.desk, "b", "illness"),
    }
    async with door.desk.units() as uow:
        carton = await uow.cases.get(cases["carton"].id)
        carton.department = "production"
        await uow.commit()
    ill = cases["ill"]
    assert await listed(client, cases) == ["carton", "ill"]
    assert await listed(client, cases, severity=ill.severity) == ["ill"]
    assert await listed(client, cases, heat=cases["carton"].heat) == [
        name for name, case in cases.items() if case.heat == cases["carton"].heat
    ]
    assert await listed(client, cases, department="production") == ["carton"]
    assert await listed(client, cases, state="closed") == []


async def test_only_what_is_late_is_listed_as_overdue(client, door):
    early = await accepted(door.desk, "a")
    door.desk.clock.turn(days=20)
    await sign_in(client)
    cases = {"early": early, "late": await accepted(door.desk, "b")}
    assert await listed(client, cases, overdue="1") == ["early"]


async def test_a_number_leads_to_its_case_however_it_is_typed(client, door):
    case = await accepted(door.desk, "a")
    typed = case.number.lower().replace("-", " ")
    answer = await client.get("/desk/cases", params={"number": typed}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/cases/{case.id}")


@pytest.mark.parametrize(("number", "status"), [("K0000-00000", 404), ("一二三", 400)])
async def test_a_number_that_leads_nowhere_is_said_so_beside_the_list(client, door, number, status):
    case = await accepted(door.desk, "a")
    answer = await client.get("/desk/cases", params={"number": number})
    page = await answer.text()
    assert answer.status == status
    assert 'role="alert"' in page
    assert case.number in page


async def test_the_list_goes_on_where_the_page_before_ended(client, door, monkeypatch):
    monkeypatch.setattr(case_list, "PAGE", 2)
    cases = {name: await accepted(door.desk, name) for name in "abc"}
    page = await (await client.get("/desk/cases")).text()
    first = [name for name, case in cases.items() if case.number in page]
    rest = page.split('class="further" href="')[1].split('"')[0].replace("&amp;", "&")
    page = await (await client.get(rest)).text()
    second = [name for name, case in cases.items() if case.number in page]
    assert (len(first), sorted(first + second)) == (2, ["a", "b", "c"])
    assert "下一页" not in page


async def test_an_unknown_filter_is_refused(client):
    assert (await client.get("/desk/cases", params={"heat": "沸腾"})).status == 400


async def test_a_department_gets_no_more_by_asking(aiohttp_client, door):
    case = await accepted(door.desk, "a")
    await door.person("zhu", "小朱", Role.DEPARTMENT, department="production")
    client = await aiohttp_client(door.app())
    await sign_in(client, "zhu")
    answer = await client.get("/desk/cases", params={"number": case.number, "state": "accepted"})
    assert case.number not in await answer.text()
