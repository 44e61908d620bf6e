"""The page on which a case is opened by hand, as it works without any script."""

import re

import aiohttp
import pytest

from bot.domain.people import Role
from tests.doors import own_origin, sign_in
from tests.files import photo
from tests.rooms import reading

PATH = "/desk/cases/new"
TEXT = "打电话来说买的奶茶有一盒是空的"
FORM = {
    "channel": "phone",
    "received": "2026-03-18",
    "name": "李女士",
    "phone": "13812345678",
    "text": TEXT,
}


@pytest.fixture
async def agent(door, client):
    user = await door.person()
    await sign_in(client)
    return user


async def submit(client, files=(), **form):
    data = aiohttp.FormData(default_to_multipart=True)
    for name, value in form.items():
        data.add_field(name.replace("fact_", "fact."), value)
    for name, content in files:
        data.add_field("file", content, filename=name, content_type="application/octet-stream")
    return await client.post(PATH, data=data, headers=own_origin(client), allow_redirects=False)


async def cases(door):
    async with door.desk.units() as uow:
        return await uow.cases.all()


def hidden(page, name):
    return re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page)


async def test_the_first_page_asks_who_when_and_what(client, agent):
    page = await (await client.get(PATH)).text()
    assert all(words in page for words in ("电话", "柜台", "信函", 'value="2026-03-18"', "下一步"))
    assert "登记并受理" not in page


async def test_the_second_page_suggests_the_issue_and_the_facts(client, door, agent):
    door.desk.room.table[TEXT] = reading("carton.empty", product="奶茶")
    page = await (await submit(client, step="read", **FORM)).text()
    assert re.search(r'<option value="carton.empty" selected>', page)
    assert re.search(r'name="fact.product" value="奶茶"', page)
    assert "13812345678" in page


async def test_what_was_suggested_and_corrected_becomes_a_case(client, door, agent):
    page = await (await submit(client, step="read", **FORM)).text()
    (key,) = hidden(page, "key")
    answer = await submit(
        client, step="open", issue="carton.no_straw", fact_product="乌龙茶", key=key, **FORM
    )
    (case,) = await cases(door)
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/cases/{case.id}")
    assert (case.issue, case.fields["product"], case.number is None) == ("carton.no_straw", "乌龙茶", False)
    again = await submit(client, step="open", issue="carton.no_straw", key=key, **FORM)
    assert again.headers["Location"] == f"/desk/cases/{case.id}"
    assert len(await cases(door)) == 1
    assert (await client.get(f"/desk/cases/{case.id}")).status == 200


async def test_an_uploaded_photo_stays_in_the_form_and_goes_into_the_case(client, door, agent):
    first = await submit(client, [("信.jpg", photo())], step="read", **FORM)
    (file,) = hidden(await first.text(), "file")
    await submit(client, step="open", issue="carton.empty", file=file, **FORM)
    (case,) = await cases(door)
    async with door.desk.units() as uow:
        (kept,) = await uow.attachments.of_case(case.id)
    assert (await client.get(f"/desk/files/{kept.id}")).status == 200


async def test_a_file_that_is_no_photo_is_refused_and_what_was_typed_stays(client, door, agent):
    answer = await submit(client, [("a.exe", b"MZ" * 40_000)], step="open", issue="carton.empty", **FORM)
    page = await answer.text()
    assert answer.status == 400
    assert "a.exe" in page
    assert TEXT in page
    assert await cases(door) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"received": "昨天"}, "收到的日期"),
        ({"phone": "1"}, "电话号码不对"),
        ({"issue": "nothing"}, "请选择"),
    ],
)
async def test_what_cannot_be_used_is_said_and_the_form_comes_back(client, door, agent, changes, words):
    answer = await submit(client, step="open", **{"issue": "carton.empty", **FORM, **changes})
    page = await answer.text()
    assert answer.status == 400
    assert words in page
    assert TEXT in page


async def test_a_form_that_is_broken_off_is_told_so(client, agent):
    headers = {**own_origin(client), "Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post(PATH, data=b"--x\r\nnonsense", headers=headers, allow_redirects=False)
    assert answer.status == 400


async def test_too_long_a_text_is_refused(client, agent):
    answer = await submit(client, step="open", issue="carton.empty", **{**FORM, "text": "长" * 90_000})
    assert answer.status == 413


async def test_departments_and_strangers_open_no_cases(client, door):
    assert (await submit(client, step="open", issue="carton.empty", **FORM)).status == 401
    await door.person("zhao", "小赵", Role.DEPARTMENT, department="production")
    await sign_in(client, "zhao")
    assert (await client.get(PATH)).status == 403
    assert (await submit(client, step="open", issue="carton.empty", **FORM)).status == 403


async def test_another_sites_form_opens_no_case(client, door, agent):
    answer = await client.post(PATH, data=FORM, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
