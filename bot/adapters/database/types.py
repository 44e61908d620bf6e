"""Column types: times in UTC, enumerations by value, sealed text and JSON.

The sealed types find their `Sealer` on the engine's dialect, where `engine.create_engine` puts it: each
engine has its own, so several databases with different keys can be open in one process.
"""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, String, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.adapters.database.sealing import Sealer, storable
from bot.domain.search_text import IndexText

_LAST_PLACE = 16383  # tsvector knows no further ones


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC and read back in UTC, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: nobody knows which instant they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without time zone can't be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def by_value(kind: type[StrEnum]) -> Enum:
    """A column that holds the members of `kind` by their values, as plain strings."""
    return Enum(
        kind, native_enum=False, length=16, values_callable=lambda members: [str(one) for one in members]
    )


class SealedText(TypeDecorator[str]):
    """Text in which phone and identity numbers are sealed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal the numbers."""
        return None if value is None else _sealer(dialect).seal_numbers(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open them."""
        return None if value is None else _sealer(dialect).open(value)


class WhollySealed(SealedText):
    """Text that is sealed as a whole."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal all of it."""
        return None if value is None else _sealer(dialect).seal(value)


class SealedJson(TypeDecorator[Any]):
    """JSON in whose strings phone and identity numbers are sealed; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401 -- JSON
        """Seal the strings, then write the JSON."""
        return None if value is None else json.dumps(_sealer(dialect).seal_json(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any | None:  # noqa: ANN401 -- JSON
        """Read the JSON, then open the strings."""
        return None if value is None else _sealer(dialect).open_json(json.loads(value))


class LookedUp(TypeDecorator[str]):
    """A value that is only ever compared: its keyed hash is stored, so that numbers in it can't be read."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Hash it; what was read from this column is compared as it is."""
        return value if value is None or isinstance(value, Hashed) else hashed(value, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's
        """The hash, marked as one."""
        return None if value is None else Hashed(value)


class Hashed(str):
    """A value of a `LookedUp` column as it was read."""

    __slots__ = ()


class Indexed(TypeDecorator[IndexText]):
    """Tokens by which a text is found: a tsvector with their places, or text for SQLite's FTS5."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A tsvector where there is one."""
        kind: TypeEngine[Any] = TSVECTOR() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: IndexText | None, dialect: Dialect) -> str | None:
        """Write them down: made of letters and digits only, so that nothing has to be escaped."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            placed = ((token, place) for row in value for place, token in enumerate(row, start=1))
            return " ".join(f"'{token}':{min(place, _LAST_PLACE)}" for token, place in placed)
        return " ".join(token for row in value for token in row)


class StorableText(TypeDecorator[str]):
    """Text from outside that needs no sealing, without the characters that no database takes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's
        """Take them out, in stored values and in those compared with them alike."""
        return None if value is None else storable(value)


def phone_hashed(phone: str, dialect: Dialect) -> str:
    """The keyed hash by which cases are found by a phone."""
    return _sealer(dialect).phone_hash(phone)


def hashed(value: str, dialect: Dialect) -> Hashed:
    """What a `LookedUp` column holds for this value."""
    return Hashed(_sealer(dialect).look_up_hash(value))


def _sealer(dialect: Dialect) -> Sealer:
    sealer = getattr(dialect, "kesu_sealer", None)
    if not isinstance(sealer, Sealer):
        raise TypeError("this engine has no sealer: make it with bot.adapters.database.engine.create_engine")
    return sealer
