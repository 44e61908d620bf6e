"""Sentence encoders: the desk's own, and a Hugging Face model that a company names instead."""

import json
from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from tokenizers import Tokenizer, models, pre_tokenizers

from bot.nlu.encoders import ComplaintEncoder, encoder, in_rows
from bot.nlu.sentence_encoder import SentenceEncoder, in_batches

WORDS = ["[UNK]", "水", "味", "臭", "谢"]


def tiny_network(path):
    """A network whose state of a token is a row of a small table: three dimensions, no layers."""
    table = np.array([[0, 0, 0.1], [1, 0, 0], [0.5, 0, 0], [0.9, 0.1, 0], [0, 1, 0]], dtype=np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", 3])],
        [numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


@pytest.fixture
def tiny_model(tmp_path):
    """A folder as a Hugging Face hub would give it."""
    tiny_network(tmp_path / "onnx" / "model.onnx")
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_texts_that_mean_the_same_lie_closer_than_others():
    water, smell, thanks = encoder("complaints-e5").encode(["水有怪味", "水闻着很臭", "谢谢你们"])
    assert np.dot(water, smell) > np.dot(water, thanks)


def test_a_text_has_the_same_vector_alone_and_among_others():
    texts = ["水有怪味", "", "快递" * 200, "你好", "\ud800坏"[1:]]
    together = encoder("complaints-e5").encode(texts)
    alone = np.vstack([encoder("complaints-e5").encode([text]) for text in texts])
    # eight-bit arithmetic scales by the largest value around, so that neighbours shift the last digits
    assert (together * alone).sum(axis=1) == pytest.approx(np.ones(len(texts)), abs=0.06)
    assert together.shape == (5, 384)


def test_texts_in_one_row_hear_only_themselves():
    water, thanks = "水闻着很臭", "谢谢你们"
    one, two = encoder("complaints-e5").encode([water, thanks])
    other, same = encoder("complaints-e5").encode(["快递三天没动静了", thanks])
    assert np.dot(two, same) > 0.99
    assert np.dot(one, encoder("complaints-e5").encode([water])[0]) > 0.99
    assert np.dot(one, other) < 0.9


def test_many_long_texts_go_in_rows_that_are_not_too_long():
    assert in_rows([[1] * 4, [2] * 5, [3] * 2, [4] * 12, [5]], 10) == [
        [[1] * 4, [2] * 5],
        [[3] * 2],
        [[4] * 12],
        [[5]],
    ]
    texts = ["快递" * 200] * 9 + ["谢谢你们"]
    together = encoder("complaints-e5").encode(texts)
    assert together.shape == (10, 384)
    assert np.dot(together[-1], encoder("complaints-e5").encode(texts[-1:])[0]) > 0.94


def test_an_unknown_encoder_is_named_beside_the_known_ones():
    with pytest.raises(InvalidConfigException, match=r"'nothing'.*complaints-e5.*huggingface:"):
        encoder("nothing")


def test_an_encoder_without_its_files_is_refused_by_folder(tmp_path):
    with pytest.raises(InvalidConfigException, match=r"network\.onnx is missing"):
        ComplaintEncoder(tmp_path)


def test_a_hugging_face_model_in_a_folder_reads_texts(tiny_model):
    smelly, thanks = encoder(f"huggingface:{tiny_model}").encode(["水臭", "谢"])
    assert smelly == pytest.approx(np.array([1.9, 0.1, 0]) / np.hypot(1.9, 0.1))
    assert thanks == pytest.approx([0, 1, 0])


def test_padding_does_not_count(tiny_model):
    short, _ = encoder(f"huggingface:{tiny_model}").encode(["臭", "水水水水水"])
    assert short == pytest.approx(np.array([0.9, 0.1, 0]) / np.hypot(0.9, 0.1))


def test_a_hugging_face_model_without_a_network_says_what_it_needs(tmp_path):
    (tmp_path / "tokenizer.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(InvalidConfigException, match=r"tokenizer\.json and onnx/model\.onnx"):
        encoder(f"huggingface:{tmp_path}")


def test_a_name_that_is_no_model_is_refused_in_plain_words():
    with pytest.raises(InvalidConfigException, match="neither a folder nor a name"):
        encoder("huggingface:no such model!")


def test_a_model_that_is_not_here_and_can_not_be_fetched_is_refused(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(InvalidConfigException, match="in no folder or cache here"):
        encoder("huggingface:somebody/something")


def test_texts_of_like_length_are_encoded_together_and_a_long_one_by_itself():
    assert in_batches([9, 90, 10, 11, 200], 32) == [[0, 2, 3], [1], [4]]
    assert in_batches([10] * 5, 2) == [[0, 1], [2, 3], [4]]
    assert in_batches([], 32) == []


def test_the_longest_texts_are_begun_first(model_storage, context, monkeypatch):
    begun = []
    fake = SimpleNamespace(encode=lambda texts: begun.append(texts) or np.zeros((len(texts), 3)), identity="")

    def begun_at_once(work, texts):
        done = Future()
        done.set_result(work(texts))
        return done

    monkeypatch.setattr("bot.nlu.sentence_encoder.encoder", lambda _: fake)
    monkeypatch.setattr("bot.nlu.sentence_encoder.threads", lambda: SimpleNamespace(submit=begun_at_once))
    config = {**SentenceEncoder.get_default_config(), "batch": 1}
    SentenceEncoder(config, model_storage, Resource("encoder"), context).begin(
        [("短",), ("这一条", "很长"), ("中等的",)]
    )
    assert begun == [["这一条", "很长"], ["中等的"], ["短"]]
