"""What customers send in a 公众号 beside words: photos that are fetched, voice, places."""

import asyncio

from bot.domain.conversation import Delivery
from bot.domain.wechat_errors import TryLater, WechatRefused
from bot.services import wordless
from bot.services.wechat.media import RETRIES
from tests.files import photo
from tests.official import ANNA, PASSIVE_S

PIPE = "水有怪味"


async def test_media_after_text_and_text_after_media_keep_their_places_while_the_photo_is_fetched(official):
    here = asyncio.Event()
    official.source.before = here.wait
    official.understands(PIPE, "water.odor")
    official.understands("就是这样的", "inform")
    await official.phone.write(ANNA, PIPE)
    sent = asyncio.create_task(official.phone.photo(ANNA, photo()))
    await official.time.asleep(PASSIVE_S)
    await official.time.wake(PASSIVE_S)
    assert (await sent).outcome == "success"
    later = asyncio.create_task(official.phone.write(ANNA, "就是这样的"))
    await official.time.wake(PASSIVE_S)
    assert (await later).outcome == "success"
    assert len(official.desk.room.turns) == 1
    here.set()
    await official.settle()
    texts = [(one.text, one.files) for one in await official.lines() if one.author == "customer"]
    assert texts == [(PIPE, 0), ("", 1), ("就是这样的", 0)]
    assert len(official.desk.room.turns) == 2


async def test_a_photo_becomes_evidence_of_the_case_and_no_address_in_it_is_opened(official):
    official.understands(PIPE, "water.odor")
    await official.phone.write(ANNA, PIPE)
    picture = photo()
    (await official.phone.photo(ANNA, picture)).must_be_fine()
    await official.settle()
    last = [line for line in await official.lines() if line.author == "customer"][-1]
    async with official.desk.units() as uow:
        (file,) = await uow.attachments.of_messages([last.id])
        case = await uow.cases.get(file.case_id)
    assert official.desk.files.kept[file.original_key] == picture
    assert (case.issue, file.channel, len(official.source.asked)) == ("water.odor", "wechat", 1)


async def test_a_photo_that_cant_be_had_is_asked_for_again(official):
    official.source.problems = [WechatRefused("invalid media_id", 40007)]
    delivery = (await official.phone.photo(ANNA, photo())).must_be_fine()
    assert delivery.text == official.desk.words.situation(wordless.LOST, "hans").text
    assert await official.asked() == [wordless.SHOWN[wordless.LOST]]


async def test_a_photo_is_fetched_again_when_wechat_was_busy(official):
    official.source.problems = [TryLater("busy", -1)]
    call = asyncio.create_task(official.phone.photo(ANNA, photo()))
    await official.source.was_asked.wait()
    await official.media.idle()
    await official.media.look()
    assert len(official.source.asked) == 1
    official.desk.clock.turn(seconds=1)
    await official.media.look()
    (await call).must_be_fine()
    assert (len(official.source.asked), (await official.lines())[0].files) == (2, 1)


async def test_a_photo_that_wechat_keeps_back_holds_nobody_up_for_long_and_is_asked_for_again(official):
    official.understands("在吗", "greet")
    official.source.problems = [TryLater("busy", -1) for _ in range(len(RETRIES) + 1)]
    for call in (official.phone.photo(ANNA, photo()), official.phone.write(ANNA, "在吗")):
        posted = asyncio.create_task(call)
        await official.time.wake(PASSIVE_S)
        await posted
    await official.media.idle()
    assert official.desk.room.turns == []
    for pause in RETRIES:
        official.desk.clock.turn(seconds=pause.total_seconds())
        await official.media.look()
        await official.settle()
    assert len(official.desk.room.turns) == 1
    assert (await official.asked())[0] == wordless.SHOWN[wordless.LOST]
    assert (await official.said())[-1] == official.desk.words.situation(wordless.LOST, "hans").text


async def test_a_photo_of_a_process_that_died_is_fetched_by_another_one(official, another):
    official.source.before = asyncio.Event().wait
    call = asyncio.create_task(official.phone.photo(ANNA, photo()))
    await official.time.wake(PASSIVE_S)
    await call
    await official.close()
    another.desk.clock.turn(minutes=2)
    await another.media.look()
    await another.settle()
    assert (await another.lines())[0].files == 1
    assert len(another.carrier.said) == 1


async def test_a_photo_for_an_agent_is_there_though_no_turn_is_made_of_it(official):
    await official.door.person("wang")
    official.understands(PIPE, "water.odor")
    await official.phone.write(ANNA, PIPE)
    await official.is_claimed()
    (await official.phone.photo(ANNA, photo())).must_be_fine()
    await official.settle()
    last = (await official.lines())[-1]
    assert (last.files, last.delivery) == (1, Delivery.FOR_HUMAN)


async def test_voice_is_politely_asked_for_in_words_unless_it_was_recognised(official):
    delivery = await official.phone.voice(ANNA)
    assert delivery.text == official.desk.words.situation(wordless.VOICE, "hans").text
    assert await official.asked() == [wordless.SHOWN[wordless.VOICE]]
    official.understands("你好", "greet")
    await official.phone._message(ANNA, "voice", 9, MediaId="m", Format="amr", Recognition="你好")
    assert await official.asked() == [wordless.SHOWN[wordless.VOICE], "你好"]


async def test_places_links_and_stickers_come_in_as_what_they_say(official):
    await official.phone.location(ANNA, "上海市黄浦区人民大道")
    await official.phone.link(ANNA, "漏水的视频", "https://example.com/v")
    await official.phone._message(ANNA, "sticker", 9)
    assert await official.asked() == [
        "我的位置：上海市黄浦区人民大道",
        "漏水的视频 https://example.com/v",
        wordless.SHOWN[wordless.OTHER],
    ]
