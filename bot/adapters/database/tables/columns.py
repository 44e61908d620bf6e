"""What the tables are made of."""

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, String
from sqlalchemy.types import TypeEngine

from bot.adapters.database.types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

ID = String(64)
NAME = String(100)


def to(column: str) -> ForeignKey:
    """A foreign key, checked at commit."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    """A time."""
    return Column(name, UtcDateTime, nullable=nullable)


def must(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], *rest: ForeignKey) -> Column[Any]:
    """A column that every row fills."""
    return Column(name, kind, *rest, nullable=False)
