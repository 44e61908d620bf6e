from aiohttp import FormData

from bot.domain.people import Role
from tests.doors import own_origin, send_form, sign_in

GREETING = "/desk/handbook/clauses/S-DEEP-1"
NEW = "您好，这里是本公司客服，请问有什么可以帮您？"


def upload(content):
    form = FormData()
    form.add_field("file", content, filename="ours.yaml")
    return form


async def test_a_refused_form_comes_back_with_what_was_typed(client, door):
    await door.person("zhou", "周敏", Role.SUPERVISOR)
    await sign_in(client, "zhou")
    form = {"s-0-0-key": "1", "s-0-0-text": "绝对没有这种事。", "note": "试试", "from": "2026-03-20T09:00"}
    answer = await send_form(client, f"{GREETING}/edit", **form)
    text = await answer.text()
    assert answer.status == 400
    assert "绝对没有这种事。" in text
    assert 'value="试试"' in text
    assert 'value="2026-03-20T09:00"' in text


async def test_a_time_that_is_none_is_refused(client, door):
    await door.person("zhou", "周敏", Role.SUPERVISOR)
    await sign_in(client, "zhou")
    answer = await send_form(client, f"{GREETING}/edit", **{"s-0-0-text": NEW, "from": "tomorrow"})
    assert (answer.status, "生效时间要写成" in await answer.text()) == (400, True)


async def test_a_time_is_meant_in_china(client, door):
    await door.person("zhou", "周敏", Role.SUPERVISOR)
    await sign_in(client, "zhou")
    form = {"s-0-0-key": "1", "s-0-0-text": NEW, "from": "2099-03-20T09:00"}
    answer = await send_form(client, f"{GREETING}/edit", **form)
    assert answer.status == 303
    async with door.desk.units() as uow:
        (draft,) = await uow.editions.drafts()
    assert draft.wanted_from.isoformat() == "2099-03-20T01:00:00+00:00"


async def test_an_agent_reads_what_was_said_and_changes_nothing(client, door):
    await door.person("wang")
    await sign_in(client)
    page = await client.get(f"{GREETING}?version=1")
    assert (page.status, "改说法" in await page.text()) == (200, False)
    assert (await client.get("/desk/handbook")).status == 403
    assert (await send_form(client, f"{GREETING}/edit", **{"s-0-0-text": NEW})).status == 403


async def test_a_version_that_nobody_kept_says_so(client, door):
    await door.person("wang")
    await sign_in(client)
    page = await client.get(f"{GREETING}?version=77")
    assert "没有保存下来" in await page.text()
    assert (await client.get("/desk/handbook/clauses/S-NONE-1")).status == 404


async def test_a_file_that_is_no_text_is_refused(client, door):
    await door.person("zhou", "周敏", Role.SUPERVISOR)
    await sign_in(client, "zhou")
    for content, said in ((b"\xff\xfe\x00", "UTF-8"), (b"a" * 201 * 1024, "太大")):
        answer = await client.post("/desk/handbook/file", data=upload(content), headers=own_origin(client))
        assert answer.status == 400
        assert said in await answer.text()
