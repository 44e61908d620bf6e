"""The page of requests about personal data, through the door."""

import io
import re
import zipfile

import pytest
from sqlalchemy import select

from bot.adapters.database import tables as t
from bot.domain.people import Avoidance, Avoiding, Role
from tests.doors import own_origin, send_form, sign_in
from tests.persons import NAME, OPENID, PHONE, WORDS, fill
from tests.records import NOW

PATH, NUMBER = "/desk/personal", "K4837-19209"
FORM = {
    "phone": PHONE,
    "number": NUMBER,
    "kind": "erase",
    "asker": "self",
    "way": "phone",
    "checked": "已回拨",
}


@pytest.fixture
async def officer(door, client, sealer):
    """A supervisor who is trusted with personal data, signed in; an admin is the other one."""
    await fill(door.desk.units)
    await door.person("root", "管理员", Role.ADMIN)
    user = await door.person("su", "苏主管", Role.SUPERVISOR)
    async with door.desk.units() as uow:
        (await uow.people.get(user.id)).personal_data = True
        (await uow.people.get("boss")).active = False
        (await uow.cases.get("case")).phone_hash = sealer.phone_hash(PHONE)
        await uow.commit()
    await sign_in(client, "su")
    return user


async def begun(client, door, **changes):
    """Write a request down; its address."""
    form = FORM | {"asked_on": door.desk.clock.now().date().isoformat()} | changes
    answer = await send_form(client, PATH, **form)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"]


async def text_of(client, path):
    answer = await client.get(path)
    assert answer.status == 200
    return await answer.text()


async def hidden(client, path, name="shown"):
    return re.search(rf'name="{name}" value="(\d+)"', await text_of(client, path))[1]


async def deeds(door):
    async with door.desk.units() as uow:
        rows = await uow.audit.after(0, 1000)
        return [(one.deed, one.object) for one in rows if one.deed != "signed_in"]


async def test_a_person_is_erased_by_two_through_the_page(client, door, officer):
    address = await begun(client, door)
    page = await text_of(client, address)
    assert all(words in page for words in (NUMBER, "短信和邮件", "民法典第188条", "另一位有权限的同事"))
    assert not any(word in page for word in (PHONE, NAME, WORDS, OPENID))
    form = {"shown": await hidden(client, address), "reason": "本人申请"}
    assert (await send_form(client, f"{address}/erase", **form)).status == 400  # not ticked
    assert (await send_form(client, f"{address}/erase", **form, sure="yes")).status == 303
    assert "等另一位有权限的同事确认" in await text_of(client, address)
    assert (await send_form(client, f"{address}/confirm", **form, sure="yes")).status == 403
    await sign_in(client, "root")
    late = await send_form(client, f"{address}/confirm", shown="1", sure="yes")
    assert (late.status, "内容有变化" in await late.text()) == (409, True)
    assert (await send_form(client, f"{address}/confirm", **form, sure="yes")).status == 303
    page = await text_of(client, address)
    assert all(words in page for words in ("已办结", "办理结果", NUMBER, "苏主管", "管理员"))
    assert "已办结" in await text_of(client, PATH)
    done = await deeds(door)
    assert {"request_made", "erasure_proposed", "person_erased"} <= {deed for deed, _ in done}
    assert not any(PHONE in about for _, about in done)


async def test_the_bar_says_how_many_still_wait(client, door, officer):
    assert "个人信息</a>" in await text_of(client, "/desk/audit")
    address = await begun(client, door, kind="copy")
    await begun(client, door, kind="correct")
    assert re.search(r'个人信息 <span class="number">.*2</span></a>', await text_of(client, "/desk/audit"))
    assert (await send_form(client, f"{address}/close", outcome="withdrawn", reason="本人撤回")).status == 303
    assert re.search(r'个人信息 <span class="number">.*1</span></a>', await text_of(client, "/desk/audit"))


async def test_the_copy_is_that_of_the_terminal(client, door, officer):
    address = await begun(client, door, kind="copy")
    answer = await send_form(client, f"{address}/copy")
    assert answer.content_type == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as copy:
        assert copy.namelist() == ["index.html", "data.json"]
        assert PHONE in copy.read("data.json").decode()
    async with door.desk.units() as uow:
        found = [one for one in await uow.audit.after(0, 1000) if one.deed == "person_exported"]
    assert {one.details["request"] for one in found} == {address.rpartition("/")[2]}
    with_notes = await send_form(client, f"{address}/copy", internal="yes")
    with zipfile.ZipFile(io.BytesIO(await with_notes.read())) as copy:
        assert "internal.json" in copy.namelist()
    assert (await send_form(client, f"{address}/handed-over")).status == 303
    assert (await send_form(client, f"{address}/copy")).status == 409


async def test_unknown_and_forbidden_people_look_alike(client, door, officer):
    address = await begun(client, door)
    async with door.desk.units() as uow:
        uow.avoidances.add(Avoidance(officer.id, "case", "talk", Avoiding.BY_HAND, NOW, "root", "亲戚"))
        await uow.commit()
    answers = set()
    for phone, number in ((PHONE, NUMBER), (PHONE, ""), ("13900139000", NUMBER), ("13900139000", "")):
        form = FORM | {"asked_on": door.desk.clock.now().date().isoformat(), "phone": phone, "number": number}
        answer = await send_form(client, PATH, **form)
        page = await answer.text()
        answers.add((answer.status, re.sub(r'value="[^"]*"', "", page)))
    assert [status for status, _ in answers] == [404]
    known, unknown = await client.get(address), await client.get(f"{PATH}/0a0a")
    assert (known.status, await known.text()) == (unknown.status, await unknown.text())
    assert known.status == 404


async def test_a_refusal_comes_back_with_what_was_typed(client, door, officer):
    wrong = {
        "一种办法": {"conversation": "talk"},
        "最好连同": {"phone": ""},
        "都选上": {"kind": "everything"},
        "日期要写成": {"asked_on": "gestern"},
        "确认了对方的身份": {"checked": ""},
    }
    for words, changes in wrong.items():
        form = FORM | {"asked_on": door.desk.clock.now().date().isoformat()} | changes
        answer = await send_form(client, PATH, **form)
        page = await answer.text()
        assert (answer.status, words in page, f'value="{NUMBER}"' in page) == (400, True, True)
    async with door.desk.units() as uow:
        assert list(await uow._session.scalars(select(t.personal_requests.c.id))) == []


async def test_who_is_not_trusted_is_refused_and_foreign_pages_too(client, door, officer):
    address = await begun(client, door)
    elsewhere = {"Origin": "https://evil.example"}
    for path in (PATH, f"{address}/copy", f"{address}/erase", f"{address}/close"):
        assert (await client.post(path, data=FORM, headers=elsewhere)).status == 403
    assert "个人信息 <span" in await text_of(client, "/desk/audit")
    async with door.desk.units() as uow:
        (await uow.people.get(officer.id)).personal_data = False
        await uow.commit()
    assert (await client.get(address)).status == 403
    assert (await client.post(f"{address}/copy", headers=own_origin(client))).status == 403
    assert "个人信息</a>" not in await text_of(client, "/desk/audit")


async def test_an_admin_trusts_somebody_and_never_an_agent(client, door, officer):
    await sign_in(client, "root")
    form = {"name": "苏主管", "role": "supervisor", "staff_no": "", "aliases": "", "email": ""}
    person = f"/desk/people/{officer.id}"
    await send_form(client, person, **form)
    assert not (await door.parts.staff.get(officer.id)).user.personal_data
    await send_form(client, person, **form, personal_data="yes")
    assert (await door.parts.staff.get(officer.id)).user.personal_data
    refused = await send_form(client, person, **form | {"role": "agent"}, personal_data="yes")
    assert (refused.status, "资深客服或主管" in await refused.text()) == (400, True)
    await send_form(client, person, **form | {"role": "agent"})
    assert not (await door.parts.staff.get(officer.id)).user.personal_data


async def test_looking_for_people_one_after_the_other_is_slowed_down(client, door, officer):
    statuses = {
        (await send_form(client, PATH, **FORM | {"phone": f"1390013{n:04}"})).status for n in range(25)
    }
    assert 429 in statuses
