"""The vectors that the room gives out, made by the desk's own encoder."""

import asyncio
import base64
from types import SimpleNamespace

import numpy as np
import pytest

from bot.nlu.encoders import encoder
from bot.nlu.sentence_encoder import SentenceEncoder
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
