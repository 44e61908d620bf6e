"""The pipeline's trained parts together, on a handful of messages."""

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.nlu.classifier import LinearClassifier, TrainingDataError
from bot.nlu.dictionary import DictionaryError
from bot.nlu.extractor import FactExtractor
from bot.nlu.featurizers import NgramFeaturizer
from bot.nlu.normalizer import ChineseNormalizer
from bot.nlu.sentence_encoder import IDENTITY_FILE, SentenceEncoder
from bot.nlu.separators import Settings, separators
from bot.nlu.tokenizer import ChineseTokenizer

EXAMPLES = """
version: "3.1"
nlu:
- intent: water.odor
  examples: |
    - 这[桶装水](product)有一股塑料味
    - [纯净水](product)打开闻着很臭
    - [矿泉水](product)有怪味，不敢喝
    - [昨天](date)送来的[水](product)味道不对，我电话[13800001111](phone)
- intent: courier.transport
  examples: |
    - 包裹在路上丢了，没人管
    - 快递三天了还没到，[陈先生](person)，[13900002222](phone)
    - 箱子压扁了，里面全碎
    - 单号[SF100200300400](order_no)一直不动
- intent: greet
  examples: |
    - 你好
    - 您好，在吗
    - 早上好呀
    - 嗨，有人吗
    - 👋👋
"""
TALK = {"conversation_labels": ["greet"]}


def built(component, model_storage, context, **changes):
    config = {**component.get_default_config(), **changes}
    return component.create(config, model_storage, Resource(component.__name__), context)


def loaded(component, model_storage, context, **changes):
    config = {**component.get_default_config(), **changes}
    return component.load(config, model_storage, Resource(component.__name__), context)


@pytest.fixture
def training_data(tmp_path):
    file = tmp_path / "nlu.yml"
    file.write_text(EXAMPLES, encoding="utf-8")
    return load_data(str(file))


@pytest.fixture
def read(model_storage, context, training_data):
    """Train the pipeline, load all of it back, and return a function that reads texts."""
    first = [
        built(ChineseNormalizer, model_storage, context),
        built(ChineseTokenizer, model_storage, context),
    ]
    for component in first:
        component.process_training_data(training_data)
    built(NgramFeaturizer, model_storage, context, min_messages=1).train(training_data)
    ngrams = loaded(NgramFeaturizer, model_storage, context, min_messages=1)
    sentences = built(SentenceEncoder, model_storage, context)
    for component in (ngrams, sentences):
        component.process_training_data(training_data)
    built(LinearClassifier, model_storage, context, **TALK).train(training_data)
    built(FactExtractor, model_storage, context).train(training_data)
    pipeline = [
        *first,
        ngrams,
        sentences,
        loaded(LinearClassifier, model_storage, context, **TALK),
        loaded(FactExtractor, model_storage, context),
    ]

    def messages(*texts):
        found = [Message({"text": text}) for text in texts]
        for component in pipeline:
            found = component.process(found)
        return found

    return messages


def entities(message):
    return {(found["entity"], found["value"]) for found in message.get("entities")}


def test_a_message_of_a_known_kind_is_recognised(read):
    names = [message.get("intent")["name"] for message in read("水有怪味", "快递还没到", "你好呀")]
    assert names == ["water.odor", "courier.transport", "greet"]


def test_traditional_text_is_read_like_simplified(read):
    simplified, traditional = read("矿泉水打开闻着有怪味", "礦泉水打開聞著有怪味")
    assert traditional.get("intent") == pytest.approx(simplified.get("intent"), rel=1e-4)


def test_confidences_of_all_labels_add_up_to_one(read):
    ranking = read("水有怪味")[0].get("intent_ranking")
    assert sum(row["confidence"] for row in ranking) == pytest.approx(1, abs=1e-4)
    assert ranking == sorted(ranking, key=lambda row: -row["confidence"])


def test_many_messages_at_once_are_read_like_each_alone(read):
    texts = ["水有怪味", "你好", "箱子压扁了"]
    together = [message.get("intent") for message in read(*texts)]
    alone = [read(text)[0].get("intent") for text in texts]
    assert [row["name"] for row in together] == [row["name"] for row in alone]
    assert [row["confidence"] for row in together] == pytest.approx(
        [row["confidence"] for row in alone], abs=0.03
    )


def test_facts_keep_the_customers_own_characters_and_offsets(read):
    text = "昨天送來的礦 泉水味道不對，我電話１３８００００５５５５"
    message = read(text)[0]
    assert {("date", "昨天"), ("phone", "１３８００００５５５５")} <= entities(message)
    for found in message.get("entities"):
        assert text[found["start"] : found["end"]] == found["value"]


def test_facts_do_not_overlap(read):
    found = read("单号SF100200300499，陈先生，13900002233，昨天的水")[0].get("entities")
    ends = [row["end"] for row in found]
    starts = [row["start"] for row in found]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\ud800", "😀", "<script>", "粥" * 20000, "/restart"])
def test_no_text_makes_a_component_raise(read, text):
    assert read(text)[0].get("intent")["confidence"] <= 1


@pytest.mark.parametrize("text", ["", "!!!", "🧱🧱"])
def test_signs_that_training_never_saw_are_anybodys_guess(read, text):
    assert read(text)[0].get("intent")["confidence"] == pytest.approx(1 / 3)


def test_a_sign_that_training_saw_is_understood(read):
    assert read("👋👋👋")[0].get("intent")["name"] == "greet"


def test_an_endless_word_is_no_fact(read):
    assert entities(read("单号" + "1" * 40)[0]) == {("order_no", "1" * 40)}
    assert entities(read("单号" + "1" * 300)[0]) == set()


def test_training_data_with_one_label_is_refused_with_a_hint(model_storage, context):
    data = TrainingData([Message({"text": "你好", "intent": "greet"})])
    with pytest.raises(TrainingDataError, match="fewer than two labels"):
        built(LinearClassifier, model_storage, context).train(data)


def test_a_corrected_message_counts_for_more_than_others(model_storage, context, tmp_path):
    corrected = "- intent: greet\n  metadata:\n    corrected: true\n  examples: |\n    - 有人在吗喂\n"
    (tmp_path / "nlu.yml").write_text(EXAMPLES + corrected, encoding="utf-8")
    data = load_data(str(tmp_path / "nlu.yml"))
    built(ChineseNormalizer, model_storage, context).process_training_data(data)
    sentences = built(SentenceEncoder, model_storage, context)
    sentences.process_training_data(data)
    given = built(LinearClassifier, model_storage, context, **TALK).material(data)
    weights = dict(zip(given.texts, given.weights, strict=True))
    assert weights.pop("有人在吗喂") == LinearClassifier.get_default_config()["correction_weight"] > 1
    assert set(weights.values()) == {1}


@pytest.mark.parametrize(("weight", "label"), [(1, "a"), (10, "b")])
def test_of_messages_that_look_alike_the_weightier_label_is_learned(weight, label):
    alike, other = [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]
    features = csr_matrix([alike, alike, alike, other, alike, other, other, other])
    names = np.array(["a", "a", "a", "a", "b", "b", "b", "b"])
    weights = np.array([1, 1, 1, 1, weight, 1, 1, 1], dtype=float)
    settings = Settings(1.0, 1.0, 1.0, 0.0, frozenset())
    learned = separators(features, 3, names, weights, np.zeros(8, dtype=bool), settings)
    (confidences,) = learned.confidences(csr_matrix([alike]))
    assert learned.labels[confidences.argmax()] == label


def test_a_model_of_another_encoder_is_refused(model_storage, context):
    config = SentenceEncoder.get_default_config()
    trained = SentenceEncoder.create(config, model_storage, Resource("meaning"), context)
    trained.train(TrainingData())
    SentenceEncoder.load(config, model_storage, Resource("meaning"), context)
    with model_storage.write_to(Resource("meaning")) as folder:
        (folder / IDENTITY_FILE).write_text("an older one", encoding="utf-8")
    with pytest.raises(InvalidConfigException, match="Train a new model"):
        SentenceEncoder.load(config, model_storage, Resource("meaning"), context)


def test_the_dictionary_travels_in_the_model(model_storage, context, tmp_path):
    folder = tmp_path / "dictionary"
    folder.mkdir()
    (folder / "product.txt").write_text("利樂枕包\n", encoding="utf-8")
    (folder / "surname.txt").write_text("欧阳\n", encoding="utf-8")
    config = {**ChineseTokenizer.get_default_config(), "dictionary": str(folder)}
    trained = ChineseTokenizer.create(config, model_storage, Resource("words"), context)
    trained.train(TrainingData())
    (folder / "product.txt").unlink()
    loaded = ChineseTokenizer.load(config, model_storage, Resource("words"), context)
    assert "利乐枕包" in [token.text for token in loaded.tokenize(Message({"text": "利樂枕包壞了"}), "text")]


def test_a_broken_dictionary_stops_the_training(model_storage, context, tmp_path):
    (tmp_path / "product.txt").write_text("two words\n", encoding="utf-8")
    config = {**ChineseTokenizer.get_default_config(), "dictionary": str(tmp_path)}
    with pytest.raises(DictionaryError, match=r"product\.txt:1"):
        ChineseTokenizer.create(config, model_storage, Resource("words"), context).train(TrainingData())
