"""The spaCy pipeline of facts, before and after it has learned."""

from itertools import cycle

import pytest
import spacy
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.facts import FOUND, MERGER, TAGGER, Tagger, annotated, blank_pipeline, document, tagger_of
from bot.nlu.places import place_names
from bot.nlu.tagging import agreed

ORDERS = zip(
    "一二三五六七八九十两半", "瓶包箱瓶包箱瓶包箱瓶包", cycle(("绿茶", "可可奶茶", "奶茶", "冰红茶"))
)
TRAINING = (
    *(
        f"{before}[{many}{unit}](quantity)[{tea}](product)"
        for many, unit, tea in ORDERS
        for before in ("", "买")
    ),
    "你好",
    "没有吸管",
    "什么时候到",
)


def message(annotated_text):
    """A message from text with facts marked like in data/nlu."""
    text, entities, rest = "", [], annotated_text
    while "[" in rest:
        before, _, rest = rest.partition("[")
        value, _, rest = rest.partition("](")
        kind, _, rest = rest.partition(")")
        text += before
        entities.append({"entity": kind, "start": len(text), "end": len(text) + len(value), "value": value})
        text += value
    return Message({"text": text + rest, "entities": entities})


@pytest.fixture(scope="module")
def trained():
    nlp = blank_pipeline({"product": ["绿茶", "奶茶", "可可奶茶", "冰红茶", "乌龙茶"]})
    tagger_of(nlp).train([annotated(nlp, message(text)) for text in TRAINING], rounds=30)
    return nlp


def facts(nlp, text):
    return [(found.label_, found.text) for found in nlp(document(nlp, Message({"text": text}))).ents]


def test_what_was_learned_is_found_in_other_messages(trained):
    assert facts(trained, "四箱乌龙茶") == [("quantity", "四箱"), ("product", "乌龙茶")]


def test_what_most_fields_find_is_a_fact_and_what_one_finds_alone_is_none():
    doc = document(blank_pipeline({}), Message({"text": "两箱绿茶"}))
    findings = [
        ["B quantity", "I quantity", "B product", "I product"],
        ["B quantity", "I quantity", "I quantity", "O"],
        ["B quantity", "I quantity", "B flavor", "I flavor"],
        ["B quantity", "I quantity", "B product", "I product"],
        ["O", "O", "B product", "I product"],
    ]
    found = [(span.label_, span.text) for span in agreed(doc, findings)]
    assert found == [("quantity", "两箱"), ("product", "绿茶")]


def test_a_tagger_knows_from_bytes_what_it_had_learned(trained):
    other = Tagger().from_bytes(tagger_of(trained).to_bytes())
    doc = document(trained, Message({"text": "四箱乌龙茶"}))
    for name, component in trained.pipeline:
        doc = component(doc) if name not in (TAGGER, MERGER) else doc
    assert [span.text for span in other(doc).spans[FOUND]] == ["四箱", "乌龙茶"]


def test_a_fact_may_end_inside_of_a_word(trained):
    words = Message({"text": "两箱绿茶"})
    assert [found.text for found in annotated(trained, message("[两箱](quantity)绿茶")).ents] == ["两箱"]
    assert len(document(trained, words)) == len("两箱绿茶")


def test_a_valid_phone_number_is_a_fact_even_if_the_tagger_overlooks_it(trained):
    assert ("phone", "13812345678") in facts(trained, "打13812345678")
    assert ("phone", "0912-345-678") in facts(trained, "打0912-345-678")
    assert ("phone", "+852 9123 4567") in facts(trained, "打+852 9123 4567")


def test_a_shop_of_the_dictionary_is_a_place():
    nlp = blank_pipeline({"store": ["福满多超市"]})
    assert facts(nlp, "福滿多超市買的") == [("place", "福满多超市")]


def test_an_untrained_pipeline_finds_only_what_is_certain():
    assert facts(blank_pipeline({}), "两箱绿茶，13812345678") == [("phone", "13812345678")]


def test_a_pipeline_loaded_from_disk_finds_the_same(trained, tmp_path):
    trained.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    text = "四箱乌龙茶，电话13812345678"
    assert facts(loaded, text) == facts(trained, text) != []


def test_what_customers_write_leaves_no_words_in_the_vocabulary(trained):
    before = len(trained.vocab.strings)
    facts(trained, "绿茶两箱，13812345678")
    facts(trained, "13812345678，两箱绿茶")
    assert "13812345678" not in trained.vocab.strings
    assert len(trained.vocab.strings) - before < 15


@pytest.mark.parametrize("text", ["", " ", "a b", "1" * 500, "\u200b", "半" * 500, "1-" * 400], ids=range(7))
def test_no_text_makes_the_pipeline_raise(trained, text):
    assert all(
        found.text in text.lower() for found in trained(document(trained, Message({"text": text}))).ents
    )


def test_places_are_known_with_and_without_their_kind():
    names = place_names()
    assert {"嘉兴市", "嘉兴", "高雄", "浦东新区", "浦东", "沙坪坝"} <= names
    assert all(len(name) > 1 for name in names)
