"""No text, whatever it holds, makes a component raise, and what is found in it leads back into it."""

import json
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.action_calls import ActionCalls
from bot.nlu.normalizer import normalize
from bot.nlu.tokenizer import ChineseTokenizer
from bot.nlu.tracker_store import TurnTrackerStore
from tests.nlu.room_server import ROOT, SECRET

# Trained with the pipeline of config.yml, whatever stands there; how well it reads is not asked here.
MESSAGES = """
version: "3.1"
nlu:
- intent: water.odor
  examples: |
    - 这[桶装水](product)有一股塑料味
    - [昨天](date)送来的[水](product)味道不对，我电话[13800001111](phone)
    - [原味](flavour)的[矿泉水](product)有怪味，不敢喝😡
    - [杨女士](person)在[人民路](place)买了[两箱](quantity)[纯净水](product)，花了[三百块](amount)，臭的
- intent: courier.transport
  examples: |
    - 快递三天了还没到，[陈先生](person)，[13900002222](phone)
    - 单号[SF100200300400](order_no)一直不动
    - 包裹在路上丢了，没人管
    - 箱子压扁了，批号[B20260102](batch_no)的全碎了
- intent: greet
  examples: |
    - 你好
    - 您好，在吗👋
    - 早上好呀
    - 嗨，有人吗
"""
PIECES = [
    *(
        "昨天",
        "三百块",
        "两箱",
        "桶装水",
        "礦泉水",
        "13800001111",
        "１３８ ００００ １１１１",
        "SF100200300400",
        "杨女士",
    ),
    *(
        "批号",
        "http://a.cn/b?c=1",
        "www.",
        "taobao.com",
        "/restart",
        "{}",
        "[a](b)",
        "<b>",
        "𠮷",
        "髮發发",
        "龍龍龍",
    ),
    *("😡", "👍🏽", "👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "🇨🇳", "1\ufe0f\u20e3", "㊗", "ﷺ", "½", "İ", "ß"),
    *("\u200b", "\u200d", "\ufe0f", "\U000e0100", "\u0336", "\u202e", "\u3164", "\u2800", "\ud83d", "\ufffd"),
    *("\x00", " ", "\u3000", "\n", "，", "。", "！！！！", "……", "\U000323af"),
]
ANY = st.text(st.characters(), max_size=60)  # half characters included
MIXED = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=4), max_size=12).map("".join)
TEXTS = ANY | MIXED
STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=150)
FEWER = settings(STEADY, max_examples=80)  # each goes through the whole pipeline


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """What reads messages in Rasa's room, with a model of all the project's components."""
    from rasa.core.agent import Agent
    from rasa.core.tracker_store import FailSafeTrackerStore

    from bot.nlu.importer import TrainingFiles
    from bot.nlu.processor import turn_processor
    from bot.nlu.training import train

    folder = tmp_path_factory.mktemp("any_text")
    (folder / "nlu.yml").write_text(MESSAGES, encoding="utf-8")
    files = [str(folder / "nlu.yml"), str(ROOT / "data/rules"), str(ROOT / "data/stories")]
    importer = TrainingFiles(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), files)
    train(importer, folder / "model.tar.gz")
    agent = Agent.load(folder / "model.tar.gz")
    store = TurnTrackerStore(agent.domain, f"sqlite:///{folder}/nlu.db")
    agent.tracker_store = FailSafeTrackerStore(store)
    yield turn_processor(agent, ActionCalls("http://127.0.0.1:9/webhook", SECRET, seconds=0.5))
    store.close()


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    config = {**ChineseTokenizer.get_default_config(), "dictionary": str(ROOT / "data" / "dictionary")}
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    parts = (config, storage, Resource("words"), ExecutionContext(GraphSchema({}), node_name="node"))
    ChineseTokenizer.create(*parts).train(TrainingData())
    return ChineseTokenizer.load(*parts)


@STEADY
@given(TEXTS)
@example("粥" * 20_000)
def test_every_character_of_a_normal_form_has_its_origin_in_the_text(text):
    found = normalize(text)
    assert len(found.text) == len(found.origins)
    assert list(found.origins) == sorted(found.origins)
    assert all(0 <= origin < len(text) for origin in found.origins)
    assert found.script in {"hans", "hant", "none"}


@STEADY
@given(TEXTS, st.data())
def test_every_span_of_a_normal_form_leads_into_the_text_and_back(text, data):
    found = normalize(text)
    if not found.text:
        return
    start = data.draw(st.integers(0, len(found.text) - 1))
    end = data.draw(st.integers(start + 1, len(found.text)))
    first, last = found.original_span(start, end)
    assert 0 <= first < last <= len(text)
    again_start, again_end = found.normal_span(first, last)
    assert again_start <= start < end <= again_end


@STEADY
@given(TEXTS)
def test_every_word_stands_in_the_text_behind_the_one_before(tokenizer, text):
    tokens = tokenizer.tokenize(Message({"text": text}), "text")
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@FEWER
@given(TEXTS)
@example("粥" * 20_000)
@example("昨天" * 10_000)
@example("😡" * 3_000)
@example("/greet{" + "[" * 2_000)
def test_any_text_is_read_and_each_fact_is_a_piece_of_it(room, text):
    found = room.reader.at_once([text], date(2026, 3, 18))[0]
    assert found["text"] == text
    assert 0 <= found["confidence"] <= 1
    for fact in found["entities"]:
        assert 0 <= fact["start"] < fact["end"] <= len(text)
        assert fact["value"] == text[fact["start"] : fact["end"]]
    borders = [border for fact in found["entities"] for border in (fact["start"], fact["end"])]
    assert borders == sorted(borders)
    assert json.loads(json.dumps(found)) == found


@settings(STEADY, max_examples=10)
@given(st.lists(TEXTS, max_size=8))
def test_any_texts_together_are_read_each_in_its_place(room, texts):
    assert [found["text"] for found in room.reader.at_once(texts, date(2026, 3, 18))] == texts
