"""Writes the vectors of the training data beside the encoder: a machine's first training takes them so.

python -m bot.nlu.shipped_vectors
"""

import sys
from pathlib import Path
from typing import List

import numpy as np

from bot.nlu.cores import mapped
from bot.nlu.encoders import encoder
from bot.nlu.kept_vectors import KEPT, SHIPPED, in_eight_bits, keys_of, vectors_of, write
from bot.nlu.training_texts import training_texts

OWN = "complaints-e5"


def ship(target: Path = SHIPPED, kept: Path = KEPT) -> int:
    """Write the vectors of all training messages to `target`, in the order of their keys; how many there are.

    In one order, because versions of the file then have most bytes in common, and Git keeps only the rest.
    """
    texts = sorted({text for text, _ in training_texts()}, key=lambda text: keys_of([text]).tobytes())
    identity = encoder(OWN).identity
    vectors = vectors_of(texts, identity, _one_by_one, kept, target)
    write(target, identity, keys_of(texts), in_eight_bits(vectors))
    return len(texts)


def _one_by_one(texts: List[str]) -> List[np.ndarray]:
    return [rows[0] for rows in mapped(lambda text: encoder(OWN).encode([text]), texts)]


if __name__ == "__main__":
    sys.stdout.write(f"{SHIPPED}: {ship()} vectors\n")
