"""Suggestions to those who train the bot: possible new issues, doubtful rows, labels that are thin."""

import asyncio
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import InvalidInput, NotFound
from bot.domain.model import Model
from bot.domain.new_issues import Rarity, groups
from bot.domain.people import User
from bot.domain.review import ReviewReason
from bot.domain.suggestions import (
    FEWEST_ALIKE,
    Doubtful,
    Mark,
    MarkKind,
    Standing,
    standings,
)
from bot.domain.training_data import Row, plain
from bot.services import audit, avoidance
from bot.services.bare_texts import bare
from bot.services.ports import Clock, TrainingRows, UnitOfWork, Units

GROUPS = 200  # of like messages, the first in REVIEW's order: more take longer than they are worth
EXAMPLES = 6  # of a possible new issue
DOUBTFUL = 100
_UNFIT = frozenset({ReviewReason.NOT_UNDERSTOOD.value, ReviewReason.LOW_CONFIDENCE.value})


@dataclass(frozen=True)
class Said:
    """One of the messages that may be a new issue; `alike` messages say nearly the same."""

    message_id: str
    conversation_id: str
    text: str
    alike: int


@dataclass(frozen=True)
class NewIssue:
    """Messages that fit no label well and lie close together: how many, and some of them."""

    count: int
    said: tuple[Said, ...]


@dataclass(frozen=True)
class ShownDoubt:
    """A row that looks mislabelled, with its labels in Chinese and what somebody said of it."""

    doubt: Doubtful
    label: str
    says: str
    mark: Mark | None
    by: str


@dataclass(frozen=True)
class ShownStanding:
    """How well a label is covered, with its Chinese title."""

    standing: Standing
    title: str


@dataclass(frozen=True)
class Suggestions:
    """All of them; `model` is the one whose rows were looked at, None when none was."""

    issues: tuple[NewIssue, ...]
    doubts: tuple[ShownDoubt, ...]
    dismissed: int
    model: str | None
    standings: tuple[ShownStanding, ...]


@dataclass(frozen=True)
class _Unfit:
    """What stands for a group of messages, in its normal form too, and where the encoder puts it."""

    said: Said
    normal: str
    vector: tuple[float, ...]


@dataclass(frozen=True)
class _Learned:
    """What was worked out of the training rows; that takes a second or two."""

    rows: Sequence[Row]
    rarity: Rarity
    standings: Sequence[Standing]


class Suggesting:
    """Finds suggestions, and takes what people say of them."""

    def __init__(
        self,
        units: Units,
        rows: TrainingRows,
        archive_of: Callable[[Model], Path | None],
        clock: Clock,
        titles: Callable[[str], str],
        *,
        reading: Units,
    ) -> None:
        self._units, self._reading, self._clock = units, reading, clock
        self._rows, self._archive_of, self._titles = rows, archive_of, titles
        self._known: _Learned | None = None

    async def all(self, user: User) -> Suggestions:
        """What there is for this person; nothing of what they keep out of."""
        async with self._reading() as uow:
            candidates = await self._unfit(uow, user)
        learned = await self._learned()
        issues = await asyncio.to_thread(_issues, candidates, learned.rarity)
        model, doubts = await self._doubtful()
        marks, names = await self._marks()
        shown = [self._shown(doubt, marks.get(doubt.key), names) for doubt in doubts]
        open_ones = [one for one in shown if one.mark is None or one.mark.kind is not MarkKind.DISMISSED]
        return Suggestions(
            issues=tuple(issues),
            doubts=tuple(open_ones[:DOUBTFUL]),
            dismissed=len(shown) - len(open_ones),
            model=model,
            standings=tuple(ShownStanding(one, self._titles(one.label)) for one in learned.standings),
        )

    async def examples(self, message_ids: Sequence[str], user: User) -> list[str]:
        """The words of these messages for the form of a new label, without anything personal; NotFound."""
        found = []
        async with self._reading() as uow:
            for known in message_ids:
                message = await uow.messages.get(known)
                await avoidance.keep_out(uow, user.id, conversation_id=message.conversation_id)
                found.append(await bare(uow, message.conversation_id, message.text, message.reading))
        return found

    async def mark(self, key: str, kind: str, by: User) -> None:
        """Say of a row that its label is right ("dismissed"), or that it is to be changed ("noted").

        "none" takes that back. NotFound, InvalidInput.
        """
        doubt = next((one for one in (await self._doubtful())[1] if one.key == key), None)
        if doubt is None:
            raise NotFound("这条建议已经不在了，请刷新页面。")
        if kind != "none" and kind not in set(MarkKind):
            raise InvalidInput("请选择“标签没错”或“记下来改”。")
        now = self._clock.now()
        async with self._units() as uow:
            await uow.shadow.drop_mark(key)
            if kind != "none":
                mark = Mark(key, MarkKind(kind), doubt.where, doubt.label, doubt.text, doubt.says, by.id, now)
                await uow.shadow.put_mark(mark)
            details = {"label": doubt.label, "says": doubt.says, "kind": kind}
            await audit.record(uow, by.id, "suggestion_marked", f"row:{key}", details, now=now)
            await uow.commit()

    async def noted(self) -> list[Mark]:
        """The rows that are to be changed, for whoever keeps the files."""
        async with self._reading() as uow:
            return [mark for mark in await uow.shadow.marks() if mark.kind is MarkKind.NOTED]

    async def _unfit(self, uow: UnitOfWork, user: User) -> list[_Unfit]:
        """The groups of messages that fit no label well, each by its newest message."""
        hidden = (await avoidance.hidden(uow, user.id)).conversations
        near = {one.id: one for one in await uow.reviews.near(GROUPS) if one.vector is not None}
        space = Counter(one.space for one in near.values()).most_common(1)
        found = []
        for review, message, count in await uow.reviews.first_of_groups(GROUPS, hidden):
            group = near.get(review.group_id or "")
            if group and group.vector and group.space == space[0][0] and _UNFIT & set(review.reasons):
                said = Said(message.id, message.conversation_id, message.text, count)
                found.append(_Unfit(said, group.normal, _decoded(group.vector)))
        return found

    async def _doubtful(self) -> tuple[str | None, list[Doubtful]]:
        """The newest model whose rows were cross-validated, and those that disagreed."""
        async with self._reading() as uow:
            models = [model for model in await uow.models.all() if model.is_trained]
        for model in models:
            archive = self._archive_of(model)
            if archive is not None and (doubts := await self._rows.doubtful(archive)):
                return model.id, doubts
        return None, []

    async def _marks(self) -> tuple[dict[str, Mark], dict[str, str]]:
        async with self._reading() as uow:
            marks = {mark.key: mark for mark in await uow.shadow.marks()}
            return marks, {user.id: user.name for user in await uow.people.all()}

    async def _learned(self) -> _Learned:
        """From all rows, corrections included; worked out again when one has changed."""
        async with self._reading() as uow:
            corrected = [
                Row(f"更正 {one.id}", part.label, part.text)
                for one in await uow.corrections.approved()
                for part in one.parts
            ]
        rows = [*await self._rows.all(), *corrected]
        if self._known is None or rows != self._known.rows:
            self._known = await asyncio.to_thread(_learned, rows)
        return self._known

    def _shown(self, doubt: Doubtful, mark: Mark | None, names: dict[str, str]) -> ShownDoubt:
        by = names.get(mark.by, "") if mark else ""
        return ShownDoubt(doubt, self._titles(doubt.label), self._titles(doubt.says), mark, by)


def _decoded(vector: bytes) -> tuple[float, ...]:
    """A stored vector (float16, little-endian)."""
    return struct.unpack(f"<{len(vector) // 2}e", vector)


def _issues(candidates: Sequence[_Unfit], rarity: Rarity) -> list[NewIssue]:
    """What may be new issues, the most frequent first."""
    found = []
    for places in groups([one.normal for one in candidates], [one.vector for one in candidates], rarity):
        said = sorted((candidates[place].said for place in places), key=lambda one: -one.alike)
        count = sum(one.alike for one in said)
        if count >= FEWEST_ALIKE:
            found.append(NewIssue(count, tuple(said[:EXAMPLES])))
    return sorted(found, key=lambda issue: -issue.count)


def _learned(rows: Sequence[Row]) -> _Learned:
    return _Learned(rows, Rarity(plain(row.written) for row in rows), standings(rows))
