"""What the reports need of SQL that the two databases write differently: days in China, and seconds."""

from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class day_of(FunctionElement[str]):  # noqa: N801 -- reads like a function in queries
    """The day in China of a moment, like 2026-03-18; China has had no summer time since 1991."""

    type = String()
    inherit_cache = True


class month_of(FunctionElement[str]):  # noqa: N801 -- the same
    """The month in China of a moment, like 2026-03."""

    type = String()
    inherit_cache = True


class seconds_from(FunctionElement[int]):  # noqa: N801 -- the same
    """The whole seconds from the first moment to the second."""

    type = Integer()
    inherit_cache = True


def _inner(element: FunctionElement[Any], compiler: SQLCompiler, kw: dict[str, Any]) -> list[str]:
    return [compiler.process(one, **kw) for one in element.clauses]


@compiles(day_of, "sqlite")
def _day_on_sqlite(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 -- SQLAlchemy's
    (moment,) = _inner(element, compiler, kw)
    return f"date({moment}, '+8 hours')"


@compiles(day_of, "postgresql")
def _day_on_postgresql(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 -- the same
    (moment,) = _inner(element, compiler, kw)
    return f"CAST(CAST({moment} AT TIME ZONE 'Asia/Shanghai' AS date) AS text)"


@compiles(month_of, "sqlite")
def _month_on_sqlite(element: month_of, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 -- the same
    (moment,) = _inner(element, compiler, kw)
    return f"strftime('%Y-%m', {moment}, '+8 hours')"


@compiles(month_of, "postgresql")
def _month_on_postgresql(element: month_of, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 -- the same
    (moment,) = _inner(element, compiler, kw)
    return f"to_char({moment} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


@compiles(seconds_from, "sqlite")
def _seconds_on_sqlite(element: seconds_from, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 -- the same
    start, end = _inner(element, compiler, kw)
    return f"CAST(round((julianday({end}) - julianday({start})) * 86400) AS INTEGER)"


@compiles(seconds_from, "postgresql")
def _seconds_on_postgresql(element: seconds_from, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 -- the same
    start, end = _inner(element, compiler, kw)
    return f"CAST(round(EXTRACT(EPOCH FROM ({end} - {start}))) AS bigint)"
