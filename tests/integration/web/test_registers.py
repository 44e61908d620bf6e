"""The month's register and report from the browser: supervisors only, masked unless asked otherwise."""

import io

import pytest
from openpyxl import load_workbook

from bot.adapters.papers.pdf import converter
from bot.domain.people import Role
from tests.accepted import accepted
from tests.doors import sign_in

MONTH = "2026-03"  # the test desk's clock stands in it


@pytest.fixture
async def supervisor(aiohttp_client, door):
    await door.person("su", "小苏", Role.SUPERVISOR)
    client = await aiohttp_client(door.app())
    await sign_in(client, "su")
    return client


@pytest.fixture
async def case(door):
    return await accepted(door.desk, "visitor", "porridge.sour", "八宝粥是酸的", phone="13812345678")


async def words_of(answer):
    book = load_workbook(io.BytesIO(await answer.read()))
    return [str(cell.value) for sheet in book for row in sheet.rows for cell in row if cell.value is not None]


async def test_a_supervisor_takes_the_months_workbook_away(supervisor, case):
    answer = await supervisor.get("/desk/registers/file", params={"month": MONTH, "kind": "xlsx"})
    assert 'filename="register-2026-03.xlsx"' in answer.headers["Content-Disposition"]
    words = await words_of(answer)
    assert case.number in words
    assert "13812345678" not in words


async def test_phones_are_whole_when_asked_for(supervisor, case):
    params = {"month": MONTH, "kind": "xlsx", "full": "yes"}
    assert "13812345678" in await words_of(await supervisor.get("/desk/registers/file", params=params))


@pytest.mark.parametrize(
    "kind",
    [
        "docx",
        pytest.param(
            "pdf", marks=pytest.mark.skipif(converter() is None, reason="LibreOffice is not installed")
        ),
    ],
)
async def test_the_report_comes_as_a_document(supervisor, case, kind):
    answer = await supervisor.get("/desk/registers/file", params={"month": MONTH, "kind": kind})
    start = {"docx": b"PK", "pdf": b"%PDF"}[kind]
    assert (await answer.read()).startswith(start)


@pytest.mark.parametrize(
    ("params", "told"), [({"month": "2026-13"}, "2026-13"), ({"month": MONTH, "kind": "exe"}, "Excel")]
)
async def test_what_can_not_be_had_is_refused_in_words(supervisor, params, told):
    answer = await supervisor.get("/desk/registers/file", params=params)
    assert answer.status == 400
    assert told in await answer.text()


async def test_the_page_offers_the_present_month(supervisor):
    assert f'value="{MONTH}"' in await (await supervisor.get("/desk/registers")).text()


@pytest.mark.parametrize("path", ["/desk/registers", "/desk/registers/file?month=2026-03"])
async def test_an_agent_may_not(aiohttp_client, door, path):
    await door.person()
    client = await aiohttp_client(door.app())
    await sign_in(client)
    assert (await client.get(path)).status == 403
