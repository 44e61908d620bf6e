"""Our client of 微信客服, calling the fake platform."""

import pytest
from aiohttp import web

from bot.adapters.wechat.codes import is_duplicate
from bot.domain.wechat_errors import (
    NotAllowedHere,
    QuotaSpent,
    TokenTrouble,
    TryLater,
    Unknown,
    WechatRefused,
    WindowClosed,
    WrongState,
)
from bot.services.ports import KfAccount, Servicer, SessionState
from tests.clients import Pauses, clients_of, corp_of
from tests.wechat.kf_api import GET_TOKEN, MOVE, SEND, STATE, SYNC

KF, LI = "wkAAAAAAAAAAAA", "wm-of-li"
HELLO = {"msgtype": "text", "text": {"content": "您好"}}


@pytest.fixture
def session_of_li(fake, account):
    """The customer's session; they have just written."""
    session = fake.corp.session(account, LI)
    session.message.begin(fake.clock.now())
    return session


@pytest.fixture
async def client(fake, session_of_li):
    async with clients_of(fake) as clients:
        yield clients.kf


async def test_a_message_is_taken_once_under_its_msgid(client, session_of_li):
    await client.send(KF, LI, "sending-1", HELLO)
    await client.send(KF, LI, "sending-1", HELLO)
    assert session_of_li.shown() == ["您好"]


@pytest.mark.parametrize(
    "words", ["msgid already exist, hint: [1]", "duplicate msgid", "repeated msgid, from ip: 1.2.3.4"]
)
async def test_a_repeated_msgid_is_known_by_the_words_where_its_number_is_another(words):
    assert is_duplicate(40058, words)
    assert not is_duplicate(40058, "invalid parameter: msgid, hint: [1]")


async def test_an_unknown_outcome_is_sent_again_under_its_msgid_without_doubling(fake, client, session_of_li):
    fake.kf_api.faults.hang(SEND, after=True)
    with pytest.raises(Unknown):
        await client.send(KF, LI, "sending-1", HELLO)
    await client.send(KF, LI, "sending-1", HELLO)
    assert session_of_li.shown() == ["您好"]


async def test_a_session_that_people_have_refuses_the_bot(client, session_of_li):
    session_of_li.state = 3
    with pytest.raises(WrongState) as caught:
        await client.send(KF, LI, "sending-1", HELLO)
    assert caught.value.code == 95018
    assert isinstance(caught.value, WindowClosed)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (95001, QuotaSpent),
        (95002, WindowClosed),
        (45009, TryLater),
        (40096, WechatRefused),
        (60020, NotAllowedHere),
    ],
)
async def test_each_refusal_comes_in_its_class(fake, client, code, kind):
    fake.kf_api.faults.code(SEND, code)
    with pytest.raises(kind) as caught:
        await client.send(KF, LI, "sending-1", HELLO)
    assert (type(caught.value), caught.value.code) == (kind, code)


async def test_pages_are_read_on_by_cursor_until_there_is_no_more(fake, account, client):
    for number in range(5):
        fake.corp.add(account, 3, "text", LI, text={"content": str(number)})
    told, cursor, more = [], "", True
    while more:
        page = await client.sync(cursor, fake.corp.doorbell(), 2, KF)
        told += [one["text"]["content"] for one in page.messages]
        cursor, more = page.next_cursor, page.has_more
    assert told == ["0", "1", "2", "3", "4"]
    assert "content" not in repr(page)


async def test_a_doorbell_that_is_too_old_is_refused_and_without_one_it_goes_on(fake, client):
    word = fake.corp.doorbell()
    fake.clock.turn(minutes=11)
    with pytest.raises(WechatRefused) as caught:
        await client.sync("", word, 100, KF)
    assert caught.value.code == 95007
    assert (await client.sync("", "", 100, KF)).messages == ()


async def test_reading_is_tried_again_and_changing_is_not(fake):
    waited = Pauses()
    fake.corp.open_account()
    fake.kf_api.faults.status(SYNC, 502)
    fake.kf_api.faults.status(MOVE, 502)
    async with clients_of(fake, pause=waited) as clients:
        await clients.kf.sync("", "", 100, KF)
        with pytest.raises(TryLater):
            await clients.kf.change_state(KF, LI, 1)
    assert waited.seconds == [0.3]
    assert fake.kf_api.journal.count(MOVE) == 1


async def test_a_session_goes_from_hand_to_hand(client):
    assert await client.state(KF, LI) == SessionState(0)
    assert await client.change_state(KF, LI, 1) is None
    code = await client.change_state(KF, LI, 3, "wang")
    await client.send_on_event(code, "tip-1", {"msgtype": "text", "text": {"content": "王方为您服务"}})
    assert await client.state(KF, LI) == SessionState(3, "wang")


async def test_a_code_is_good_once_and_the_same_msgid_does_no_harm(client, session_of_li):
    code = await client.change_state(KF, LI, 2)
    await client.send_on_event(code, "tip-1", HELLO)
    with pytest.raises(WechatRefused):
        await client.send_on_event(code, "tip-2", HELLO)
    assert session_of_li.shown() == ["您好"]


@pytest.mark.parametrize(("state", "servicer", "code"), [(3, "zhao", 95014), (1, None, 95016)])
async def test_a_session_is_not_handed_to_who_is_away_nor_back_to_the_bot(client, state, servicer, code):
    await client.change_state(KF, LI, 2)
    with pytest.raises(WrongState) as caught:
        await client.change_state(KF, LI, state, servicer)
    assert caught.value.code == code


async def test_servicers_accounts_and_unionids_are_told(fake, client):
    fake.corp.unionids[LI] = "union-li"
    assert await client.servicers(KF) == (Servicer("wang", True), Servicer("zhao", False))  # noqa: FBT003 -- on duty?
    assert await client.accounts() == (KfAccount(KF, "客服"),)
    assert await client.customers([LI, "wm-of-nobody"]) == {LI: "union-li"}
    assert await client.customers([]) == {}
    assert await client.callback_ips() == ("127.0.0.1",)


async def test_a_customers_file_comes_in_pieces(fake, client):
    media_id = fake.corp.media.add("video", b"moving" * 1000, "video/mp4")
    async with client.media(media_id) as download:
        assert b"".join([chunk async for chunk in download.chunks]) == b"moving" * 1000


async def test_tokens_last_until_their_very_end_without_being_fetched_at_every_call(fake, client):
    for _ in range(12):  # two hours, the last minutes one by one
        await client.state(KF, LI)
        fake.clock.turn(minutes=9, seconds=50)
    for _ in range(20):
        await client.state(KF, LI)
    assert fake.kf_api.journal.codes(STATE).count(0) == 32
    assert fake.kf_api.journal.count(GET_TOKEN) <= 4


async def test_a_wrong_secret_of_the_corp_says_so(fake):
    async with clients_of(fake) as clients:
        await clients.kf.check_token()
    fake.corp.secret = "another"
    async with clients_of(fake) as clients:
        fake.corp.secret = "changed meanwhile"
        with pytest.raises(TokenTrouble, match="密钥") as caught:
            await clients.kf.check_token()
    assert caught.value.code == 40001
    assert corp_of(fake).secret not in str(caught.value) + repr(corp_of(fake))


@pytest.mark.parametrize("ask", ["state", "sync", "servicers", "accounts", "callback_ips", "customers"])
@pytest.mark.parametrize("told", [{"errcode": 0}, {"errcode": "0"}, []])
async def test_an_answer_that_is_made_otherwise_is_tried_later(aiohttp_server, fake, ask, told):
    async def serve(request):
        if request.path == GET_TOKEN:
            return web.json_response({"errcode": 0, "access_token": "t", "expires_in": 7200})
        lists = ("msg_list", "ip_list", "servicer_list", "account_list", "customer_list")
        return web.json_response({**dict.fromkeys(lists, 7), "service_state": None, **told} if told else told)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    fake.kf_url = str((await aiohttp_server(app)).make_url("")).rstrip("/")
    asked = {"state": (KF, LI), "sync": ("", ""), "servicers": (KF,), "customers": ([LI],)}.get(ask, ())
    async with clients_of(fake) as clients:
        with pytest.raises(TryLater):
            await getattr(clients.kf, ask)(*asked)
