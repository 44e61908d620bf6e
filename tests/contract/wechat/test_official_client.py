"""Our client of a 公众号, calling the fake platform: what it sends, and the class of each failure."""

import json
import logging

import pytest
from aiohttp import web

from bot.domain.wechat_errors import (
    DailyQuota,
    NotAllowedHere,
    QuotaSpent,
    TokenTrouble,
    TryLater,
    Unknown,
    WechatRefused,
    WindowClosed,
)
from tests.clients import Pauses, clients_of, official_of
from tests.wechat.official_api import CALLBACK_IPS, CUSTOM, TYPING

LI = "openid-of-li"


@pytest.fixture
def phone(fake):
    """The customer's screen; they have just written."""
    fake.official.wrote(LI)
    return fake.official.followers[LI]


@pytest.fixture
async def client(fake, phone):
    async with clients_of(fake) as clients:
        yield clients.official


async def test_a_text_arrives_as_characters_and_not_as_escapes(fake, client, phone):
    await client.send_text(LI, "您好👋“退款”\\n已登记")
    assert phone.shown("custom") == ["您好👋“退款”\\n已登记"]
    (call,) = fake.official_api.journal.calls(CUSTOM)
    assert "您好👋" in call.raw.decode()


async def test_a_menu_arrives_with_its_choices(client, phone):
    await client.send_menu(LI, "您是否满意？", [("yes", "满意"), ("no", "不满意")], "谢谢")
    (line,) = phone.screen
    assert (line.kind, line.choices) == ("msgmenu", (("yes", "满意"), ("no", "不满意")))


async def test_a_menu_of_an_account_that_may_not_send_any_is_refused(fake, client):
    fake.official.sort = "订阅号"
    with pytest.raises(WechatRefused, match="KESU_WECHAT_MENUS") as caught:
        await client.send_menu(LI, "您是否满意？", [("yes", "满意")])
    assert caught.value.code == 40200


async def test_the_typing_sign_goes_on_and_off(client, fake, phone):
    await client.typing(LI, on=True)
    assert phone.typing_until > fake.clock.now()
    await client.typing(LI, on=False)
    assert phone.typing_until == 0


@pytest.mark.parametrize("code", [45072, 45080, 45081, 40200, -1, 45015])
async def test_a_typing_sign_that_is_refused_is_nobodys_business(fake, client, code):
    fake.official_api.faults.code(TYPING, code)
    await client.typing(LI, on=True)
    assert fake.official_api.journal.codes(TYPING) == [code]


async def test_a_template_message_gives_the_id_under_which_its_fate_is_told(fake, client):
    told = await client.send_template(LI, "progress-template", {"thing1": "已受理"}, key="sending-1")
    assert fake.official.finished_jobs == [(LI, int(told))]
    (call,) = fake.official_api.journal.done("/cgi-bin/message/template/send")
    assert (call.body["client_msg_id"], call.body["data"]) == ("sending-1", {"thing1": {"value": "已受理"}})


async def test_a_subscription_message_needs_the_customers_consent_and_uses_it_up(client, phone):
    phone.grants["rating-template"] = 1
    await client.send_subscribe(LI, "rating-template", {"thing1": "请评价"})
    with pytest.raises(WechatRefused) as caught:
        await client.send_subscribe(LI, "rating-template", {"thing1": "请评价"})
    assert caught.value.code == 43101


async def test_the_unionid_of_a_follower_is_told_where_there_is_one(fake, client):
    assert await client.user_info(LI) is None
    fake.official.followers[LI].unionid = "union-li"
    assert await client.user_info(LI) == "union-li"


async def test_the_addresses_of_callbacks_are_told(client):
    assert "101.226.103.0/25" in await client.callback_ips()


async def test_what_is_left_of_the_days_calls_is_told(fake, client):
    before = await client.quota(CUSTOM)
    await client.send_text(LI, "好的")
    after = await client.quota(CUSTOM)
    assert (after.daily, after.used, after.left) == (before.daily, before.used + 1, before.left - 1)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (45015, WindowClosed),
        (45047, QuotaSpent),
        (45009, DailyQuota),
        (-1, TryLater),
        (45011, TryLater),
        (40003, WechatRefused),
        (40007, WechatRefused),
        (45002, WechatRefused),
        (48001, WechatRefused),
        (99999, WechatRefused),
        (40164, NotAllowedHere),
        (89503, NotAllowedHere),
    ],
)
async def test_45015_45047_45009_and_the_like_come_in_their_class_and_are_sent_once(fake, client, code, kind):
    fake.official_api.faults.code(CUSTOM, code, times=None)
    with pytest.raises(kind) as caught:
        await client.send_text(LI, "好的")
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert str(code) in str(caught.value)
    assert fake.official_api.journal.count(CUSTOM) == 1


async def test_timeout_after_accept_is_unknown_and_never_sent_again(fake, client, phone):
    fake.official_api.faults.hang(CUSTOM, after=True)
    with pytest.raises(Unknown):
        await client.send_text(LI, "好的")
    assert phone.shown("custom") == ["好的"]


@pytest.mark.parametrize("after", [False, True])
async def test_a_connection_that_is_cut_leaves_us_unknowing(fake, client, after):
    fake.official_api.faults.reset(CUSTOM, after=after)
    with pytest.raises(Unknown):
        await client.send_text(LI, "好的")
    assert fake.official_api.journal.count(CUSTOM) == 1


async def test_a_page_instead_of_an_answer_leaves_us_unknowing(fake, client):
    fake.official_api.faults.html(CUSTOM)
    with pytest.raises(Unknown, match="KESU_WECHAT_API"):
        await client.send_text(LI, "好的")


async def test_a_gateway_that_is_down_is_tried_later(fake, client):
    fake.official_api.faults.status(CUSTOM, 502)
    with pytest.raises(TryLater):
        await client.send_text(LI, "好的")
    assert fake.official_api.journal.count(CUSTOM) == 1


async def test_what_changes_nothing_is_asked_again_after_a_while(fake):
    waited = Pauses()
    fake.official_api.faults.code(CALLBACK_IPS, -1)
    fake.official_api.faults.html(CALLBACK_IPS)
    async with clients_of(fake, pause=waited) as clients:
        assert await clients.official.callback_ips()
    assert waited.seconds == [0.3, 1.0]


async def test_what_is_asked_too_often_is_not_asked_again_at_once(fake, client):
    fake.official_api.faults.code(CALLBACK_IPS, 45011, times=None)
    with pytest.raises(TryLater):
        await client.callback_ips()
    assert fake.official_api.journal.count(CALLBACK_IPS) == 1


async def test_a_platform_that_is_not_there_names_the_setting(fake, unused_tcp_port):
    async with clients_of(fake, api=f"http://127.0.0.1:{unused_tcp_port}") as clients:
        with pytest.raises(TryLater, match="KESU_WECHAT_API"):
            await clients.official.send_text(LI, "好的")


async def test_an_address_that_is_no_platform_is_refused_and_not_followed(fake, aiohttp_server):
    async def away(request):
        raise web.HTTPFound(fake.official_url)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", away)
    server = await aiohttp_server(app)
    async with clients_of(fake, api=str(server.make_url(""))) as clients:
        with pytest.raises(TokenTrouble, match="KESU_WECHAT_API"):
            await clients.official.send_text(LI, "好的")
    assert fake.official_api.journal.every == []


async def test_the_address_that_is_not_on_the_list_is_told(fake, client):
    fake.official.whitelisted = False
    with pytest.raises(NotAllowedHere, match=r"127\.0\.0\.1.*IP白名单"):
        await client.check_token()


async def test_a_wrong_secret_says_so_and_is_never_shown(fake, phone, caplog):
    caplog.set_level(logging.DEBUG)
    async with clients_of(fake, secret="0" * 32) as clients:
        with pytest.raises(TokenTrouble, match="AppSecret") as caught:
            await clients.official.send_text(LI, "好的")
    assert caught.value.code == 40125
    assert "0" * 32 not in str(caught.value) + caplog.text + repr(official_of(fake, secret="0" * 32))


async def test_secrets_tokens_and_openids_are_absent_from_logs_and_errors(fake, client, caplog):
    caplog.set_level(logging.DEBUG)
    said = []
    faults = fake.official_api.faults
    for fault in (
        faults.reset,
        faults.html,
        lambda path: faults.code(path, 40003),
        lambda path: faults.code(path, 40001, 2),
    ):
        fault(CUSTOM)
        with pytest.raises(Exception) as caught:  # noqa: PT011 -- whatever it is
            await client.send_text(LI, "我的电话13812345678")
        said += [repr(caught.value), str(caught.value), repr(caught.value.__cause__)]
    told = caplog.text + "".join(said)
    tokens = list(fake.official.stable_tokens.known)
    for secret in (fake.official.secret, LI, "13812345678", *tokens):
        assert tokens
        assert secret not in told


async def test_every_body_that_was_sent_was_json_of_utf_8(fake, client):
    await client.send_text(LI, "半个字\ud83d")
    (call,) = fake.official_api.journal.calls(CUSTOM)
    assert json.loads(call.raw.decode())["text"]["content"] == "半个字?"
