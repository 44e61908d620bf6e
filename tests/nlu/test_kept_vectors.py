"""Vectors that outlive a training, so that the next one encodes only what is new."""

import numpy as np
import pytest

from bot.nlu.kept_vectors import in_eight_bits, keys_of, vectors_of, write


@pytest.fixture
def asked():
    return []


@pytest.fixture
def encode(asked):
    """One row a text: how long it is, and its last character."""

    def rows(texts):
        asked.append(list(texts))
        return np.array([[len(text), ord(text[-1])] for text in texts], dtype=np.float32)

    return rows


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "cache" / "kept.npz"


@pytest.fixture
def shipped(tmp_path):
    return tmp_path / "shipped.npz"


def test_only_new_messages_are_encoded_by_the_next_training(kept, shipped, asked, encode):
    first = vectors_of(["水有味", "空盒"], "an encoder", encode, kept, shipped)
    second = vectors_of(["空盒", "粥里有头发", "水有味"], "an encoder", encode, kept, shipped)
    assert asked == [["水有味", "空盒"], ["粥里有头发"]]
    assert second[[2, 0]].tolist() == first.tolist()


def test_messages_whose_vectors_were_shipped_are_not_encoded_by_the_first_training(
    kept, shipped, asked, encode
):
    texts = ["水有味", "空盒"]
    write(shipped, "an encoder", keys_of(texts), np.array([[3, 4], [0, 127]], dtype=np.int8))
    found = vectors_of(["空盒", "水有味"], "an encoder", encode, kept, shipped)
    assert found == pytest.approx(np.array([[0, 1], [0.6, 0.8]]))
    assert not asked
    assert not kept.exists()


def test_what_was_added_to_the_shipped_messages_is_kept(kept, shipped, asked, encode):
    write(shipped, "an encoder", keys_of(["水有味"]), np.array([[3, 4]], dtype=np.int8))
    for _ in range(2):
        vectors_of(["水有味", "空盒"], "an encoder", encode, kept, shipped)
    assert asked == [["空盒"]]


def test_nothing_is_encoded_when_nothing_is_new(kept, shipped, asked, encode):
    first = vectors_of(["水有味", "空盒"], "an encoder", encode, kept, shipped)
    assert vectors_of(["空盒"], "an encoder", encode, kept, shipped).tolist() == [first[1].tolist()]
    assert len(asked) == 1


def test_a_training_comes_to_the_same_with_kept_vectors_and_without(kept, shipped):
    rows = np.random.default_rng(0).normal(size=(2, 384)).astype(np.float32)
    found = [vectors_of(["水有味", "空盒"], "an encoder", lambda _: rows, kept, shipped) for _ in range(2)]
    assert found[0].tolist() == found[1].tolist()


def test_eight_bits_keep_a_direction():
    rows = np.random.default_rng(0).normal(size=(50, 384))
    rounded = in_eight_bits(rows).astype(float)
    cosines = (rows * rounded).sum(axis=1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(rounded, axis=1)
    assert cosines.min() > 0.9999


def test_a_row_of_zeros_stays_one(kept, shipped):
    found = vectors_of([""], "an encoder", lambda _: np.zeros((1, 3), dtype=np.float32), kept, shipped)
    assert found.tolist() == [[0, 0, 0]]


def test_vectors_of_another_encoder_are_not_taken(kept, shipped, asked, encode):
    write(shipped, "its predecessor", keys_of(["空盒"]), np.array([[3, 4]], dtype=np.int8))
    vectors_of(["空盒"], "an encoder", encode, kept, shipped)
    vectors_of(["空盒"], "its better successor", encode, kept, shipped)
    assert asked == [["空盒"], ["空盒"]]


@pytest.mark.parametrize("harm", [b"", b"no archive", b"PK\x03\x04 half an archive"])
def test_a_damaged_file_costs_time_and_nothing_else(kept, shipped, asked, encode, harm):
    first = vectors_of(["空盒"], "an encoder", encode, kept, shipped)
    kept.write_bytes(harm)
    assert vectors_of(["空盒"], "an encoder", encode, kept, shipped).tolist() == first.tolist()
    assert vectors_of(["空盒"], "an encoder", encode, kept, shipped).shape == (1, 2)
    assert len(asked) == 2


def test_a_folder_that_cant_be_written_costs_time_and_nothing_else(tmp_path, shipped, asked, encode):
    (tmp_path / "in the way").write_text("a file")
    for _ in range(2):
        kept = tmp_path / "in the way" / "kept.npz"
        assert vectors_of(["空盒"], "an encoder", encode, kept, shipped).shape == (1, 2)
    assert len(asked) == 2
