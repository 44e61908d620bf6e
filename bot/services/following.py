"""What follows by itself: the rounds of the background work, and what the inbox's decisions make true."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Self

from bot.domain.followup import Way
from bot.domain.task import TaskKind
from bot.services import approvals, extensions, promises, satisfaction
from bot.services.deadlines import Watch
from bot.services.deeds import by_deed
from bot.services.followups import Followups, Reach
from bot.services.inbox import Effect
from bot.services.outbox import Outbox
from bot.services.ports import Clock, Sender, Understanding, Units
from bot.services.promises import Promises
from bot.services.words import Words

DEEDS: Mapping[str, Effect] = {
    extensions.EXTEND: extensions.decided,
    promises.CONFIRM: promises.confirmed,
    promises.KEEP: promises.kept,
    satisfaction.BY_PHONE: satisfaction.called,
    satisfaction.CLOSE_WITH_NOTE: satisfaction.close_with_note,
}
EFFECTS: Mapping[TaskKind, Effect] = {
    TaskKind.APPROVAL: by_deed(DEEDS, approvals.approval_decided),
    **{kind: by_deed(DEEDS) for kind in (TaskKind.REVIEW, TaskKind.PROMISE, TaskKind.CALL)},
}


class Following:
    """The clock of a desk: deadlines, visits, what is sent outside, and promises in what agents wrote."""

    def __init__(self, watch: Watch, followups: Followups, outbox: Outbox, found: Promises) -> None:
        self.watch, self.followups, self.outbox, self.promises = watch, followups, outbox, found

    @classmethod
    def of(
        cls,
        units: Units,
        reading: Units,
        understanding: Understanding,
        words: Words,
        clock: Clock,
        senders: Mapping[Way, Sender],
        page: str | None,
    ) -> Self:
        """Put together; `senders` are the ways out of the house, `page` the address that customers use."""
        return cls(
            Watch(units, reading, words, clock),
            Followups(units, reading, words, clock, Reach(frozenset(senders), page)),
            Outbox(units, reading, words, clock, senders),
            Promises(units, reading, understanding, words, clock),
        )

    def rounds(self) -> tuple[tuple[float, Callable[[], Awaitable[object]]], ...]:
        """What is done again and again, each with the seconds in between."""
        return (
            (5.0, self.promises.look),
            (15.0, self.outbox.look),
            (30.0, self.followups.look),
            (60.0, self.watch.look),
        )
