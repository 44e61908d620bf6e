"""The vectors that lie beside the encoder: the first training on a machine is as quick as later ones."""

import numpy as np
import pytest

from bot.nlu import shipped_vectors
from bot.nlu.encoders import encoder
from bot.nlu.kept_vectors import SHIPPED, keys_of, vectors_of
from bot.nlu.training_texts import training_texts

FEW = ["水有怪味", "粥里有根头发", "快递丢了"]


def unasked(texts):
    raise AssertionError(f"encoded again: {texts}")


def test_a_training_finds_what_was_shipped(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped_vectors, "training_texts", lambda: [(text, "any") for text in FEW])
    assert shipped_vectors.ship(tmp_path / "shipped.npz", tmp_path / "kept.npz") == len(FEW)
    own = encoder(shipped_vectors.OWN)
    found = vectors_of(FEW, own.identity, unasked, tmp_path / "none.npz", tmp_path / "shipped.npz")
    exact = np.vstack([own.encode([text]) for text in FEW])
    assert (found * exact).sum(axis=1) == pytest.approx(np.ones(len(FEW)), abs=0.0005)


def test_nearly_all_training_messages_are_shipped_for_the_present_encoder():
    with np.load(SHIPPED) as shipped:
        assert str(shipped["identity"]) == encoder(shipped_vectors.OWN).identity, "make vectors"
        known = set(shipped["keys"].tolist())
    keys = keys_of([text for text, _ in training_texts()]).tolist()
    assert sum(key in known for key in keys) >= 0.95 * len(keys), "make vectors"
