"""The fake 微信客服 enforces what the platform enforces."""

import pytest
from aiohttp import web

from tests.wechat.kf import BOT, ENDED, HUMAN, MOVES, NEW, QUEUE
from tests.wechat.kf_api import CUSTOMERS, GET_TOKEN, MOVE, SEND, SEND_ON_EVENT, SERVICERS, STATE, SYNC
from tests.wechat.kf_phone import KfPhone

LI = "wmLi"


@pytest.fixture
def phone(fake, account):
    """A phone whose doorbells get lost."""
    phone = KfPhone(fake.corp, account, "http://127.0.0.1:9/")
    phone.rings = False
    return phone


@pytest.fixture
def session_of_li(fake, account):
    return fake.corp.session(account, LI)


def message(account, words="好的", **more):
    body = {"touser": LI, "open_kfid": account.open_kfid, "msgtype": "text", "text": {"content": words}}
    return body | more


async def send(kf, account, words="好的", **more):
    return (await kf.post(SEND, message(account, words, **more)))["errcode"]


async def sync(kf, account, cursor="", **more):
    return await kf.post(SYNC, {"open_kfid": account.open_kfid, "cursor": cursor} | more)


async def move(kf, account, state, servicer=None):
    body = {"open_kfid": account.open_kfid, "external_userid": LI, "service_state": state}
    return await kf.post(MOVE, body | ({"servicer_userid": servicer} if servicer else {}))


def texts(page):
    return [line["text"]["content"] for line in page["msg_list"] if line["msgtype"] == "text"]


async def test_a_token_stays_the_same_until_it_expires(fake, kf):
    login = {"corpid": fake.corp.corpid, "corpsecret": fake.corp.secret}
    assert (await kf.get(GET_TOKEN, **login))["access_token"] == kf.token
    fake.clock.turn(hours=2)
    assert (await kf.get("/cgi-bin/kf/account/list"))["errcode"] == 42001
    assert (await kf.get(GET_TOKEN, **login))["access_token"] != kf.token
    assert (await kf.get(GET_TOKEN, **login | {"corpsecret": "x"}))["errcode"] == 40001


async def test_the_log_is_pulled_page_by_page_and_each_cursor_stays_good(kf, phone, account):
    for number in range(5):
        phone.wrote(LI, str(number))
    first = await sync(kf, account, limit=3)
    assert (texts(first), first["has_more"]) == (["0", "1", "2"], 1)
    for _ in range(2):
        second = await sync(kf, account, first["next_cursor"], limit=3)
        assert (texts(second), second["has_more"]) == (["3", "4"], 0)
    phone.wrote(LI, "5")
    assert texts(await sync(kf, account, second["next_cursor"])) == ["5"]


async def test_1001_messages_take_two_pages(kf, phone, account):
    for number in range(1001):
        phone.wrote(LI, str(number))
    first = await sync(kf, account)
    assert (len(first["msg_list"]), first["has_more"]) == (1000, 1)
    second = await sync(kf, account, first["next_cursor"])
    assert (texts(second), second["has_more"]) == (["1000"], 0)


@pytest.mark.parametrize("wrong", [{"limit": 1001}, {"limit": 0}, {"cursor": "made-up"}])
async def test_a_page_too_large_or_a_cursor_of_nobodys_is_refused(kf, account, wrong):
    assert (await sync(kf, account, **wrong))["errcode"] == 40058


async def test_a_cursor_is_good_for_its_own_account_only(fake, kf, account):
    other = fake.corp.open_account("wkOTHER")
    cursor = (await sync(kf, account))["next_cursor"]
    assert (await sync(kf, other, cursor))["errcode"] == 40058
    assert (await kf.post(SYNC, {"open_kfid": "wkNOBODY"}))["errcode"] == 95000


async def test_a_doorbells_token_is_good_for_ten_minutes(fake, kf, account):
    token = fake.corp.doorbell()
    fake.clock.turn(seconds=599)
    assert (await sync(kf, account, token=token))["errcode"] == 0
    fake.clock.turn(seconds=1)
    assert (await sync(kf, account, token=token))["errcode"] == 95007


async def test_what_is_older_than_three_days_is_gone(fake, kf, phone, account):
    phone.wrote(LI, "旧")
    fake.clock.turn(hours=72)
    phone.wrote(LI, "新")
    kf.token = fake.corp.tokens.same_until_expired()["access_token"]
    assert texts(await sync(kf, account)) == ["新"]


async def test_five_messages_follow_a_message_within_48_hours(fake, kf, phone, account):
    phone.wrote(LI, "你好")
    assert [await send(kf, account) for _ in range(6)] == [0, 0, 0, 0, 0, 95018]
    phone.wrote(LI, "在吗")
    fake.clock.turn(hours=48)
    kf.token = fake.corp.tokens.same_until_expired()["access_token"]
    assert await send(kf, account) == 95018
    assert fake.corp.session(account, LI).shown() == ["好的"] * 5


async def test_the_finer_codes_can_be_asked_for(fake, kf, phone, account, session_of_li):
    fake.corp.quota_code, fake.corp.window_code = 95001, 95002
    assert await send(kf, account) == 95002
    phone.wrote(LI, "你好")
    assert [await send(kf, account) for _ in range(6)][-1] == 95001


async def test_a_msgid_is_taken_once_and_must_be_short_and_plain(fake, kf, phone, account):
    phone.wrote(LI, "你好")
    assert [await send(kf, account, msgid="k-1_A") for _ in range(2)] == [0, 95031]
    for wrong in ("x" * 33, "中", "a b", ""):
        assert await send(kf, account, msgid=wrong) == 40058
    assert fake.corp.session(account, LI).message.spent == 1


async def test_a_message_is_sent_to_new_and_bot_sessions_only(kf, phone, account, session_of_li):
    phone.wrote(LI, "你好")
    codes = {}
    for state in (NEW, BOT, QUEUE, HUMAN, ENDED):
        session_of_li.state = state
        codes[state] = await send(kf, account)
    assert codes == {NEW: 0, BOT: 0, QUEUE: 95018, HUMAN: 95018, ENDED: 95018}


@pytest.mark.parametrize("begin", [NEW, BOT, QUEUE, HUMAN, ENDED])
async def test_sessions_move_as_the_table_says(kf, account, session_of_li, begin):
    for to in (BOT, QUEUE, HUMAN, ENDED):
        session_of_li.state = begin
        answer = await move(kf, account, to, "wang" if to == HUMAN else None)
        assert answer["errcode"] == (0 if to in MOVES[begin] else 95016)
        assert ("msg_code" in answer) == (answer["errcode"] == 0 and to != BOT)


async def test_a_session_goes_to_a_servicer_who_receives_only(fake, kf, account, session_of_li):
    for servicer in (None, "zhao", "nobody"):
        assert (await move(kf, account, HUMAN, servicer))["errcode"] == 95014
    assert (await move(kf, account, HUMAN, "wang"))["errcode"] == 0
    asked = {"open_kfid": account.open_kfid, "external_userid": LI}
    told = await kf.post(STATE, asked)
    assert (told["service_state"], told["servicer_userid"]) == (HUMAN, "wang")
    listed = (await kf.get(SERVICERS, open_kfid=account.open_kfid))["servicer_list"]
    assert listed == [{"userid": "wang", "status": 0}, {"userid": "zhao", "status": 1}]


async def test_an_ended_session_begins_anew_when_the_customer_writes(phone, session_of_li):
    session_of_li.state = ENDED
    phone.wrote(LI, "还在吗")
    assert session_of_li.state == NEW


async def test_the_welcome_goes_out_once_and_within_20_seconds(fake, kf, phone, account):
    await phone.enter(LI)
    event = (await sync(kf, account))["msg_list"][0]["event"]
    body = {"code": event["welcome_code"], "msgtype": "text", "text": {"content": "您好"}}
    assert (await kf.post(SEND_ON_EVENT, body))["errcode"] == 0
    assert (await kf.post(SEND_ON_EVENT, body))["errcode"] == 40058
    fake.clock.turn(hours=47)
    await phone.enter(LI)
    kf.token = fake.corp.tokens.same_until_expired()["access_token"]
    assert "welcome_code" not in (await sync(kf, account))["msg_list"][-1]["event"]
    fake.clock.turn(hours=1)
    await phone.enter(LI)
    body["code"] = (await sync(kf, account))["msg_list"][-1]["event"]["welcome_code"]
    fake.clock.turn(seconds=20)
    assert (await kf.post(SEND_ON_EVENT, body))["errcode"] == 40058
    assert fake.corp.session(account, LI).shown("event") == ["您好"]


async def test_errcode_0_does_not_mean_delivered(fake, kf, phone, account):
    phone.wrote(LI, "你好")
    cursor = (await sync(kf, account))["next_cursor"]
    account.failing = True
    assert await send(kf, account, msgid="k-1") == 0
    failed = (await sync(kf, account, cursor))["msg_list"][0]
    assert (failed["origin"], failed["event"]["event_type"]) == (4, "msg_send_fail")
    assert (failed["event"]["fail_msgid"], failed["event"]["external_userid"]) == ("k-1", LI)
    assert fake.corp.session(account, LI).shown() == []


async def test_servicers_of_wecom_take_answer_hand_over_and_end(kf, phone, account, session_of_li):
    session_of_li.state = QUEUE
    await phone.take(LI, "wang")
    await phone.answer(LI, "我来处理", "wang")
    await phone.hand_over(LI, "zhao")
    await phone.end(LI)
    await phone.answer(LI, "又是我", "wang")
    log = (await sync(kf, account))["msg_list"]
    changes = [line["event"]["change_type"] for line in log if line["msgtype"] == "event"]
    assert changes == [1, 2, 3, 4]
    said = [(line["origin"], line["servicer_userid"]) for line in log if line["msgtype"] == "text"]
    assert said == [(5, "wang"), (5, "wang")]
    assert (session_of_li.state, session_of_li.servicer) == (HUMAN, "wang")


async def test_who_customers_are_elsewhere_is_told_by_their_unionids(fake, kf, session_of_li):
    fake.corp.unionids[LI] = "u-1"
    told = await kf.post(CUSTOMERS, {"external_userid_list": [LI, "nobody"]})
    assert told["customer_list"][0]["unionid"] == "u-1"
    assert told["invalid_external_userid"] == ["nobody"]


async def test_a_doorbell_is_sealed_for_the_corp_and_says_which_account(fake, kf, account):
    heard = []

    async def door(request):
        heard.append((dict(request.query), await request.text()))
        return web.Response(text="success")

    app = web.Application()
    app.router.add_post("/wechat/kf", door)
    phone = KfPhone(fake.corp, account, await fake.serve(app) + "/wechat/kf")
    assert (await phone.write(LI, "你好")).outcome == "success"
    query, body = heard[0]
    assert set(query) == {"msg_signature", "timestamp", "nonce"}
    sealed = body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    inner = phone.driver.sealer.open(sealed)
    assert f"<OpenKfId><![CDATA[{account.open_kfid}]]></OpenKfId>" in inner
    token = inner.partition("<Token><![CDATA[")[2].partition("]]>")[0]
    page = await sync(kf, account, token=token)
    assert texts(page) == ["你好"]
