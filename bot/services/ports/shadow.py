"""What shadow replay and the suggestions need: old messages in batches, runs, differences, judgements."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.domain.reading import Reading
from bot.domain.shadow import Change, Difference, ShadowJudgement, ShadowRun
from bot.domain.suggestions import Doubtful, Mark
from bot.domain.training_data import Row


@dataclass(frozen=True)
class ReadMessage:
    """A customer's message and what it was taken for when it came."""

    id: str
    conversation_id: str
    seq: int
    created_at: datetime
    text: str
    reading: dict[str, Any]


class Shadows(Protocol):
    """Runs, what they found, and what people said of it."""

    def add(self, run: ShadowRun) -> None:
        """Take a new one in."""

    async def get(self, id: str, *, lock: bool = False) -> ShadowRun:
        """By id, locked until the unit ends if asked for; NotFound."""

    async def all(self, limit: int = 50) -> list[ShadowRun]:
        """The latest runs, newest first."""

    async def running(self) -> ShadowRun | None:
        """The one that is to be worked at, if there is one."""

    async def count(self, since: datetime, most: int) -> int:
        """How many messages since then a model has read by itself, at most so many."""

    async def read_before(
        self, since: datetime, cursor: tuple[datetime, str] | None, limit: int
    ) -> list[ReadMessage]:
        """The next of those messages behind the cursor, newest first."""

    async def put(self, differences: Sequence[Difference]) -> None:
        """Keep them; one that is there already stays."""

    async def difference(self, run_id: str, message_id: str) -> Difference:
        """One difference; NotFound."""

    async def changes(self, run_id: str, hidden: Collection[str]) -> list[Change]:
        """The run's differences by their labels, without those of hidden conversations."""

    async def of_change(
        self, run_id: str, before: str, after: str, hidden: Collection[str], after_id: str, limit: int
    ) -> list[tuple[Difference, ReadMessage, ShadowJudgement | None]]:
        """The messages of one change behind this id ("": all), newest first, and what was judged."""

    async def message(self, message_id: str) -> ReadMessage:
        """A message with its reading; NotFound."""

    async def judge(self, judgement: ShadowJudgement) -> None:
        """Keep it, instead of an earlier one of the same message."""

    async def withdraw(self, message_id: str) -> None:
        """Forget what was judged of a message."""

    async def judged(self) -> list[ShadowJudgement]:
        """What was judged, oldest first: messages to measure with, so none that models are trained with."""

    async def marks(self) -> list[Mark]:
        """What was said about rows that look mislabelled, newest first."""

    async def put_mark(self, mark: Mark) -> None:
        """Keep it, instead of an earlier one of the same row."""

    async def drop_mark(self, key: str) -> None:
        """Forget it."""


class Reader(Protocol):
    """A model that reads texts and answers nobody."""

    async def parse(self, texts: Sequence[str]) -> list[Reading]:
        """Understand texts outside of any conversation; UnderstandingUnavailable."""


class ReadersBeside(Protocol):
    """Opens a model beside the live one."""

    def __call__(self, archive: Path, /) -> AbstractAsyncContextManager[Reader]:
        """A reader with this archive; UnderstandingUnavailable, ConfigurationError if it can't be loaded."""


class TrainingRows(Protocol):
    """The rows that models are trained from, and what was found out about them."""

    async def all(self) -> list[Row]:
        """The repository's rows, in Simplified characters; `where` is file and line."""

    async def doubtful(self, archive: Path) -> list[Doubtful]:
        """The rows of this model that those trained without them read otherwise, the surest first."""
