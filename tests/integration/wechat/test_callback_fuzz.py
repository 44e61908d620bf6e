"""Whatever is posted to the desk's door for WeChat: it answers as WeChat may be answered, and stays well.

`make fuzz` tries more, others each time.
"""

import asyncio
import logging
import os
from functools import partial
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from bot.adapters.wechat.callbacks import OfficialCallbacks
from bot.domain.wechat_accounts import OfficialAccount
from bot.domain.wechat_errors import WechatRefused
from tests.envelopes import APP, KEY, NOW, OLD_KEY, SEALER, TOKEN, message, sent
from tests.official import PASSIVE_S
from tests.strange_callbacks import ENVELOPES, MESSAGES, STRANGERS

INPUTS = int(os.environ.get("KESU_TEST_FUZZ_CALLBACKS", "3000")) // 20
IS_SHORT = "KESU_TEST_FUZZ_CALLBACKS" not in os.environ
ACCOUNT = OfficialAccount(app_id=APP, secret="secret", token=TOKEN, aes_keys=(KEY, OLD_KEY))


@pytest.fixture
async def post(official):
    """Post a callback to the account of the strange callbacks."""
    official.desk.clock._now = NOW
    official.official._callbacks = OfficialCallbacks(ACCOUNT)
    official.source.before = nowhere
    clock = asyncio.create_task(run_out(official))
    async with aiohttp.ClientSession() as session:
        yield partial(session.post, official.url)
    clock.cancel()


async def nowhere():
    """The platform has no such photo."""
    raise WechatRefused("invalid media_id", code=40007)


async def run_out(official):
    """WeChat's patience ends when no answer is to come, as to a photo that is nowhere to be had."""
    while True:
        await official.time.asleep(PASSIVE_S)
        await official.media.idle()
        await official.runner.idle()
        await official.time.wake(PASSIVE_S)
        await asyncio.sleep(0)  # who slept gets up


def shown(body):
    """What the customer gets to see: nothing, or the text of a sealed reply."""
    if body in {"", "success"}:
        return ""
    sealed = ET.fromstring(body).findtext("Encrypt")  # noqa: S314 -- our own
    content = ET.fromstring(SEALER.open(sealed)).findtext("Content")  # noqa: S314 -- our own
    assert content.strip()
    return content


@settings(
    max_examples=INPUTS,
    deadline=None,
    derandomize=IS_SHORT,
    database=None,
    phases=[Phase.explicit, Phase.generate] if IS_SHORT else list(Phase),
    suppress_health_check=list(HealthCheck),
)
@given(STRANGERS | ENVELOPES | MESSAGES)
@example(sent(message("<MediaId>m</MediaId><MsgId>2</MsgId>", "image")))
@example(sent(message()))
async def test_whatever_is_posted_the_door_answers_as_wechat_may_be_answered(post, caplog, callback):
    caplog.clear()
    query, body = callback
    with caplog.at_level(logging.ERROR):
        async with post(params=query, data=body) as answer:
            text = await answer.text()
    assert answer.status in {200, 400, 403, 413}
    assert shown(text) or text == ("success" if answer.status == 200 else "")
    assert caplog.records == []
