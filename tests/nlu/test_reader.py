"""Texts that are read outside of any conversation."""

import asyncio
from datetime import date
from types import SimpleNamespace

import pytest

from bot.nlu.reader import AT_ONCE

pytestmark = pytest.mark.asyncio


async def test_many_texts_are_read_in_order(room):
    texts = ["你好", "", "转人工"] * 12
    readings = await room.reader.read(texts, date(2026, 3, 18))
    assert [reading["text"] for reading in readings] == texts
    assert [reading["label"] for reading in readings[:3]] == ["greet", None, "request_human"]


async def test_reading_that_is_given_up_leaves_no_text_with_the_encoder(room, monkeypatch):
    begun = []
    encoder = SimpleNamespace(begin=begun.extend, forget=lambda texts: [begun.remove(text) for text in texts])
    monkeypatch.setattr(room.reader, "_encoder", encoder)
    texts = [f"水有怪味第{number}次" for number in range(3 * AT_ONCE)]
    reading = asyncio.ensure_future(room.reader.read(texts, date(2026, 3, 18)))
    await asyncio.sleep(0)  # the first batch is read, the second one begun
    assert begun == texts[: 2 * AT_ONCE]
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert begun == texts[:AT_ONCE]
