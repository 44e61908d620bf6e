"""Ids: random, and sorted by time so that indexes stay compact."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32


def new_id(now: datetime) -> str:
    """A ULID-like id: 48 bits of milliseconds and 80 random bits, 26 characters."""
    return _written((int(now.timestamp() * 1000) << 80) | secrets.randbits(80))


def first_id(moment: datetime) -> str:
    """The id before all that were made at this millisecond or later, and behind all earlier ones."""
    return _written(int(moment.timestamp() * 1000) << 80)


def _written(value: int) -> str:
    characters = []
    for _ in range(26):
        value, place = divmod(value, 32)
        characters.append(_ALPHABET[place])
    return "".join(reversed(characters))
