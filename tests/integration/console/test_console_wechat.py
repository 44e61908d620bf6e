"""WeChat in the console's API: the window of a conversation, and lines that may not have arrived."""

import pytest

from bot.domain import wechat_errors as errors
from tests.carriers import Follower
from tests.console import a_talk
from tests.rooms import reading


@pytest.fixture
async def follower(door, database, wang):
    """A follower of the 公众号 whom wang serves."""
    follower = Follower.of(door.desk, database.reading_units())
    await follower.hears("你好", reading("greet"))
    await wang.act(await follower.talk(), "claim")
    await follower.deliver()
    await follower.writes("还在吗")
    return follower


async def test_the_console_shows_channel_messages_and_hours_left_in_the_window(door, wang, follower):
    sign = (await wang.talk(await follower.talk()))["wechat"]
    assert (sign["channel"], sign["left"], sign["waiting"], sign["lines"]) == ("公众号", 5, 0, {})
    assert sign["until"] > door.desk.clock.now().isoformat()


async def test_what_wang_says_and_nobody_knows_about_is_marked_at_its_line(wang, follower):
    follower.carrier.problems = [errors.Unknown("微信没有回应")]
    talk = await follower.talk()
    await wang.act(talk, "write", text="在的")
    await follower.deliver()
    shown = await wang.talk(talk)
    assert shown["wechat"]["lines"][str(shown["last_seq"])]["words"] == "可能未送达"


async def test_the_console_hears_of_it_without_asking(door, wang, follower):
    follower.carrier.problems = [errors.Unknown("微信没有回应")]
    talk = await follower.talk()
    await wang.act(talk, "write", text="在的")
    heard = []
    door.hub.watch(heard.append)
    await follower.deliver()
    assert talk in heard


async def test_a_conversation_on_the_web_has_no_window(door, wang):
    talk = await a_talk(door, "visitor", "你好", reading("greet"))
    assert (await wang.talk(talk))["wechat"] is None
