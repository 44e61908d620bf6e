"""Traces: what belongs to one turn, request or sending, and how long each part of it took."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Protocol


class Traces(Protocol):
    """Makes spans of blocks; never blocks, never fails. `about` are ids and kinds, nobody's words."""

    def begin(self, name: str, since: datetime, **about: str) -> AbstractContextManager[object]:
        """The first span of a trace of its own, whatever woke us; it began at `since`."""

    def span(self, name: str, since: datetime | None = None, **about: str) -> AbstractContextManager[object]:
        """A part of what is under way in this task, or the first span of a trace where nothing is."""

    def within(self, turn: str, name: str, **about: str) -> AbstractContextManager[object]:
        """A part of what is under way of this turn in another task of this process."""

    def headers(self) -> Mapping[str, str]:
        """What tells a service that we call of which trace the call is a part."""


class NotTraced:
    """Makes none."""

    def begin(self, name: str, since: datetime, **about: str) -> AbstractContextManager[object]:
        """Nobody wants to know."""
        del name, since, about
        return nullcontext()

    def span(self, name: str, since: datetime | None = None, **about: str) -> AbstractContextManager[object]:
        """Nobody wants to know."""
        del name, since, about
        return nullcontext()

    def within(self, turn: str, name: str, **about: str) -> AbstractContextManager[object]:
        """Nobody wants to know."""
        del turn, name, about
        return nullcontext()

    def headers(self) -> Mapping[str, str]:
        """Nobody wants to know."""
        return {}
