"""The door of 微信客服: WeCom's question, its doorbells, and what is none of its callbacks."""

import logging

import pytest
from aiohttp import ClientSession, web

from bot.domain.conversation import Author
from bot.services.uploads import Uploads
from bot.services.wechat.media import MediaFetcher
from bot.web import wechat_kf
from tests.files import QuickMedia, photo
from tests.kf_desk import LI, kf_desk
from tests.people import person
from tests.rooms import reading
from tests.wechat.kf_api import SEND, SEND_ON_EVENT, SYNC
from tests.wechat.sealing import Sealer

GREETS = reading("greet")


@pytest.fixture
async def kf(desk, database, live):
    async with kf_desk(desk, database.reading_units(), live) as made:
        await person(desk, "wang")
        yield made


async def test_wecoms_question_gets_what_was_sealed_in_it(kf):
    async with ClientSession() as session:
        assert await kf.phone.driver.check_sealed_url(session) == (200, "1616140317555161061")


async def test_a_doorbell_is_answered_before_anything_is_fetched(kf):
    kf.fake.kf_api.faults.hang(SYNC)
    delivery = await kf.phone.write(LI, "你好")
    assert (delivery.outcome, len(delivery.attempts)) == ("success", 1)


@pytest.mark.parametrize("secret", ["token", "aes_key", "corpid"])
async def test_a_callback_that_is_sealed_for_somebody_else_is_refused_and_fetches_nothing(kf, secret):
    corp = kf.fake.corp
    known = {"token": corp.token, "aes_key": corp.aes_key, "corpid": corp.corpid}
    wrong = {"token": "CCCCC", "aes_key": "A" * 42 + "E", "corpid": "ww00000000000000"}
    kf.phone.driver.sealer = Sealer(*({**known, secret: wrong[secret]}).values())
    delivery = await kf.phone.write(LI, "你好")
    assert delivery.status == (403 if secret == "token" else 400)
    assert delivery.attempts[-1].body == ""
    await kf.run()
    assert kf.fake.kf_api.journal.count(SYNC) == 0


async def test_an_old_callback_is_refused(kf):
    driver = kf.phone.driver
    envelope = driver.envelope("<xml></xml>", receiver=kf.fake.corp.corpid)
    kf.desk.clock.turn(seconds=301)
    async with ClientSession() as session:
        assert (await driver.once(session, *envelope)).status == 403


async def test_too_much_is_refused(kf):
    async with ClientSession() as session:
        answer = await kf.phone.driver.once(session, {}, b"x" * 70_000)
    assert answer.status == 413


async def test_a_callback_about_something_else_is_acknowledged_and_nothing_more(kf):
    head = f"<ToUserName>{kf.fake.corp.corpid}</ToUserName><CreateTime>1</CreateTime>"
    document = f"<xml>{head}<MsgType>event</MsgType><Event>change_contact</Event></xml>"
    delivery = await kf.phone.driver.post(document, receiver=kf.fake.corp.corpid)
    await kf.run()
    assert delivery.outcome == "success"
    assert kf.fake.kf_api.journal.count(SYNC) == 0


async def test_without_a_corp_there_is_no_such_place(aiohttp_client):
    app = web.Application()
    app[wechat_kf.PARTS] = type("Parts", (), {"wechat_kf": None})
    app.add_routes(wechat_kf.routes())
    client = await aiohttp_client(app)
    assert (await client.post(wechat_kf.KF_PATH)).status == 404
    assert (await client.get(wechat_kf.KF_PATH)).status == 404


async def test_a_photo_is_fetched_and_stands_in_the_transcript(kf, desk, database):
    uploads = Uploads(desk.units, desk.files, QuickMedia(), desk.clock)
    fetcher = MediaFetcher(
        desk.units,
        uploads,
        desk.words,
        desk.clock,
        reading=database.reading_units(),
        sources={"kf": kf.client},
        wake=desk.runner.wake,
    )
    await kf.phone.photo(LI, photo())
    await kf.run()
    await fetcher.look()
    await fetcher.idle()
    await kf.run()
    first = (await kf.lines())[0]
    assert (first.author, first.files) == (Author.CUSTOMER, 1)
    assert kf.screen()


async def test_a_welcome_code_that_is_refused_leaves_the_ordinary_way(kf):
    kf.fake.kf_api.faults.code(SEND_ON_EVENT, 40058)
    await kf.phone.enter(LI)
    await kf.writes("你好", GREETS)
    assert len(kf.screen()) >= 1
    assert kf.fake.kf_api.journal.count(SEND) >= 1


async def test_neither_customers_nor_tokens_nor_words_stand_in_the_log(kf, caplog):
    caplog.set_level(logging.DEBUG, logger="bot")
    kf.fake.kf_api.faults.code(SYNC, -1, times=2)
    token = kf.fake.corp.doorbell()
    kf.phone.wrote(LI, "水有怪味真恶心")
    await kf.phone.ring(token=token)
    await kf.run()
    kf.account.failing = True
    await kf.writes("你好", GREETS)
    kf.fake.kf_api.faults.code(SEND, 95018)
    await kf.writes("还在吗", GREETS)
    secrets = [token, LI, "水有怪味", kf.fake.corp.secret, *kf.fake.corp.codes]
    assert caplog.text
    assert [one for one in secrets if one in caplog.text] == []
