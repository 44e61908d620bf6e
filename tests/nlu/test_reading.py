import pytest

from bot.nlu.reading import reading

PARSE = {
    "text": "鋁箔包沒有吸管",
    "intent": {"name": "carton.no_straw", "confidence": 0.9},
    "intent_ranking": [
        {"name": name, "confidence": confidence}
        for name, confidence in [
            ("carton.no_straw", 0.9),
            ("carton.empty", 0.05),
            ("carton.spoiled", 0.02),
            ("carton.no_date", 0.01),
            ("greet", 0.01),
            ("thank", 0.01),
        ]
    ],
    "entities": [
        {"entity": "product", "value": "鋁箔包", "start": 0, "end": 3, "extractor": "FactExtractor"}
    ],
    "normal": "铝箔包没有吸管",
    "script": "hant",
}
NOT_UNDERSTOOD = {"name": "nlu_fallback", "confidence": 0.2}


def test_a_reading_says_what_rasa_found():
    found = reading(PARSE, PARSE["text"], "model-7")
    assert found["label"] == "carton.no_straw"
    assert found["confidence"] == pytest.approx(0.9)
    assert (found["normal"], found["script"], found["model"]) == ("铝箔包没有吸管", "hant", "model-7")
    assert found["entities"] == [{"entity": "product", "value": "鋁箔包", "start": 0, "end": 3}]


def test_a_reading_carries_what_its_clauses_say_and_how_familiar_its_words_are():
    parts = [{"text": "沒有吸管", "start": 3, "end": 7, "label": "carton.no_straw", "confidence": 0.8}]
    found = reading({**PARSE, "familiarity": 0.75}, PARSE["text"], "m", parts)
    assert (found["parts"], found["familiarity"]) == (parts, 0.75)
    assert (reading(PARSE, PARSE["text"], "m")["parts"], reading({}, "你好", "m")["familiarity"]) == (
        [],
        None,
    )


def test_a_clause_that_threatens_decides_what_the_message_says():
    parts = [{"text": "……", "start": 0, "end": 4, "label": "special.legal", "confidence": 0.99}]
    found = reading(PARSE, PARSE["text"], "m", parts)
    assert (found["label"], found["confidence"]) == ("special.legal", 0.99)


def test_the_ranking_holds_the_five_likeliest_labels():
    ranking = reading(PARSE, PARSE["text"], "m")["ranking"]
    assert [row["label"] for row in ranking] == [row["name"] for row in PARSE["intent_ranking"][:5]]


def test_what_was_not_understood_has_no_label_but_keeps_its_candidates():
    unsure = [{"name": "greet", "confidence": 0.15}, {"name": "thank", "confidence": 0.1}]
    parse = {**PARSE, "intent": NOT_UNDERSTOOD, "intent_ranking": [NOT_UNDERSTOOD, *unsure]}
    found = reading(parse, PARSE["text"], "m")
    assert (found["label"], found["confidence"]) == (None, 0.15)
    assert [row["label"] for row in found["ranking"]] == ["greet", "thank"]


def test_a_parse_of_nothing_is_a_reading_without_label():
    found = reading({}, "你好", "m")
    assert (found["label"], found["confidence"], found["ranking"], found["entities"]) == (None, 0.0, [], [])
    assert (found["normal"], found["script"]) == ("你好", "hans")


def test_the_number_of_a_hotline_is_no_fact():
    text = "再不处理我打1 2 3 1 5，单号SF1234567890123"
    facts = [{"entity": "batch_no", "start": 8, "end": 14}, {"entity": "order_no", "start": 18, "end": 33}]
    risk = {"kind": "association", "text": "1 2 3 1 5", "start": 6, "end": 15, "denied": False}
    found = reading({**PARSE, "entities": facts, "risks": [risk]}, text, "m")
    assert [fact["value"] for fact in found["entities"]] == ["SF1234567890123"]
