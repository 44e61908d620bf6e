import jieba
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.tokenizer import ChineseTokenizer, segmenter


@pytest.fixture
def tokenize(model_storage, context, tmp_path):
    def words(text, dictionary=()):
        (tmp_path / "product.txt").write_text("\n".join(dictionary), encoding="utf-8")
        config = {**ChineseTokenizer.get_default_config(), "dictionary": str(tmp_path)}
        parts = (config, model_storage, Resource("words"), context)
        ChineseTokenizer.create(*parts).train(TrainingData())
        tokenizer = ChineseTokenizer.load(*parts)
        return tokenizer.tokenize(Message({"text": text}), "text")

    return words


def test_spaces_are_no_tokens(tokenize):
    assert [token.text for token in tokenize(" 没有 吸管  hello world ")] == [
        "没有",
        "吸管",
        "hello",
        "world",
    ]


def test_a_word_of_the_dictionary_stays_whole(tokenize):
    assert "利乐枕包" not in [token.text for token in tokenize("利乐枕包坏了")]
    assert "利乐枕包" in [token.text for token in tokenize("利乐枕包坏了", ["利乐枕包"])]


def test_offsets_are_those_of_the_customers_own_text(tokenize):
    text = "我的 綠 茶壞了"
    found = {token.text: text[token.start : token.end] for token in tokenize(text, ["绿茶"])}
    assert found["绿茶"] == "綠 茶"


def test_two_tokenizers_share_no_state(tokenize):
    tokenize("利乐枕包", ["利乐枕包"])
    assert "利乐枕包" not in [token.text for token in tokenize("利乐枕包坏了")]
    assert "利乐枕包" not in jieba.lcut("利乐枕包坏了")


def test_a_segmenter_is_ready_without_reading_its_dictionary_again():
    assert segmenter([]).initialized


def test_a_message_without_visible_characters_has_no_tokens(tokenize):
    assert tokenize("\u200b \ud800") == []


def test_a_changed_dictionary_is_trained_again(tmp_path):
    config = {"dictionary": str(tmp_path)}
    before = ChineseTokenizer.fingerprint_addon(config)
    (tmp_path / "product.txt").write_text("绿茶\n", encoding="utf-8")
    assert ChineseTokenizer.fingerprint_addon(config) != before
