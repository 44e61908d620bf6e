"""Vectors of texts that were encoded before: a training encodes only the messages that are new.

Those of `data/nlu` lie beside the encoder (`make vectors` writes them), so that a machine's first training
has them too. All that the last training used lie beside Rasa's own cache, if it met new ones. Both files hold
eight-bit numbers, and a vector is rounded to them before it is first used: a training comes to the same with
kept vectors and without.
"""

import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Callable, Dict, List, Sequence
from zipfile import BadZipFile

import numpy as np

from bot.nlu.encoders import of_length_one

KEPT = Path(".rasa/vectors.npz")
SHIPPED = Path("data/encoder/vectors.npz")
WORTH_KEEPING = 1000  # texts; fewer are a conversation's, or a test's
LARGEST = 127  # of eight bits with a sign
_KEY_BYTES = 8

log = logging.getLogger(__name__)

Encode = Callable[[List[str]], Sequence[np.ndarray]]


def vectors_of(
    texts: List[str], identity: str, encode: Encode, kept: Path = KEPT, shipped: Path = SHIPPED
) -> np.ndarray:
    """Return a float32 row of length one for each text: those kept for that encoder, the others by `encode`.

    What can't be read or written is encoded again, now or next time.
    """
    keys = keys_of(texts)
    known = {**_read(shipped, identity), **_read(kept, identity)}
    missing = [index for index, key in enumerate(keys.tolist()) if key not in known]
    if missing:
        rounded = in_eight_bits(np.stack(encode([texts[index] for index in missing])))
        known.update(zip(keys[missing].tolist(), rounded, strict=True))
    numbers = np.stack([known[key] for key in keys.tolist()])
    if missing:
        write(kept, identity, keys, numbers)
    return of_length_one(numbers)


def keys_of(texts: Sequence[str]) -> np.ndarray:
    """Return what texts are found by: a hash of eight bytes each, shape (texts,)."""
    hashes = (hashlib.blake2b(text.encode("utf-8"), digest_size=_KEY_BYTES).digest() for text in texts)
    return np.array(list(hashes), dtype=f"V{_KEY_BYTES}")


def in_eight_bits(vectors: np.ndarray) -> np.ndarray:
    """Return int8 rows in the same directions, at a cosine of 0.9999."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors / np.maximum(largest, 1e-9) * LARGEST).astype(np.int8)


def _read(file: Path, identity: str) -> Dict[bytes, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as held:
            if held["identity"] != identity:
                return {}
            return dict(zip(held["keys"].tolist(), held["numbers"], strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as problem:
        log.warning("%s can't be used (%s): all messages are encoded again", file, type(problem).__name__)
        return {}


def write(file: Path, identity: str, keys: np.ndarray, numbers: np.ndarray) -> None:
    """Replace the file in one step, because another training may read it. What can't be written is logged."""
    unfinished = file.with_name(f"{file.stem}.{os.getpid()}.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(unfinished, identity=np.array(identity), keys=keys, numbers=numbers)
        unfinished.replace(file)
    except OSError as problem:
        log.warning("%s can't be written (%s): the next training takes longer", file, problem.strerror)
        with suppress(OSError):
            unfinished.unlink()
