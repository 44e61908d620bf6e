"""Cross-validation of a small pipeline on a handful of messages."""

import numpy as np
import pytest

from bot.nlu.cross_validation import cross_validate, folds_of
from tests.nlu.examples import loaded

EXAMPLES = {
    "water.odor": [
        "桶装水有一股塑料味", "纯净水打开闻着很臭", "矿泉水有怪味", "水的味道不对，很臭",
        "水有怪味很臭", "矿泉水很臭",
    ],
    "greet": [
        "你好", "您好，在吗", "早上好，你好呀", "你好，有人吗", "您好", "你好，早上好",
        "矿泉水有一股怪味，很臭",
    ],
}  # fmt: skip
CONFIG = {
    "pipeline": [
        {"name": "bot.nlu.normalizer.ChineseNormalizer"},
        {"name": "bot.nlu.tokenizer.ChineseTokenizer"},
        {"name": "bot.nlu.featurizers.NgramFeaturizer", "min_messages": 1},
        {"name": "bot.nlu.classifier.LinearClassifier", "conversation_labels": ["greet"]},
        {"name": "rasa.nlu.classifiers.fallback_classifier.FallbackClassifier", "threshold": 0.3},
    ]
}


@pytest.fixture
def training_data(tmp_path):
    return loaded(EXAMPLES, tmp_path / "nlu.yml")


def test_a_message_under_a_wrong_label_is_found_by_those_that_have_not_seen_it(training_data):
    found = cross_validate(CONFIG, training_data)
    assert (found["folds"], found["messages"]) == (3, 13)
    wrong = {row["text"]: row for row in found["rows"]}
    row = wrong["矿泉水有一股怪味，很臭"]
    assert (row["label"], row["read_as"]) == ("greet", "water.odor")
    assert row["confidence"] > row["own_confidence"]
    assert found["accuracy"] == pytest.approx(1 - len(wrong) / 13, abs=1e-4)


def test_the_share_of_right_ones_of_each_label_is_that_of_its_rows(training_data):
    found = cross_validate(CONFIG, training_data)
    for label, texts in EXAMPLES.items():
        doubtful = sum(row["label"] == label for row in found["rows"])
        assert found["recall"][label] == pytest.approx(1 - doubtful / len(texts), abs=1e-4)


def test_the_clearest_doubts_come_first(training_data):
    rows = cross_validate(CONFIG, training_data)["rows"]
    gaps = [row["confidence"] - row["own_confidence"] for row in rows]
    assert gaps == sorted(gaps, reverse=True)


def test_every_label_is_spread_evenly_over_the_folds_and_a_text_lies_in_one():
    texts = [f"{label}{number}" for label in "ab" for number in range(6)]
    folds = folds_of([*texts, "a0"], [*["a"] * 6, *["b"] * 6, "a"], 3)
    assert folds[0] == folds[-1]
    for start in (0, 6):
        assert sorted(np.bincount(folds[start : start + 6]).tolist()) == [2, 2, 2]
    assert folds.tolist() == folds_of([*texts, "a0"], [*["a"] * 6, *["b"] * 6, "a"], 3).tolist()
