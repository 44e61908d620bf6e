"""Vectors of texts that an earlier training has met: after a correction only the new messages are encoded.

They lie beside Rasa's own cache in one file for each encoder, and hold what the last training used.
"""

import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Callable, Dict, List, Sequence
from zipfile import BadZipFile

import numpy as np

FOLDER = Path(".rasa") / "vectors"
WORTH_KEEPING = 1000  # texts; fewer are a conversation's, or a test's
_KEY_BYTES = 16

log = logging.getLogger(__name__)

Encode = Callable[[List[str]], Sequence[np.ndarray]]


def vectors_of(texts: List[str], identity: str, encode: Encode, folder: Path = FOLDER) -> np.ndarray:
    """Return a row for each text: those kept for the encoder of that identity, the others by `encode`.

    What can't be read or written is encoded again, now or next time.
    """
    file = folder / f"{identity[:16]}.npz"
    keys = np.array([_key(text) for text in texts], dtype=f"V{_KEY_BYTES}")
    known = _read(file)
    missing = [index for index, key in enumerate(keys.tolist()) if key not in known]
    fresh = dict(zip(missing, encode([texts[index] for index in missing]), strict=True)) if missing else {}
    rows = [fresh[index] if index in fresh else known[key] for index, key in enumerate(keys.tolist())]
    vectors = np.stack(rows)
    if missing:
        _write(file, keys, vectors)
    return vectors


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=_KEY_BYTES).digest()


def _read(file: Path) -> Dict[bytes, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as problem:
        log.warning("%s can't be used (%s): all messages are encoded again", file, type(problem).__name__)
        return {}


def _write(file: Path, keys: np.ndarray, vectors: np.ndarray) -> None:
    """Replace the file in one step: another training may read it meanwhile."""
    unfinished = file.with_name(f"{file.stem}.{os.getpid()}.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(unfinished, keys=keys, vectors=vectors)
        unfinished.replace(file)
    except OSError as problem:
        log.warning("%s can't be written (%s): the next training takes longer", file, problem.strerror)
        with suppress(OSError):
            unfinished.unlink()
