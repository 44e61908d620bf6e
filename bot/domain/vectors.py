"""Where texts lie in the space of a sentence encoder."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Vectors:
    """One vector a text, of length one: little-endian float16. Only those of the same model compare."""

    model: str
    rows: tuple[bytes, ...]
