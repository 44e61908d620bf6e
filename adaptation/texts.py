"""Training texts as the network takes them, in batches."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from network import LONGEST, PADDING
from sentencepiece import SentencePieceProcessor
from torch import Tensor

BATCH = 32
DROPPED_PIECES = 0.08  # so that no single word decides
OPENED = 0.1  # the share of messages before which a greeting or a yes is put: what they say stays the same
OPENINGS = frozenset({"greet", "affirm"})
START, END, UNKNOWN = 0, 2, 3


class Row(NamedTuple):
    """A line of the file: normal form, label, and whether it complains."""

    text: str
    label: str
    complaint: bool


class Text(NamedTuple):
    """A training text as the network takes it; `number` is its place in the file."""

    number: int
    pieces: list[int]
    label: int
    complaint: int
    is_opening: bool


def read(path: Path) -> list[Row]:
    """Return the rows that `bot.nlu.training_texts` wrote."""
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def as_pieces(rows: list[Row], pieces: SentencePieceProcessor) -> list[Text]:
    """Return the rows in numbers: pieces, and labels in the order of their names."""
    names = sorted({row.label for row in rows})
    return [
        Text(
            number,
            numbered(row.text, pieces),
            names.index(row.label),
            int(row.complaint),
            row.label in OPENINGS,
        )
        for number, row in enumerate(rows)
    ]


def numbered(text: str, pieces: SentencePieceProcessor) -> list[int]:
    """Return a text's piece numbers between the two marks."""
    return [START, *pieces.encode(text)[: LONGEST - 2], END]


def batches(texts: list[Text], chance: random.Random) -> Iterator[list[Text]]:
    """Yield texts of like length together, in an order of their own each time; some begin with 「你好」."""
    openings = [text for text in texts if text.is_opening]
    opened = [_after(chance.choice(openings), text) if chance.random() < OPENED else text for text in texts]
    ordered = sorted(opened, key=lambda text: len(text.pieces) + 4 * chance.random())
    parts = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    chance.shuffle(parts)
    yield from parts


def _after(opening: Text, text: Text) -> Text:
    if text.is_opening:
        return text
    return text._replace(pieces=[*[*opening.pieces[:-1], *text.pieces[1:-1]][: LONGEST - 1], END])


def with_gaps(batch: list[Text], chance: random.Random) -> Tensor:
    """Return the batch's piece numbers (texts, longest), some of them unknown."""
    return padded(
        [
            [
                START,
                *(UNKNOWN if chance.random() < DROPPED_PIECES else piece for piece in text.pieces[1:-1]),
                END,
            ]
            for text in batch
        ]
    )


def padded(rows: list[list[int]]) -> Tensor:
    """Return piece numbers (texts, longest)."""
    longest = max(map(len, rows))
    return torch.tensor([row + [PADDING] * (longest - len(row)) for row in rows])
