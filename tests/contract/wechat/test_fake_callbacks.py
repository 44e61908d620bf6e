"""The driver posts as the platform does, and tells a good answer from one that frightens the customer."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from tests.wechat import messages
from tests.wechat.callbacks import Driver
from tests.wechat.followers import Shown
from tests.wechat.official_phone import BROKEN, OfficialPhone
from tests.wechat.sealing import Sealer, signature

LI = "openid-li"


class Listener:
    """A desk's place: remembers what was posted, and answers what it is told, the last answer for good."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.heard = []
        self.left = asyncio.Event()

    def app(self):
        app = web.Application()
        app.router.add_post("/wechat", self.post)
        app.on_shutdown.append(self._leave)
        return app

    async def post(self, request):
        self.heard.append((dict(request.query), (await request.read()).decode()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            await self.left.wait()
        if callable(answer):
            answer = answer()
        return answer if isinstance(answer, web.Response) else web.Response(text=answer or "")

    async def _leave(self, app):
        self.left.set()


@pytest.fixture
async def phone_before(fake):
    """A phone in front of a listener."""

    async def made(listener, **how):
        url = await fake.serve(listener.app())
        return OfficialPhone(fake.official, f"{url}/wechat", **how)

    return made


def answer_of(fake, content, *, to=LI, sealer=None, spoil=""):
    """A sealed passive reply."""
    account = fake.official
    sealer = sealer or Sealer(account.token, account.aes_key, account.appid)
    fields = {"ToUserName": to, "FromUserName": account.original_id, "CreateTime": 1}
    sealed = sealer.seal(messages.xml(**fields, MsgType="text", Content=content))
    signed = signature(account.token, "1", "2", sealed) + spoil
    return messages.xml(Encrypt=sealed, MsgSignature=signed, TimeStamp=1, Nonce="2")


def test_the_platforms_own_example_of_a_signature():
    signed = signature("AAAAA", "1714037059", "486452656")
    assert signed == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


async def test_a_text_is_signed_and_sealed_and_opens_the_window(fake, phone_before):
    listener = Listener("success")
    phone = await phone_before(listener)
    delivery = await phone.write(LI, "有]]>虫子")
    assert delivery.must_be_fine().outcome == "success"
    query, body = listener.heard[0]
    account = fake.official
    assert query["signature"] == signature(account.token, query["timestamp"], query["nonce"])
    sealed = body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    assert query["msg_signature"] == signature(account.token, query["timestamp"], query["nonce"], sealed)
    opened = Sealer(account.token, account.aes_key, account.appid).open(sealed)
    assert "<Content><![CDATA[有]]]]><![CDATA[>虫子]]></Content>" in opened
    assert "虫子" not in body
    assert account.followers[LI].message.left(fake.clock.now()) == 5


async def test_who_does_not_answer_is_asked_three_times_and_the_customer_sees_the_apology(fake, phone_before):
    listener = Listener(None)
    phone = await phone_before(listener, patience=0.1)
    delivery = await phone.write(LI, "你好")
    assert [attempt.problem for attempt in delivery.attempts] == ["timeout"] * 3
    assert len(listener.heard) == 3
    assert fake.official.followers[LI].shown() == [BROKEN]
    with pytest.raises(AssertionError):
        delivery.must_be_fine()


async def test_an_answer_to_the_second_attempt_is_in_time(fake, phone_before):
    phone = await phone_before(Listener(None, "success"), patience=0.1)
    delivery = await phone.write(LI, "你好")
    assert (delivery.outcome, len(delivery.attempts)) == ("success", 2)
    assert fake.official.followers[LI].shown() == []


async def test_a_sealed_reply_is_opened_and_shown(fake, phone_before):
    phone = await phone_before(Listener(answer_of(fake, "很抱歉")))
    delivery = await phone.write(LI, "有虫子")
    assert (delivery.outcome, delivery.text) == ("reply", "很抱歉")
    assert fake.official.followers[LI].shown("passive") == ["很抱歉"]


@pytest.mark.parametrize(
    "body",
    [
        "Internal Server Error",
        '{"ok": true}',
        "<xml></xml>",
        "<xml><Encrypt>aGk=</Encrypt></xml>",
        " success",
    ],
)
async def test_what_is_no_reply_frightens_the_customer(fake, phone_before, body):
    phone = await phone_before(Listener(body))
    assert (await phone.write(LI, "你好")).outcome == "broken"
    assert fake.official.followers[LI].shown("broken") == [BROKEN]


@pytest.mark.parametrize("wrong", ["signature", "receiver", "words"])
async def test_a_reply_that_is_signed_sealed_or_worded_wrongly_is_broken(fake, phone_before, wrong):
    account = fake.official
    other = Sealer(account.token, account.aes_key, "wx-somebody-else")
    how = {"sealer": other} if wrong == "receiver" else {"spoil": "0"} if wrong == "signature" else {}
    body = answer_of(fake, "" if wrong == "words" else "很抱歉", **how)
    phone = await phone_before(Listener(body))
    assert (await phone.write(LI, "你好")).outcome == "broken"


async def test_a_server_error_is_tried_again(fake, phone_before):
    errors = Listener(lambda: web.Response(status=500))
    phone = await phone_before(errors)
    delivery = await phone.write(LI, "你好")
    assert ([attempt.status for attempt in delivery.attempts], delivery.why) == ([500] * 3, "HTTP 500")


async def test_the_same_envelope_can_be_posted_again(fake, phone_before):
    listener = Listener("success")
    phone = await phone_before(listener)
    envelope = phone.driver.envelope(messages.text("gh", LI, 1, 7, "你好"))
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            assert (await phone.driver.once(session, *envelope)).status == 200
    assert listener.heard[0] == listener.heard[1]


async def test_unfollowing_closes_what_following_opened(fake, phone_before):
    phone = await phone_before(Listener("success"))
    await phone.follow(LI)
    assert fake.official.followers[LI].touch.left(fake.clock.now()) == 3
    await phone.unfollow(LI)
    assert not fake.official.followers[LI].subscribed
    assert [line.text for line in fake.official.followers[LI].screen] == ["关注", "取消关注"]


async def test_a_photo_is_to_be_had_from_the_platform_only(fake, phone_before, official):
    listener = Listener("success")
    phone = await phone_before(listener)
    await phone.photo(LI, b"\xff\xd8jpeg")
    line = fake.official.followers[LI].screen[0]
    assert line == Shown(line.at, "sent", "image", media_id=line.media_id, mine=True)
    assert await official.get("/cgi-bin/media/get", media_id=line.media_id) == b"\xff\xd8jpeg"


async def test_the_address_is_checked_with_an_echo(fake):
    async def echo(request):
        return web.Response(text=request.query["echostr"])

    app = web.Application()
    app.router.add_get("/", echo)
    url = await fake.serve(app)
    account = fake.official
    driver = Driver(url, Sealer(account.token, account.aes_key, account.appid), fake.clock)
    async with aiohttp.ClientSession() as session:
        assert await driver.check_url(session) == (200, "4375120948345356249")


async def test_how_a_template_message_went_is_told_by_an_event(fake, phone_before):
    listener = Listener("success")
    phone = await phone_before(listener, sealed=False)
    fake.official.follower(LI)
    body = {"touser": LI, "template_id": "progress-template", "data": {"case": {"value": "K2026-00001"}}}
    msg_id = fake.official.take_template(body)
    assert [delivery.outcome for delivery in await phone.tell_finished_jobs()] == ["success"]
    assert await phone.tell_finished_jobs() == []
    _, told = listener.heard[0]
    assert "<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>" in told
    assert f"<MsgID>{msg_id}</MsgID><Status><![CDATA[success]]></Status>" in told
