"""Where the time of a turn goes, for those who watch over the desk; and its id on every line of the log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter
from types import TracebackType
from typing import Self

from structlog.contextvars import bind_contextvars, unbind_contextvars

from bot.domain.conversation import Message
from bot.domain.errors import UnderstandingUnavailable
from bot.services.ports import Clock, Measures, Stage, Traces, TurnFailure

log = logging.getLogger(__name__)


class TurnTimes:
    """Measures one try to have a message answered: the block in which that is done.

    What isn't spent at Rasa is the stage "storing": the desk's own work on the answer. It is also a trace,
    from the message's arrival on, with spans of the same names.
    """

    def __init__(self, measures: Measures, message: Message, clock: Clock, traces: Traces) -> None:
        self._measures, self._message, self._clock, self._traces = measures, message, clock, traces
        self._began = self._read_for = 0.0
        self._working_since = message.created_at
        ids = {"conversation": message.conversation_id, "turn": message.id}
        self._trace = traces.begin("turn", message.created_at, **ids)

    def __enter__(self) -> Self:
        """Begin; the message has waited until now."""
        bind_contextvars(turn=self._message.id)
        self._trace.__enter__()
        self._tell(Stage.WAITING, self._message.created_at)
        self._measures.took(self._message.id, Stage.WAITING, self._age())
        self._working_since = self._clock.now()
        self._began = perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It is answered, or is tried again."""
        turn = self._message.id
        if error is None:
            self._tell(Stage.STORING, self._working_since)
        self._trace.__exit__(kind, error, trace)
        if error is None:
            self._measures.took(turn, Stage.STORING, perf_counter() - self._began - self._read_for)
            self._measures.answered(turn, age := self._age())
            log.info("a message was answered after %.2f s", age)
            unbind_contextvars("turn")  # after an error whoever logs that still says of which turn
        elif isinstance(error, Exception):  # being cancelled is no failure
            away = isinstance(error, UnderstandingUnavailable)
            self._measures.failed(turn, TurnFailure.RASA_AWAY if away else TurnFailure.BROKEN)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Rasa has the message while this block runs."""
        began = perf_counter()
        try:
            with self._traces.span(_name(Stage.READING), turn=self._message.id):
                yield
        finally:
            self._working_since = self._clock.now()
            self._read_for = perf_counter() - began
            self._measures.took(self._message.id, Stage.READING, self._read_for)

    def _tell(self, stage: Stage, since: datetime) -> None:
        """A stage that is over."""
        with self._traces.span(_name(stage), since):
            pass

    def _age(self) -> float:
        return (self._clock.now() - self._message.created_at).total_seconds()


def _name(stage: Stage) -> str:
    return f"turn.{stage.value}"
