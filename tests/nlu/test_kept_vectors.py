"""Vectors that outlive a training, so that the next one encodes only what is new."""

import numpy as np
import pytest

from bot.nlu.kept_vectors import vectors_of


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


def test_only_new_messages_are_encoded_by_the_next_training(tmp_path, asked, encode):
    first = vectors_of(["水有味", "空盒"], "an encoder", encode, tmp_path)
    second = vectors_of(["空盒", "粥里有头发", "水有味"], "an encoder", encode, tmp_path)
    assert asked == [["水有味", "空盒"], ["粥里有头发"]]
    assert second[[2, 0]].tolist() == first.tolist()
    assert second[1].tolist() == [5, ord("发")]


def test_nothing_is_encoded_when_nothing_is_new(tmp_path, asked, encode):
    first = vectors_of(["水有味", "空盒"], "an encoder", encode, tmp_path)
    assert vectors_of(["空盒"], "an encoder", encode, tmp_path).tolist() == [first[1].tolist()]
    assert len(asked) == 1


def test_vectors_of_another_encoder_are_not_taken(tmp_path, asked, encode):
    vectors_of(["空盒"], "an encoder", encode, tmp_path)
    vectors_of(["空盒"], "its better successor", encode, tmp_path)
    assert asked == [["空盒"], ["空盒"]]


@pytest.mark.parametrize("harm", [b"", b"no archive", b"PK\x03\x04 half an archive"])
def test_a_damaged_file_costs_time_and_nothing_else(tmp_path, asked, encode, harm):
    vectors_of(["空盒"], "an encoder", encode, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(harm)
    assert vectors_of(["空盒"], "an encoder", encode, tmp_path).tolist() == [[2, ord("盒")]]
    assert vectors_of(["空盒"], "an encoder", encode, tmp_path).shape == (1, 2)
    assert len(asked) == 2


def test_a_folder_that_cant_be_written_costs_time_and_nothing_else(tmp_path, asked, encode):
    (tmp_path / "in the way").write_text("a file")
    for _ in range(2):
        assert vectors_of(["空盒"], "an encoder", encode, tmp_path / "in the way").shape == (1, 2)
    assert len(asked) == 2
