"""What is measured while the desk works, and what is counted in the database now and then."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from time import perf_counter
from typing import Protocol


class Stage(StrEnum):
    """Where the time of a turn goes; the stages don't overlap."""

    WAITING = "waiting"  # from the message's arrival until its turn begins
    READING = "reading"  # at Rasa, without the actions that it calls
    ACTIONS = "actions"  # the desk's own actions, called by Rasa
    STORING = "storing"  # the answer


class TurnFailure(StrEnum):
    """Why a turn has to be tried again."""

    RASA_AWAY = "rasa_away"
    BROKEN = "broken"
    GIVEN_UP = "given_up"  # not tried again: a person gets the conversation


class Measures(Protocol):
    """Hears how long turns take; never blocks, never fails."""

    def took(self, turn: str, stage: Stage, seconds: float) -> None:
        """A stage of a turn took so long; several of one stage are added up."""

    def answered(self, turn: str, seconds: float) -> None:
        """The turn's answer is stored, so long after the message arrived."""

    def failed(self, turn: str | None, why: TurnFailure) -> None:
        """It isn't: what its stages took is forgotten."""


class NotMeasured:
    """Hears nothing."""

    def took(self, turn: str, stage: Stage, seconds: float) -> None:
        """Nobody wants to know."""

    def answered(self, turn: str, seconds: float) -> None:
        """Nobody wants to know."""

    def failed(self, turn: str | None, why: TurnFailure) -> None:
        """Nobody wants to know."""


@contextmanager
def timed(measures: Measures, turn: str, stage: Stage) -> Iterator[None]:
    """Measure the block as a stage of this turn."""
    began = perf_counter()
    try:
        yield
    finally:
        measures.took(turn, stage, perf_counter() - began)


@dataclass(frozen=True)
class Backlog:
    """How much waits, and since when the oldest of it."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class Deadlines:
    """How many open dates are over, and within which time how many follow."""

    overdue: int = 0
    within: Mapping[timedelta, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """How the whole desk stands, whichever process asks.

    `owners` are conversations by owner, of the bot's those that changed within the last hour; `deadlines`
    those of "cases" and "tasks"; `letters` unsent ones by way; `sendings` to WeChat by state, of the failed
    and unsure ones those of the last day; `kept` is what came over WeChat and isn't in its conversation yet.
    """

    owners: Mapping[str, int]
    queue: Backlog
    unanswered: Backlog
    deadlines: Mapping[str, Deadlines]
    webhooks: Backlog
    letters: Mapping[str, Backlog]
    sendings: Mapping[str, Backlog]
    kept: Backlog = Backlog()


class Gauges(Protocol):
    """Counts in the database, reading only."""

    async def standing(self, now: datetime) -> Standing:
        """How it stands."""

    async def reachable(self) -> None:
        """Come back if the database answers; else whatever went wrong."""
