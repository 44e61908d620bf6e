"""Texts that are read outside of any conversation."""

import asyncio
from datetime import date
from types import SimpleNamespace

import pytest

from bot.nlu.reader import AT_ONCE

KINDS = ("RegexEntityExtractor", "RiskReader", "LogisticRegressionClassifier")

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
    assert begun == [(text,) for text in texts[: 2 * AT_ONCE]]
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert begun == [(text,) for text in texts[:AT_ONCE]]


async def test_a_message_is_encoded_by_itself_and_its_clauses_together(room, monkeypatch):
    begun = []
    encoder = SimpleNamespace(begin=begun.extend, forget=lambda groups: None)
    monkeypatch.setattr(room.reader, "_encoder", encoder)
    await room.reader.read(["水有怪味，客服还骂人", "你好"], date(2026, 3, 18))
    assert begun == [("水有怪味,客服还骂人",), ("水有怪味", "客服还骂人"), ("你好",)]


async def test_facts_and_risks_of_the_whole_are_found_before_its_label_is_waited_for(room, monkeypatch):
    ran = []

    def noted(name, step):
        def call(messages, **others):
            ran.append((name, [message.get("text") for message in messages]))
            return step.call(messages=messages, **others)

        return step._replace(call=call)

    steps = room.reader._runner._steps
    for name, step in list(steps.items()):
        if any(kind in name for kind in KINDS):
            monkeypatch.setitem(steps, name, noted(name, step))
    text = "水有怪味，3月5号买的"
    [reading] = await room.reader.read([text], date(2026, 3, 18))
    assert len(reading["parts"]) == 2
    places = {kind: [place for place, (name, _) in enumerate(ran) if kind in name] for kind in KINDS}
    assert max(places["RegexEntityExtractor"] + places["RiskReader"]) < min(
        places["LogisticRegressionClassifier"]
    )
    assert [texts for name, texts in ran if "RegexEntityExtractor" in name] == [[text]]
