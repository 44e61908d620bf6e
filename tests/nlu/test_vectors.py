"""The vectors that the room gives out, made by the desk's own encoder."""

import asyncio
import base64
from types import SimpleNamespace

import numpy as np
import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.encoders import encoder
from bot.nlu.sentence_encoder import TOGETHER, SentenceEncoder
from bot.nlu.vectors import AT_ONCE, encoder_of, written_vectors


@pytest.fixture(scope="module")
def component():
    context = SimpleNamespace(node_name="encoder")
    return SentenceEncoder.create(SentenceEncoder.get_default_config(), None, None, context)


def vectors(component, texts):
    written = asyncio.run(written_vectors(component, texts))
    return np.stack([np.frombuffer(base64.b64decode(row), dtype="<f2") for row in written]).astype(np.float32)


def test_vectors_are_those_of_the_normal_forms_in_half_precision(component):
    given = vectors(component, ["水有怪味！！", "  我要轉人工  "])
    again = vectors(component, ["水有怪味！！", "我要转人工"])
    assert given.shape == (2, 384)
    assert (given * again).sum(axis=1) == pytest.approx([1, 1], abs=0.06)
    assert np.linalg.norm(given, axis=1) == pytest.approx([1, 1], abs=0.002)


def test_every_text_has_its_vector_in_its_place(component):
    texts = [f"电梯坏了{number}天" for number in range(AT_ONCE + 1)] + ["谢谢"]
    given = vectors(component, texts)
    thanks = encoder("complaints-e5").encode(["谢谢"])[0]
    assert len(given) == len(texts)
    assert int((given @ thanks).argmax()) == len(texts) - 1


def test_the_encoder_is_found_among_the_components_of_a_graph(component):
    nodes = {"words": SimpleNamespace(_component=object()), "meaning": SimpleNamespace(_component=component)}
    assert encoder_of(SimpleNamespace(_instantiated_nodes=nodes)) is component
    assert encoder_of(SimpleNamespace(_instantiated_nodes={})) is None


class Counting:
    """An encoder whose vectors are told apart by the text's length; it keeps what it was asked."""

    identity = "counting"

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return np.array([[len(text)] for text in texts], dtype=np.float32)


@pytest.fixture
def counting(component, monkeypatch):
    counting = Counting()
    monkeypatch.setattr(component, "_encoder", counting)
    return counting


def test_what_was_begun_is_not_encoded_a_second_time(component, counting):
    component.begin([("水有怪味",), ("谢谢",)])
    assert [row.tolist() for row in component.vectors(["谢谢", "水有怪味", "好的呀", "谢谢"])] == [
        [2],
        [4],
        [3],
        [2],
    ]
    assert sorted(counting.asked) == sorted(["水有怪味", "谢谢", "好的呀"])


def clause(text, *together):
    message = Message({TEXT: text})
    message.set(TOGETHER, together)
    return message


def meant(messages):
    return [message.features[0].features.tolist() for message in messages]


def test_clauses_are_encoded_with_those_they_name_and_given_their_own_rows(component, counting):
    component.begin([("水有怪味", "谢谢"), ("谢谢",)])
    asked = [
        clause("谢谢", "水有怪味", "谢谢"),
        clause("水有怪味", "水有怪味", "谢谢"),
        Message({TEXT: "谢谢"}),
    ]
    assert meant(component.process(asked)) == [[[2]], [[4]], [[2]]]
    assert sum(text == "谢谢" for text in counting.asked) == 2


def test_a_text_that_is_not_in_the_group_it_names_is_encoded_by_itself(component, counting):
    assert meant(component.process([clause("好的呀", "水有怪味", "谢谢")])) == [[[3]]]
    assert counting.asked == ["好的呀"]


def test_nothing_of_a_text_is_kept_once_its_vector_was_given_or_forgotten(component, counting):
    component.begin([("水有怪味",), ("谢谢",)])
    component.vectors(["谢谢"])
    component.forget([("水有怪味",), ("从没来过",)])
    assert component._begun == {}
    component.vectors(["谢谢"])
    assert counting.asked.count("谢谢") == 2


def test_an_encoder_that_fails_leaves_nothing_begun_behind(component, counting, monkeypatch):
    monkeypatch.setattr(counting, "encode", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        component.vectors(["谢谢", "水有怪味"])
    assert component._begun == {}
