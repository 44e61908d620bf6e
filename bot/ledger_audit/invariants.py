"""What must hold of the case database, as queries for the rows that break it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """`name` is its name in docs/reliability.md; `rows` finds what breaks it, `line` tells of one row.

    Queries may ask for `:lately` (10 minutes ago), `:long_ago` (an hour ago: nothing that somebody works on
    takes so long), `:days_ago` (two), `:tomorrow` and `:years_ahead`. They choose ids, numbers and states
    only: nothing that a customer wrote is printed.
    """

    name: str
    line: str
    rows: str
