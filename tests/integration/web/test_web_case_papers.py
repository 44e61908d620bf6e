"""The papers of a case in the browser: read first, filled in, approved where need be, and taken away."""

import io
import re
import zipfile

import pytest

from bot.domain.evidence_check import check, manifest_of
from bot.domain.people import Role
from bot.domain.task import TaskKind
from bot.services.approvals import approval_decided
from tests.accepted import accepted, again, history
from tests.doors import make_door, send_form, sign_in

LETTER = "F-LET-APOLOGY-1"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer, effects={TaskKind.APPROVAL: approval_decided})


@pytest.fixture
async def case(door):
    return await accepted(door.desk, "visitor", "porridge.sour", "八宝粥是酸的", phone="13812345678")


@pytest.fixture
async def client(aiohttp_client, door):
    """小王, an agent, signed in."""
    await door.person()
    client = await aiohttp_client(door.app())
    await sign_in(client)
    return client


@pytest.fixture
async def supervisor(aiohttp_client, door):
    """A supervisor's browser, signed in."""
    await door.person("su", "小苏", Role.SUPERVISOR)
    client = await aiohttp_client(door.app())
    await sign_in(client, "su")
    return client


def place(case, form):
    return f"/desk/cases/{case.id}/papers/{form}"


async def test_a_case_lists_its_papers_and_says_which_need_approval(client, case):
    page = await (await client.get(f"/desk/cases/{case.id}")).text()
    assert f'href="{place(case, "F-D01-1")}"' in page
    assert "顾客抱怨致歉信</a>（要批准）" in page


async def test_a_paper_is_read_before_it_is_taken_away(client, case):
    page = await (await client.get(place(case, "F-D01-4"))).text()
    assert "客户意见表" in page
    assert case.number in page
    assert "【待填写：" in page


async def test_an_incomplete_paper_is_only_printed_with_its_blanks_marked(client, case):
    path = f"{place(case, 'F-D01-4')}/file"
    answer = await client.get(path)
    assert answer.status == 400
    assert "标出缺的地方" in await answer.text()
    answer = await client.get(path, params={"blanks": "1", "kind": "word"})
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{case.number}-F-D01-4.docx"'
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as document:
        assert "待填写" in document.read("word/document.xml").decode()


async def test_an_unknown_kind_of_file_is_refused(client, case):
    assert (await client.get(f"{place(case, 'F-D01-4')}/file", params={"kind": "exe"})).status == 400


async def test_what_a_paper_asks_for_is_filled_in_on_its_page(client, door, case):
    page = await (await client.get(place(case, LETTER))).text()
    name = re.search(r'<textarea id="([a-z_]+)"', page)[1]
    answer = await send_form(client, f"{place(case, LETTER)}/values", **{name: "灌装时封口不严"})
    assert answer.status == 303
    assert (await again(door.desk, case)).findings[name] == "灌装时封口不严"
    assert "灌装时封口不严" in await (await client.get(place(case, LETTER))).text()
    (entry,) = await history(door.desk, case, "noted")
    assert entry.payload["after"] == {name: "灌装时封口不严"}


async def test_the_second_of_two_who_fill_in_is_told_what_the_first_wrote(client, door, case):
    page = await (await client.get(place(case, LETTER))).text()
    name = re.search(r'<textarea id="([a-z_]+)"', page)[1]
    path = f"{place(case, LETTER)}/values"
    await send_form(client, path, **{name: "封口不严", f"shown.{name}": ""})
    answer = await send_form(client, path, **{name: "运输挤压", f"shown.{name}": ""})
    page = await answer.text()
    assert answer.status == 409
    assert "封口不严" in page[page.index('role="alert"') :]
    assert "运输挤压" in page
    assert (await again(door.desk, case)).findings[name] == "封口不严"


async def test_nothing_filled_in_is_no_entry(client, door, case):
    answer = await send_form(client, f"{place(case, LETTER)}/values", unknown="什么")
    assert answer.status == 400
    assert await history(door.desk, case, "noted") == []


async def test_a_letter_goes_out_only_after_a_supervisor_has_read_it(client, supervisor, case):
    path = place(case, LETTER)
    answer = await client.get(f"{path}/file", params={"blanks": "1"})
    assert answer.status == 400
    assert "下载 Word" not in await answer.text()
    assert (await send_form(client, f"{path}/approval")).status == 303
    assert "等主管批准" in await (await client.get(path)).text()
    page = await (await supervisor.get("/desk/inbox")).text()
    task, version = re.search(r'action="(/desk/inbox/\w+)">\s*<input[^>]*value="(\w+)"', page).groups()
    assert "最深的歉意" in page
    await send_form(supervisor, task, outcome="approved", note="", version=version)
    assert "下载 Word" in await (await client.get(path)).text()
    assert (await client.get(f"{path}/file")).status == 200


async def test_asking_twice_for_one_approval_is_told_so(client, case):
    await send_form(client, f"{place(case, LETTER)}/approval")
    answer = await send_form(client, f"{place(case, LETTER)}/approval")
    assert answer.status == 409
    assert "已经在等" in await answer.text()


async def test_a_paper_that_does_not_exist_is_not_found(client, case):
    assert (await client.get(place(case, "F-D99-9"))).status == 404


@pytest.mark.parametrize(("redacted", "shown"), [("yes", False), ("no", True)])
async def test_a_supervisor_takes_the_evidence_with_or_without_personal_data(
    supervisor, door, case, redacted, shown
):
    answer = await send_form(supervisor, f"/desk/cases/{case.id}/do/evidence", redacted=redacted)
    assert answer.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert check(files, is_signed=True).problems == ()
    assert manifest_of(files).redacted is not shown
    assert ("13812345678" in files["records.json"].decode()) is shown
    assert len(await history(door.desk, case, "evidence_made")) == 1
