"""The repositories of messages worth a look, of corrections, and of proposed labels."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, text, true, update

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import (
    corrections,
    label_proposals,
    messages,
    review_groups,
    review_progress,
    reviews,
)
from bot.domain.conversation import Author, Message
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.errors import NotFound
from bot.domain.proposal import LabelProposal
from bot.domain.review import Review, ReviewGroup, ReviewState
from bot.services.ports.reviews import Near

_UNDONE = (ReviewState.OPEN, ReviewState.DISPUTED)
_IS_READ = (messages.c.author == Author.CUSTOMER, messages.c.reading.is_not(None))


class SqlReviews(Repository):
    """The inbox of messages worth a look (ports.Reviews)."""

    def add(self, review: Review) -> None:
        """Take a new one in; a message has one at most: Conflict."""
        self._session.add(review)

    async def find(self, message_id: str, *, lock: bool = False) -> Review | None:
        """That of a message, locked until the unit ends if asked for."""
        query = select(Review).where(reviews.c.message_id == message_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self._first(query)

    async def position(self, kind: str) -> str:
        """How far a look through the ledger has come; locked until the unit ends."""
        mine = select(review_progress.c.after).where(review_progress.c.kind == kind).with_for_update()
        found: str | None = await self._first(mine)
        if found is None:
            with races_as_conflicts():
                await self._session.execute(insert(review_progress).values(kind=kind, after=""))
        return found or ""

    async def move(self, kind: str, after: str) -> None:
        """It has come so far."""
        mine = update(review_progress).where(review_progress.c.kind == kind).values(after=after)
        with races_as_conflicts():
            await self._session.execute(mine)

    async def read_messages(self, after: str, before: str, limit: int) -> list[Message]:
        """Customers' messages with a reading between these ids, oldest first."""
        span = select(Message).where(messages.c.id > after, messages.c.id < before, *_IS_READ)
        return await self._all(span.order_by(messages.c.id).limit(limit))

    async def first_waiting(self) -> datetime | None:
        """Since when the oldest unanswered customer's message waits."""
        # Named, and asked in its own words: SQLite would rather read all that customers ever wrote.
        oldest = select(func.min(messages.c.created_at)).where(text("messages.delivery = 'waiting'"))
        return await self._first(oldest.with_hint(messages, "INDEXED BY ix_messages_waiting", "sqlite"))

    async def message_before(self, conversation_id: str, seq: int) -> Message | None:
        """The customer's last message with a reading before line `seq`."""
        mine = select(Message).where(
            messages.c.conversation_id == conversation_id, messages.c.seq < seq, *_IS_READ
        )
        return await self._first(mine.order_by(messages.c.seq.desc()).limit(1))

    async def apart(self, limit: int) -> list[tuple[Review, Message]]:
        """Those in no group yet, oldest first."""
        return await self._pairs(
            _with_messages(reviews.c.group_id.is_(None)).order_by(reviews.c.message_id).limit(limit)
        )

    async def near(self, limit: int) -> list[Near]:
        """The groups in which something waits, in their order."""
        columns = (review_groups.c.id, review_groups.c.normal, review_groups.c.vector, review_groups.c.space)
        found = select(*columns).where(review_groups.c.waiting > 0)
        rows = await self._rows(found.order_by(review_groups.c.rank_at.desc()).limit(limit))
        return [Near(*row) for row in rows]

    def add_group(self, group: ReviewGroup) -> None:
        """Take a new one in."""
        self._session.add(group)

    async def group(self, id: str) -> ReviewGroup:
        """By id, locked until the unit ends; NotFound."""
        query = select(ReviewGroup).where(review_groups.c.id == id).with_for_update()
        found = await self._first(query)
        if found is None:
            raise NotFound("没有这一组消息。")
        return found

    async def left(self, hidden: Collection[str] = ()) -> dict[ReviewState, int]:
        """How many there are in each state but those done with, without these conversations."""
        counted = select(reviews.c.state, func.count()).where(reviews.c.state.in_(_UNDONE), _shown(hidden))
        rows = await self._rows(counted.group_by(reviews.c.state))
        return dict.fromkeys(_UNDONE, 0) | {row[0]: row[1] for row in rows}

    async def first_of_groups(
        self, limit: int, hidden: Collection[str] = ()
    ) -> list[tuple[Review, Message, int]]:
        """Of each group with something open, in their order, the newest open one, and how many are open."""
        is_open = (reviews.c.state == ReviewState.OPEN, _shown(hidden))
        first = (
            select(reviews.c.message_id)
            .where(reviews.c.group_id == review_groups.c.id, *is_open)
            .order_by(reviews.c.at.desc(), reviews.c.message_id.desc())
            .limit(1)
            .correlate(review_groups)
            .scalar_subquery()
        )
        query = (
            select(Review, Message, review_groups.c.waiting)
            .join_from(review_groups, reviews, reviews.c.message_id == first)
            .join(messages, messages.c.id == reviews.c.message_id)
            .where(review_groups.c.waiting > 0)
            .order_by(review_groups.c.rank_at.desc())
            .limit(limit)
        )
        return [(row[0], row[1], row[2]) for row in await self._rows(query)]

    async def of_group(
        self, group_id: str, limit: int, hidden: Collection[str] = ()
    ) -> list[tuple[Review, Message]]:
        """The open ones of a group, newest first."""
        mine = (reviews.c.group_id == group_id, reviews.c.state == ReviewState.OPEN, _shown(hidden))
        return await self._pairs(_with_messages(*mine).order_by(reviews.c.at.desc()).limit(limit))

    async def in_state(
        self, state: ReviewState, limit: int, hidden: Collection[str] = ()
    ) -> list[tuple[Review, Message]]:
        """Those in this state, newest first."""
        found = _with_messages(reviews.c.state == state, _shown(hidden))
        return await self._pairs(found.order_by(reviews.c.at.desc()).limit(limit))

    async def around(self, message: Message, before: int, after: int) -> list[Message]:
        """The lines of its conversation around a message, in order."""
        seqs = messages.c.seq.between(message.seq - before, message.seq + after)
        mine = select(Message).where(messages.c.conversation_id == message.conversation_id, seqs)
        return await self._all(mine.order_by(messages.c.seq))

    async def _pairs(self, query: Select[*tuple[Any, ...]]) -> list[tuple[Review, Message]]:
        return [(row[0], row[1]) for row in await self._rows(query)]

    async def _rows(self, query: Select[*tuple[Any, ...]]) -> list[Any]:
        with races_as_conflicts():
            return list(await self._session.execute(query))


class SqlCorrections(Repository):
    """What reviewers made of messages (ports.Corrections)."""

    def add(self, correction: Correction) -> None:
        """Take a new one in."""
        self._session.add(correction)

    async def of_message(self, message_id: str) -> list[Correction]:
        """Everybody's present one, the oldest first."""
        return await self.of_messages([message_id])

    async def of_messages(self, ids: Sequence[str]) -> list[Correction]:
        """Everybody's present ones of these messages, the oldest first."""
        present = select(Correction).where(
            corrections.c.message_id.in_(ids), corrections.c.replaced_at.is_(None)
        )
        return await self._all(present.order_by(corrections.c.at, corrections.c.id)) if ids else []

    async def approved(self) -> list[Correction]:
        """Those that a model may be trained with: settled, with rows; oldest first."""
        counted = select(Correction).join_from(
            Correction, reviews, reviews.c.correction_id == corrections.c.id
        )
        settled = counted.where(
            reviews.c.state == ReviewState.SETTLED, corrections.c.kind != CorrectionKind.SKIP
        )
        return await self._all(settled.order_by(corrections.c.at, corrections.c.id))

    def propose(self, proposal: LabelProposal) -> None:
        """Take a proposed label in."""
        self._session.add(proposal)

    async def proposal(self, id: str) -> LabelProposal:
        """By id, locked until the unit ends; NotFound."""
        found = await self._first(select(LabelProposal).where(label_proposals.c.id == id).with_for_update())
        if found is None:
            raise NotFound("没有这个新标签的提议。")
        return found

    async def proposals(self) -> list[LabelProposal]:
        """All of them, newest first."""
        return await self._all(select(LabelProposal).order_by(label_proposals.c.id.desc()))


def _with_messages(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    pairs = select(Review, Message).join_from(Review, Message, messages.c.id == reviews.c.message_id)
    return pairs.where(*conditions)


def _shown(hidden: Collection[str]) -> ColumnElement[bool]:
    """The condition that a review is of none of these conversations."""
    return reviews.c.conversation_id.not_in(sorted(hidden)) if hidden else true()
