"""The fake 公众号 enforces what the platform enforces."""

from io import BytesIO

import aiohttp
import pytest

from tests.wechat.official import SUBSCRIPTION, TEST
from tests.wechat.official_api import (
    CUSTOM,
    GET_MEDIA,
    STABLE_TOKEN,
    SUBSCRIBE,
    TEMPLATE,
    TOKEN,
    TYPING,
    UPLOAD,
    USER_INFO,
)

LI = "openid-li"


def text(words="好的", to=LI):
    return {"touser": to, "msgtype": "text", "text": {"content": words}}


def menu(*choices):
    listed = [{"id": f"c{number}", "content": words} for number, words in enumerate(choices)]
    return {"touser": LI, "msgtype": "msgmenu", "msgmenu": {"head_content": "请选择", "list": listed}}


async def send(official, body=None):
    return (await official.post(CUSTOM, body or text()))["errcode"]


async def test_a_stable_token_stays_the_same_and_the_old_one_lives_five_minutes_beside_the_new(
    fake, official
):
    again = await official.post(STABLE_TOKEN, official.login)
    assert again == {"access_token": official.token, "expires_in": 7200}
    fake.clock.turn(seconds=7200 - 299)
    renewed = await official.post(STABLE_TOKEN, official.login)
    assert renewed["access_token"] != official.token
    fake.official.wrote(LI)
    assert await send(official) == 0
    fake.clock.turn(seconds=299)
    assert await send(official) == 42001


async def test_a_token_of_the_old_address_ends_the_one_before(fake, official):
    first = await official.get(TOKEN, **official.login)
    second = await official.get(TOKEN, **official.login)
    fake.official.wrote(LI)
    official.token = first["access_token"]
    assert await send(official) == 40001
    official.token = second["access_token"]
    assert await send(official) == 0


async def test_a_forced_token_ends_the_one_before_at_once(fake, official):
    await official.post(STABLE_TOKEN, official.login | {"force_refresh": True})
    assert await send(official) == 40001


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("made-up", 40014)])
async def test_a_call_without_a_good_token_is_refused(official, token, code):
    official.token = token
    assert await send(official) == code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"appid": "wx1"}, 40013), ({"secret": "x"}, 40125), ({"grant_type": "password"}, 40002)],
)
async def test_a_wrong_login_gets_no_token(official, wrong, code):
    assert (await official.post(STABLE_TOKEN, official.login | wrong))["errcode"] == code


async def test_an_address_that_is_not_whitelisted_gets_no_token(fake, official):
    fake.official.whitelisted = False
    assert (await official.post(STABLE_TOKEN, official.login))["errcode"] == 40164


async def test_five_messages_follow_a_message_within_48_hours(fake, official):
    fake.official.wrote(LI)
    assert [await send(official) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    fake.official.wrote(LI)
    fake.clock.turn(hours=47, minutes=59)
    official.token = (await official.post(STABLE_TOKEN, official.login))["access_token"]
    assert await send(official) == 0
    fake.clock.turn(minutes=1)
    assert await send(official) == 45015


async def test_three_messages_follow_a_tap_within_a_minute(fake, official):
    fake.official.touched(LI)
    assert [await send(official) for _ in range(4)] == [0, 0, 0, 45047]
    fake.clock.turn(seconds=60)
    assert await send(official) == 45015


async def test_nobody_is_reached_who_never_wrote_or_follows_no_more(fake, official):
    assert await send(official) == 40003
    follower = fake.official.follower(LI)
    assert await send(official) == 45015
    fake.official.wrote(LI)
    follower.subscribed = False
    assert await send(official) == 45015
    assert follower.screen == []


async def test_a_text_has_at_most_2048_bytes(fake, official):
    fake.official.wrote(LI)
    assert await send(official, text("字" * 682 + "ab")) == 0
    assert await send(official, text("字" * 683)) == 45002
    assert fake.official.followers[LI].shown("custom") == ["字" * 682 + "ab"]


async def test_a_msgmenu_is_for_certified_service_accounts(fake, official):
    fake.official.wrote(LI)
    assert await send(official, menu("满意", "不满意")) == 0
    assert fake.official.followers[LI].screen[-1].choices == (("c0", "满意"), ("c1", "不满意"))
    for sort in (TEST, SUBSCRIPTION):
        fake.official.sort = sort
        assert await send(official, menu("满意")) == 40200


async def test_what_is_no_message_is_refused_and_costs_nothing(fake, official):
    fake.official.wrote(LI)
    assert await send(official, {"touser": LI, "msgtype": "hologram", "hologram": {}}) == 40008
    assert (await official.post(CUSTOM, None, raw=b"{"))["errcode"] == 47001
    assert (await official.post(CUSTOM, None, raw=b""))["errcode"] == 44002
    assert (await official.get(CUSTOM))["errcode"] == 43002
    assert fake.official.followers[LI].message.spent == 0


async def test_typing_is_shown_for_15_seconds_after_a_message(fake, official):
    typing = {"touser": LI, "command": "Typing"}
    fake.official.follower(LI)
    assert (await official.post(TYPING, typing))["errcode"] == 45080
    fake.official.wrote(LI)
    assert (await official.post(TYPING, typing))["errcode"] == 0
    assert (await official.post(TYPING, typing))["errcode"] == 45081
    fake.clock.turn(seconds=15)
    assert (await official.post(TYPING, typing))["errcode"] == 0
    assert (await official.post(TYPING, typing | {"command": "Shout"}))["errcode"] == 45072


async def test_media_come_as_bytes_for_three_days_and_then_as_an_error(fake, official, session):
    form = aiohttp.FormData()
    form.add_field("media", b"\x89PNG", filename="a.png", content_type="image/png")
    address = f"{fake.official_url}{UPLOAD}?access_token={official.token}&type=image"
    async with session.post(address, data=form) as answer:
        media_id = (await answer.json())["media_id"]
    assert await official.get(GET_MEDIA, media_id=media_id) == b"\x89PNG"
    fake.clock.turn(hours=72)
    official.token = (await official.post(STABLE_TOKEN, official.login))["access_token"]
    assert (await official.get(GET_MEDIA, media_id=media_id))["errcode"] == 40007


@pytest.mark.parametrize(
    ("size", "sort", "code"), [(2 * 1024 * 1024 + 1, "image/png", 40006), (10, "text/html", 40004)]
)
async def test_an_image_too_big_or_of_another_sort_is_refused(fake, official, session, size, sort, code):
    form = aiohttp.FormData()
    form.add_field("media", BytesIO(b"x" * size), filename="a", content_type=sort)
    address = f"{fake.official_url}{UPLOAD}?access_token={official.token}&type=image"
    async with session.post(address, data=form) as answer:
        assert (await answer.json())["errcode"] == code


async def test_template_and_subscription_messages_need_no_window(fake, official):
    follower = fake.official.follower(LI)
    body = {"touser": LI, "template_id": "progress-template", "data": {"case": {"value": "K2026-00001"}}}
    assert (await official.post(TEMPLATE, body))["errcode"] == 0
    assert (await official.post(SUBSCRIBE, body))["errcode"] == 43101
    follower.grants["progress-template"] = 1
    assert (await official.post(SUBSCRIBE, body))["errcode"] == 0
    assert (await official.post(SUBSCRIBE, body))["errcode"] == 43101
    assert (await official.post(TEMPLATE, body | {"template_id": "nobody's"}))["errcode"] == 40037
    assert follower.shown() == ["case：K2026-00001"] * 2


async def test_who_a_customer_is_elsewhere_is_told_by_the_unionid(fake, official):
    fake.official.follower(LI, unionid="u-1")
    told = await official.get(USER_INFO, openid=LI, lang="zh_CN")
    assert (told["unionid"], told["subscribe"]) == ("u-1", 1)
    assert (await official.get(USER_INFO, openid="nobody"))["errcode"] == 40003
