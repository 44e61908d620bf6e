"""Lost races, as the databases report them, become the domain's Conflict."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from bot.domain.errors import Conflict

# PostgreSQL: serialization failure, deadlock, lock not available. SQLite reports its own by name.
_LOST_RACES = frozenset({"40001", "40P01", "55P03"})
_UNIQUE = frozenset({"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})


@contextmanager
def races_as_conflicts() -> Iterator[None]:
    """Raise Conflict where somebody else was quicker; every other database error passes as it is."""
    try:
        yield
    except StaleDataError as error:
        raise Conflict("刚才有人修改了同一条记录，请刷新后再试。") from error
    except DBAPIError as error:
        if is_taken(error) or _code(error) in _LOST_RACES or _code(error).startswith("SQLITE_BUSY"):
            raise Conflict("刚才有人修改了同一条记录，请刷新后再试。") from error
        raise


def is_taken(error: DBAPIError) -> bool:
    """Whether a value that must be unique was taken already."""
    return isinstance(error, IntegrityError) and _code(error) in _UNIQUE


def _code(error: DBAPIError) -> str:
    original = error.orig
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    cause = (
        original.__cause__ if original is not None else None
    )  # some drivers keep the code one level deeper
    return str(code or getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or "")
