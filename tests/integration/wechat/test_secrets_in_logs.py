"""Whatever goes well or wrong, no secret, token, openid or customer's word gets into a log."""

import json
import logging

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.conversation import Customer
from bot.domain.errors import Conflict
from bot.domain.followup import Letter, Way
from tests import outside
from tests.desks import OWN_WORDS
from tests.desks import WORKDAY_MORNING as NOW
from tests.messengers import OPENID, PHONE
from tests.people import person
from tests.wechat import FakeTencent, TencentClock
from tests.wechat.faults import ANYWHERE
from tests.wechat.kf_phone import KfPhone
from tests.wechat.official_api import CUSTOM
from tests.wechat.official_phone import OfficialPhone
from tests.wechat.sealing import Sealer
from tests.whole_desk import Place

NOON = 1_774_000_800.0
USERID, UNION = "wmSecretCustomer0001", "uSecretUnion0001"
WORDS = "我昨天在你们店里买的鞋开胶了"
EARS_SECRET = "s3cret-of-the-ears"
PHOTO = b"\xff\xd8\xff\xe0 not a photo"
TROUBLES = {
    "busy": lambda faults: faults.code(CUSTOM, -1, times=None),
    "never believed": lambda faults: faults.code(CUSTOM, 40001, times=None),
    "cut off after it arrived": lambda faults: faults.reset(CUSTOM, times=None, after=True),
    "a page instead": lambda faults: faults.html(CUSTOM, times=None),
    "the day's quota": lambda faults: faults.code(CUSTOM, 45009, times=None),
    "no window": lambda faults: faults.code(CUSTOM, 45015, times=None),
    "a wrong openid": lambda faults: faults.code(CUSTOM, 40003, times=None),
    "everything down": lambda faults: faults.status(ANYWHERE, times=None),
}


@pytest.fixture
def log(caplog):
    """All that is logged, by whomever."""
    caplog.set_level(logging.DEBUG)
    for noisy in ("aiosqlite", "asyncio"):  # they quote statements, and tell nothing at the desk's level
        caplog.set_level(logging.WARNING, noisy)
    return caplog


@pytest.fixture
async def fake():
    """The platform, on a clock that stands."""
    async with FakeTencent(TencentClock(read=lambda: NOON)) as running:
        running.corp.unionids[USERID] = UNION
        running.official.follower(OPENID, unionid=UNION)
        yield running


@pytest.fixture
async def place(fake, tmp_path):
    return await Place.of(fake, tmp_path, wechat_passive_s=0.1)


def told(log):
    """Every line, with what a formatter adds of exceptions."""
    plain = logging.Formatter("%(name)s %(message)s")
    return "\n".join(plain.format(record) for record in log.records)


def secrets_of(fake):
    """What must stand nowhere."""
    official, corp = fake.official, fake.corp
    tokens = [*official.stable_tokens.known, *corp.tokens.known]
    assert tokens
    media = [*official.media.kept, *corp.media.kept]
    keys = [official.secret, official.aes_key, corp.secret, corp.token, corp.aes_key]
    return [*keys, *tokens, *media, OPENID, USERID, UNION, WORDS, PHONE]


def leaks(log, fake):
    text = told(log)
    return [secret for secret in secrets_of(fake) if secret in text]


async def an_agent_writes(running, fake, channel, external_id, text):
    desk = running.desk
    talk = await desk.intake.conversation_id(channel, external_id)
    async with desk.units() as uow:
        conversation = await uow.conversations.get(talk)
        conversation.give_to("li", desk.clock.now())
        await uow.commit()
    fake.clock.turn(seconds=6)  # WeChat's own call is over by then
    await desk.agents.write(talk, "li", text, OWN_WORDS)
    await running.wechat.outward.dispatcher.idle()


async def all_rounds(running):
    """Everything the desk does by itself for WeChat, once."""
    for _, work in running.wechat.rounds():
        await work()
    await running.wechat.outward.dispatcher.idle()


async def test_secrets_tokens_and_openids_are_absent_from_logs_on_the_whole_way(place, fake, log):
    account = fake.corp.open_account(LiLei=True)
    async with place.desk() as running:
        await person(running.desk, "li")
        phone = OfficialPhone(fake.official, f"{running.address}/wechat")
        await phone.follow(OPENID)
        await phone.write(OPENID, f"{WORDS}，电话{PHONE}")
        await phone.photo(OPENID, PHOTO)
        kf = KfPhone(fake.corp, account, f"{running.address}/wechat/kf")
        await kf.enter(USERID)
        await kf.write(USERID, f"{WORDS}，电话{PHONE}")
        await running.wechat.kf.sync.idle()
        await an_agent_writes(running, fake, "wechat", OPENID, "在的，请讲")
        await all_rounds(running)
        assert fake.official.followers[OPENID].shown("custom")
        await phone.unfollow(OPENID)
        assert await running.desk.intake.conversation_id("kf", f"{account.open_kfid}:{USERID}")
    assert log.records
    assert leaks(log, fake) == []


async def test_secrets_tokens_and_openids_are_absent_from_logs_when_voices_are_heard(place, fake, log):
    account, ears = fake.corp.open_account(LiLei=True), outside.Ears()
    ears.text = json.dumps({"text": WORDS})
    async with (
        outside.speech(ears) as url,
        place.desk(asr_url=url, asr_secret=EARS_SECRET) as running,
    ):
        await OfficialPhone(fake.official, f"{running.address}/wechat").voice(OPENID)
        await KfPhone(fake.corp, account, f"{running.address}/wechat/kf").voice(USERID)
        await running.wechat.kf.sync.idle()
        await running.wechat.media.look()
        await running.wechat.media.idle()
        for channel, customer in (("wechat", OPENID), ("kf", f"{account.open_kfid}:{USERID}")):
            talk = await running.desk.intake.conversation_id(channel, customer)
            async with running.desk.units() as uow:
                assert (await uow.messages.latest(talk))[0].text == WORDS
    assert [heard[-1]["Authorization"] for heard in ears.heard] == [f"Bearer {EARS_SECRET}"] * 2
    assert leaks(log, fake) == []
    assert EARS_SECRET not in told(log)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_secrets_tokens_and_openids_are_absent_from_logs_when_the_platform_fails(
    place, fake, log, trouble
):
    async with place.desk() as running:
        await person(running.desk, "li")
        phone = OfficialPhone(fake.official, f"{running.address}/wechat")
        await phone.write(OPENID, WORDS)
        await running.wechat.clients.keep_ready()
        TROUBLES[trouble](fake.official_api.faults)
        await an_agent_writes(running, fake, "wechat", OPENID, f"{WORDS}对吗")
        await running.wechat.people[0][1]()
    assert log.records
    assert leaks(log, fake) == []


async def test_secrets_tokens_and_openids_are_absent_from_logs_of_refused_callbacks(place, fake, log):
    async with place.desk() as running:
        await running.wechat.clients.keep_ready()
        url = f"{running.address}/wechat"
        for sealer in (
            Sealer("wrongtoken", fake.official.aes_key, fake.official.appid),
            Sealer(fake.official.token, fake.official.aes_key, "wxSomebodyElse"),
            Sealer(fake.official.token, "9" * 42 + "A", fake.official.appid),
        ):
            phone = OfficialPhone(fake.official, url, attempts=1)
            phone.driver.sealer = sealer
            assert (await phone.write(OPENID, WORDS)).outcome == "broken"
        plain = OfficialPhone(fake.official, url, attempts=1, sealed=False)
        assert (await plain.write(OPENID, WORDS)).outcome == "broken"
    assert "refused" in told(log)
    assert leaks(log, fake) == []


async def test_an_unexpected_error_is_logged_without_its_words(place, fake, log, monkeypatch):
    async def breaks(*_of, **_more):
        raise RuntimeError(f"{OPENID} {WORDS}")

    async with place.desk() as running:
        await running.wechat.clients.keep_ready()
        monkeypatch.setattr(running.desk.intake, "receive", breaks)
        phone = OfficialPhone(fake.official, f"{running.address}/wechat", attempts=1)
        assert (await phone.write(OPENID, WORDS)).outcome == "reply"
    assert "RuntimeError" in told(log)
    assert leaks(log, fake) == []


async def test_an_error_of_the_database_doesn_t_quote_the_row(units, log):
    async def add(number):
        async with units() as uow:
            uow.customers.add(Customer(number, "wechat", OPENID, NOW))
            await uow.commit()

    await add("one")
    try:
        await add("two")
    except (Conflict, IntegrityError):
        logging.getLogger("test").exception("it broke")
    assert "it broke" in told(log)
    assert OPENID not in told(log)


def test_no_record_shows_an_openid_when_it_is_printed():
    letter = Letter("id", "case", Way.NOTICE, OPENID, "", "", NOW, NOW)
    assert OPENID not in repr([Customer("id", "wechat", OPENID, NOW), letter])
