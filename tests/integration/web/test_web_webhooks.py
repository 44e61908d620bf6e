"""The admin's page of webhooks."""

import html
import re

import pytest

from bot.domain.people import Role
from bot.services.webhook_sending import WebhookOutbox
from tests.accepted import accepted
from tests.doors import send_form, sign_in

PATH = "/desk/webhooks"
FORM = {"url": "http://127.0.0.1:9/hook", "event": "case.accepted"}


@pytest.fixture
async def admin(door, client):
    user = await door.person("root", "管理员", Role.ADMIN)
    await sign_in(client, "root")
    return user


async def added(client, door):
    page = await (await send_form(client, PATH, **FORM)).text()
    (webhook,) = await door.parts.interfaces.subscriptions.all()
    return webhook, page


async def test_a_secret_is_shown_once(client, door, admin):
    webhook, page = await added(client, door)
    assert re.search(r'value="(whsec_[^"]+)"', page)[1] == html.escape(webhook.secret)
    later = await (await client.get(PATH)).text()
    assert "whsec_" not in later
    assert FORM["url"] in later


async def test_the_log_shows_what_became_of_it_and_sends_it_again(client, door, admin):
    webhook, _ = await added(client, door)
    await accepted(door.desk, "li")
    desk, sender = door.desk, door.parts.interfaces.subscriptions._sender
    box = WebhookOutbox(desk.units, desk.units, sender, desk.clock)
    await box.look()
    path = f"{PATH}/{webhook.id}"
    page = await (await client.get(path)).text()
    assert all(words in page for words in ("投诉受理", "等待发送", "连不上对方", "再发"))
    resend = re.search(r'action="([^"]+/resend)"', page)[1]
    assert (await send_form(client, resend)).headers["Location"] == path
    assert await box.look() == 1


async def test_it_can_be_switched_off_and_on(client, door, admin):
    webhook, _ = await added(client, door)
    for active, words in (("no", "恢复推送"), ("yes", "停止推送")):
        await send_form(client, f"{PATH}/{webhook.id}/switch", active=active)
        assert words in await (await client.get(f"{PATH}/{webhook.id}")).text()


async def test_a_refused_address_comes_back_with_what_was_typed(client, door, admin):
    answer = await send_form(client, PATH, url="http://10.0.0.1/", event="case.accepted")
    page = await answer.text()
    assert answer.status == 400
    assert "KESU_WEBHOOK_NETWORKS" in page
    assert re.search(r'value="case.accepted" checked', page)


async def test_only_admins_see_webhooks(client, door):
    await door.person("su", "主管", Role.SUPERVISOR)
    await sign_in(client, "su")
    assert (await client.get(PATH)).status == 403
    assert (await client.get(f"{PATH}/1")).status == 403
    for path in (PATH, f"{PATH}/1/switch", f"{PATH}/1/deliveries/2/resend"):
        assert (await send_form(client, path, **FORM)).status == 403
