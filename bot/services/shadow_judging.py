"""What shadow replays found, as people see it, and their judgement of it: it becomes part of the test set.

Nobody sees what they keep out of (回避): neither the messages nor, in the counts, that there are any.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain import labels
from bot.domain.errors import NotFound
from bot.domain.evaluation import NOT_UNDERSTOOD
from bot.domain.model import Model
from bot.domain.people import User
from bot.domain.shadow import (
    Change,
    Difference,
    ShadowJudgement,
    ShadowRun,
    Verdict,
    in_order,
    judged_label,
)
from bot.services import audit, avoidance
from bot.services.bare_texts import bare
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.ports.shadow import ReadMessage

PAGE = 40  # messages of a change at once
NOBODY_KNOWS = "没读懂（追问）"


@dataclass(frozen=True)
class ShownRun:
    """A run with the name of who began it."""

    run: ShadowRun
    by: str


@dataclass(frozen=True)
class ShownChange:
    """A change with its labels in Chinese."""

    change: Change
    before: str
    after: str


@dataclass(frozen=True)
class Overview:
    """A run and what it found: the riskiest and most frequent changes first."""

    shown: ShownRun
    changes: tuple[ShownChange, ...]

    @property
    def count(self) -> int:
        """All differences that this person may see."""
        return sum(one.change.count for one in self.changes)

    @property
    def open(self) -> int:
        """Those nobody has judged."""
        return sum(one.change.open for one in self.changes)

    @property
    def tally(self) -> tuple[int, int, int]:
        """How many were judged: the new one right, the old one, neither."""
        of = [one.change for one in self.changes]
        return sum(one.new for one in of), sum(one.old for one in of), sum(one.neither for one in of)


@dataclass(frozen=True)
class ShownMessage:
    """A message of a change. `verdict` is None while nobody judged it; `label` is what they said it means."""

    difference: Difference
    message: ReadMessage
    verdict: Verdict | None
    label: str
    by: str


@dataclass(frozen=True)
class MessagePage:
    """Messages of one change; `next` leads to further ones, None on the last page."""

    shown: ShownRun
    change: ShownChange
    messages: tuple[ShownMessage, ...]
    next: str | None


class ShadowJudging:
    """Shows what runs found, and takes judgements."""

    def __init__(self, units: Units, clock: Clock, titles: Callable[[str], str], *, reading: Units) -> None:
        self._units, self._clock, self._titles, self._reading = units, clock, titles, reading

    def title(self, label: str) -> str:
        """A label in Chinese."""
        return NOBODY_KNOWS if label == NOT_UNDERSTOOD else self._titles(label)

    def choices(self) -> list[tuple[str, str]]:
        """All labels with their titles, to choose from."""
        return [(label, self.title(label)) for label in (*sorted(labels.ALL), NOT_UNDERSTOOD)]

    def label_of(self, chosen: str) -> str:
        """The label that somebody chose by its title; what is no title stays as it is."""
        return next((label for label, title in self.choices() if title == chosen.strip()), chosen.strip())

    async def runs(self) -> tuple[list[ShownRun], list[Model]]:
        """The latest runs, and the models that can read."""
        async with self._reading() as uow:
            names = await _names(uow)
            runs = [ShownRun(run, names.get(run.created_by, "")) for run in await uow.shadow.all()]
            return runs, [model for model in await uow.models.all() if model.is_trained]

    async def overview(self, run_id: str, user: User) -> Overview:
        """What a run found so far; NotFound."""
        async with self._reading() as uow:
            run = await uow.shadow.get(run_id)
            hidden = (await avoidance.hidden(uow, user.id)).conversations
            changes = in_order(await uow.shadow.changes(run_id, hidden))
            by = (await _names(uow)).get(run.created_by, "")
        return Overview(ShownRun(run, by), tuple(map(self._shown, changes)))

    async def messages(
        self, run_id: str, before: str, after: str, user: User, behind: str = ""
    ) -> MessagePage:
        """One page of the messages of a change, those behind the id `behind`; NotFound."""
        async with self._reading() as uow:
            run = await uow.shadow.get(run_id)
            hidden = (await avoidance.hidden(uow, user.id)).conversations
            changes = await uow.shadow.changes(run_id, hidden)
            rows = await uow.shadow.of_change(run_id, before, after, hidden, behind, PAGE + 1)
            names = await _names(uow)
        change = next((one for one in changes if (one.before, one.after) == (before, after)), None)
        if change is None:
            raise NotFound("这次重读里没有这种变化。")
        shown = tuple(self._message(*row, names) for row in rows[:PAGE])
        more = shown[-1].message.id if len(rows) > PAGE else None
        by = names.get(run.created_by, "")
        return MessagePage(ShownRun(run, by), self._shown(change), shown, more)

    async def judge(self, run_id: str, message_id: str, verdict: str, chosen: str, by: User) -> ShownMessage:
        """Say whose reading was right, or `chosen` what the message means. NotFound, InvalidInput.

        The judgement is of the message: it counts for every model that ever reads it.
        """
        now = self._clock.now()
        async with self._units() as uow:
            difference = await uow.shadow.difference(run_id, message_id)
            await avoidance.keep_out(uow, by.id, conversation_id=difference.conversation_id)
            label = judged_label(verdict, chosen, difference)
            message = await uow.shadow.message(message_id)
            text = await bare(uow, message.conversation_id, message.text, message.reading)
            judgement = ShadowJudgement(message_id, text, label, by.id, now)
            await uow.shadow.judge(judgement)
            details = {"label": label}
            await audit.record(uow, by.id, "shadow_judged", f"message:{message_id}", details, now=now)
            await uow.commit()
        return self._message(difference, message, judgement, {by.id: by.name})

    async def withdraw(self, run_id: str, message_id: str, by: User) -> ShownMessage:
        """Take a judgement back."""
        async with self._units() as uow:
            difference = await uow.shadow.difference(run_id, message_id)
            await avoidance.keep_out(uow, by.id, conversation_id=difference.conversation_id)
            message = await uow.shadow.message(message_id)
            await uow.shadow.withdraw(message_id)
            now = self._clock.now()
            await audit.record(uow, by.id, "shadow_withdrawn", f"message:{message_id}", now=now)
            await uow.commit()
        return self._message(difference, message, None, {})

    def _shown(self, change: Change) -> ShownChange:
        return ShownChange(change, self.title(change.before), self.title(change.after))

    def _message(
        self,
        difference: Difference,
        message: ReadMessage,
        judgement: ShadowJudgement | None,
        names: dict[str, str],
    ) -> ShownMessage:
        if judgement is None:
            return ShownMessage(difference, message, None, "", "")
        label, by = self.title(judgement.label), names.get(judgement.by, "")
        return ShownMessage(difference, message, judgement.of(difference), label, by)


async def _names(uow: UnitOfWork) -> dict[str, str]:
    return {user.id: user.name for user in await uow.people.all()}
