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
