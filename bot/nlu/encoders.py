"""Sentence encoders: a text becomes a vector that lies near those of texts that mean the same.

`encoder(name)` knows the desk's own encoder, those in `ENCODERS`, and `huggingface:MODEL` for any model on a
Hugging Face hub, or in a folder, that comes with an ONNX network.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Callable, Dict, List, Protocol

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from rasa.shared.exceptions import InvalidConfigException
from sentencepiece import SentencePieceProcessor

OWN_ENCODER = Path("data/encoder")
HUGGING_FACE = "huggingface:"
START, END = 0, 2  # the numbers of the marks in the desk's own tokenizer
LONGEST_ROW = (
    128  # pieces; attention looks at each pair of them, so that many texts take longer in longer rows
)


class Encoder(Protocol):
    """What the featurizer needs: which encoder it is, and one row a text, for any texts at all."""

    identity: str

    def encode(self, texts: List[str]) -> np.ndarray:
        """Return float32 vectors of length one, shape (texts, dimensions)."""


def session(network: Path, threads: int = 1) -> InferenceSession:
    """Open an ONNX network for this machine's processor.

    One thread is fastest for the short texts of a conversation, and leaves the other cores to other
    customers.
    """
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors; its warnings tell which constants it does without
    return InferenceSession(str(network), options, providers=["CPUExecutionProvider"])


def of_length_one(vectors: np.ndarray) -> np.ndarray:
    """Scale each row to length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)


class ComplaintEncoder:
    """The desk's own encoder: multilingual-e5-small (MIT), adapted to complaints, in eight bits."""

    def __init__(self, folder: Path) -> None:
        """Load the network. Raises InvalidConfigException if the folder lacks a file."""
        missing = [
            name for name in ("network.onnx", "pieces.model", "about.json") if not (folder / name).is_file()
        ]
        if missing:
            raise InvalidConfigException(
                f"{folder}: the encoder's {missing[0]} is missing. Restore the folder."
            )
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        self.identity = about["sha256"]
        self._longest = about["longest"]
        self._pieces = SentencePieceProcessor(model_file=str(folder / "pieces.model"))
        self._session = session(folder / "network.onnx")

    def encode(self, texts: List[str]) -> np.ndarray:
        """Return vectors of 384 dimensions; of a long text the first 126 pieces count.

        The texts stand in one row, in which each hears only itself. Eight-bit numbers round by the largest
        around all the same: beside others, a text's vector lies at a cosine of 0.998 from its own.
        """
        # one by one: for a list SentencePiece starts threads, which takes longer than the work
        cut = [[START, *self._pieces.encode(text)[: self._longest - 2], END] for text in texts]
        return of_length_one(np.vstack([self._vectors(row) for row in in_rows(cut, LONGEST_ROW)]))

    def _vectors(self, row: List[List[int]]) -> np.ndarray:
        given = {
            "pieces": [piece for text in row for piece in text],
            "positions": [position for text in row for position in range(len(text))],
            "texts": [number for number, text in enumerate(row) for _ in text],
        }
        arrays = {name: np.array([values], dtype=np.int64) for name, values in given.items()}
        found: np.ndarray = self._session.run(None, arrays)[0]
        return found


def in_rows(texts: List[List[int]], longest: int) -> List[List[List[int]]]:
    """Return texts, each the numbers of its pieces, in rows of at most `longest` pieces or of one text."""
    rows: List[List[List[int]]] = []
    length = longest
    for text in texts:
        if length + len(text) > longest:
            rows.append([])
            length = 0
        rows[-1].append(text)
        length += len(text)
    return rows


@lru_cache(maxsize=1)
def _own() -> Encoder:
    return ComplaintEncoder(OWN_ENCODER)


@lru_cache(maxsize=2)
def _hugging_face(model: str) -> Encoder:
    from bot.nlu.hugging_face import HuggingFaceEncoder

    return HuggingFaceEncoder(model)


ENCODERS: Dict[str, Callable[[], Encoder]] = {"complaints-e5": _own}


def encoder(name: str) -> Encoder:
    """Return the encoder of that name. Raises InvalidConfigException, listing the known ones."""
    if name.startswith(HUGGING_FACE):
        return _hugging_face(name[len(HUGGING_FACE) :])
    if name not in ENCODERS:
        raise InvalidConfigException(
            f"config.yml: there is no sentence encoder {name!r}. Use one of: {', '.join(sorted(ENCODERS))}, "
            f"or {HUGGING_FACE}MODEL for a Hugging Face model that comes with an ONNX network."
        )
    return ENCODERS[name]()
