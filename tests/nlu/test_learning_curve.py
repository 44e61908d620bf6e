"""The learning curve of a small pipeline on a handful of messages."""

import pytest
from rasa.shared.nlu.constants import INTENT, TEXT

from bot.nlu.learning_curve import curve, subset
from tests.nlu.examples import loaded

EXAMPLES = {
    "water.odor": ["桶装水有一股塑料味", "纯净水打开闻着很臭", "矿泉水有怪味", "水的味道不对，很臭"],
    "greet": ["你好", "您好，在吗", "早上好，你好呀", "你好，有人吗"],
}
CONFIG = {
    "pipeline": [
        {"name": "bot.nlu.normalizer.ChineseNormalizer"},
        {"name": "bot.nlu.tokenizer.ChineseTokenizer"},
        {"name": "bot.nlu.featurizers.NgramFeaturizer", "min_messages": 1},
        {"name": "bot.nlu.classifier.LinearClassifier", "conversation_labels": ["greet"]},
        {"name": "rasa.nlu.classifiers.fallback_classifier.FallbackClassifier", "threshold": 0.3},
        {"name": "bot.nlu.extractor.FactExtractor"},
    ]
}


@pytest.fixture
def training_data(tmp_path):
    return loaded(EXAMPLES, tmp_path / "nlu.yml")


def texts_of(data):
    return {message.get(TEXT) for message in data.training_examples}


def test_each_point_is_trained_on_so_many_messages_of_each_label(training_data):
    asked = ["这水有怪味，很臭", "你好呀"]
    points = list(curve(CONFIG, training_data, asked, [2, None]))
    assert [(point["rows"], point["messages"]) for point in points] == [(2, 4), (None, 8)]
    assert points[-1]["labels"] == ["water.odor", "greet"]


def test_a_larger_share_holds_the_smaller_one_and_every_label(training_data):
    fewer, more = subset(training_data, 1), subset(training_data, 3)
    assert texts_of(fewer) < texts_of(more)
    assert {message.get(INTENT) for message in fewer.training_examples} == set(EXAMPLES)
