"""The repository of shadow replays, of their judgements, and of marks on suggestions."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, tuple_

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import (
    messages,
    reviews,
    shadow_differences,
    shadow_judgements,
    shadow_runs,
    suggestion_marks,
)
from bot.domain.conversation import Author
from bot.domain.errors import NotFound
from bot.domain.review import ReviewState
from bot.domain.shadow import Change, Difference, Risk, ShadowJudgement, ShadowRun, ShadowState, Verdict
from bot.domain.suggestions import Mark
from bot.services.ports.shadow import ReadMessage

_COLUMNS = (
    messages.c.id, messages.c.conversation_id, messages.c.seq, messages.c.created_at, messages.c.text,
    messages.c.reading,
)  # fmt: skip


class SqlShadows(Repository):
    """Runs, what they found, and what people said of it (ports.Shadows)."""

    def add(self, run: ShadowRun) -> None:
        """Take a new one in."""
        self._session.add(run)

    async def get(self, id: str, *, lock: bool = False) -> ShadowRun:
        """By id, locked until the unit ends if asked for; NotFound."""
        query = select(ShadowRun).where(shadow_runs.c.id == id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        if (found := await self._first(query)) is None:
            raise NotFound("没有这次重读，请回到列表再选。")
        return found

    async def all(self, limit: int = 50) -> list[ShadowRun]:
        """The latest runs, newest first."""
        return await self._all(select(ShadowRun).order_by(shadow_runs.c.id.desc()).limit(limit))

    async def running(self) -> ShadowRun | None:
        """The one that is to be worked at, if there is one: the oldest."""
        mine = select(ShadowRun).where(shadow_runs.c.state == ShadowState.RUNNING)
        return await self._first(mine.order_by(shadow_runs.c.id).limit(1))

    async def count(self, since: datetime, most: int) -> int:
        """How many messages since then a model has read by itself, at most so many."""
        some = _read(messages.c.id).where(messages.c.created_at >= since).limit(most).subquery()
        return int((await self._rows(select(func.count()).select_from(some)))[0][0])

    async def read_before(
        self, since: datetime, cursor: tuple[datetime, str] | None, limit: int
    ) -> list[ReadMessage]:
        """The next of those messages behind the cursor, newest first."""
        query = _read(*_COLUMNS).where(messages.c.created_at >= since)
        if cursor is not None:
            place = tuple_(messages.c.created_at, messages.c.id)
            query = query.where(messages.c.created_at <= cursor[0], place < cursor)
        query = query.order_by(messages.c.created_at.desc(), messages.c.id.desc()).limit(limit)
        return [ReadMessage(*row) for row in await self._rows(query)]

    async def put(self, differences: Sequence[Difference]) -> None:
        """Keep them; one that is there already stays."""
        for difference in differences:
            key = (difference.run_id, difference.message_id)
            if await self._find(Difference, key) is None:
                self._session.add(difference)

    async def difference(self, run_id: str, message_id: str) -> Difference:
        """One difference; NotFound."""
        if (found := await self._find(Difference, (run_id, message_id))) is None:
            raise NotFound("这次重读里没有这条消息。")
        return found

    async def changes(self, run_id: str, hidden: Collection[str]) -> list[Change]:
        """The run's differences by their labels, without those of hidden conversations."""
        table, judged = shadow_differences, shadow_judgements.c.label
        query = (
            select(table.c.before, table.c.after, table.c.risk, judged, func.count())
            .join_from(table, shadow_judgements, _judged_here(), isouter=True)
            .where(table.c.run_id == run_id, table.c.conversation_id.not_in(hidden))
            .group_by(table.c.before, table.c.after, table.c.risk, judged)
        )
        return _summed(await self._rows(query))

    async def of_change(
        self, run_id: str, before: str, after: str, hidden: Collection[str], after_id: str, limit: int
    ) -> list[tuple[Difference, ReadMessage, ShadowJudgement | None]]:
        """The messages of one change behind this id, newest first, and what was judged."""
        table = shadow_differences
        mine = table.c.run_id == run_id, table.c.before == before, table.c.after == after
        query = (
            select(Difference, ShadowJudgement, *_COLUMNS)
            .join_from(Difference, messages, messages.c.id == table.c.message_id)
            .join(ShadowJudgement, _judged_here(), isouter=True)
            .where(*mine, table.c.conversation_id.not_in(hidden))
            .order_by(messages.c.id.desc())
            .limit(limit)
        )
        if after_id:
            query = query.where(messages.c.id < after_id)
        return [(row[0], ReadMessage(*row[2:]), row[1]) for row in await self._rows(query)]

    async def message(self, message_id: str) -> ReadMessage:
        """A message with its reading; NotFound."""
        found = await self._rows(_read(*_COLUMNS).where(messages.c.id == message_id))
        if not found:
            raise NotFound("没有找到这条消息。")
        return ReadMessage(*found[0])

    async def judge(self, judgement: ShadowJudgement) -> None:
        """Keep it, instead of an earlier one of the same message."""
        with races_as_conflicts():
            await self._session.merge(judgement)

    async def withdraw(self, message_id: str) -> None:
        """Forget what was judged of a message."""
        mine = shadow_judgements.c.message_id == message_id
        with races_as_conflicts():
            await self._session.execute(delete(shadow_judgements).where(mine))

    async def judged(self) -> list[ShadowJudgement]:
        """What was judged, oldest first: messages to measure with, so none that models are trained with."""
        trained = select(reviews.c.message_id).where(
            reviews.c.message_id == shadow_judgements.c.message_id, reviews.c.state == ReviewState.SETTLED
        )
        order = (shadow_judgements.c.at, shadow_judgements.c.message_id)
        return await self._all(select(ShadowJudgement).where(~trained.exists()).order_by(*order))

    async def marks(self) -> list[Mark]:
        """What was said about rows that look mislabelled, newest first."""
        return await self._all(select(Mark).order_by(suggestion_marks.c.at.desc(), suggestion_marks.c.key))

    async def put_mark(self, mark: Mark) -> None:
        """Keep it, instead of an earlier one of the same row."""
        with races_as_conflicts():
            await self._session.merge(mark)

    async def drop_mark(self, key: str) -> None:
        """Forget it."""
        with races_as_conflicts():
            await self._session.execute(delete(suggestion_marks).where(suggestion_marks.c.key == key))

    async def _rows(self, query: Select[*tuple[Any, ...]]) -> list[Any]:
        with races_as_conflicts():
            return list(await self._session.execute(query))


def _read(*columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 -- columns
    """Customers' messages that a model read by itself: words, and no pressed button."""
    return select(*columns).where(
        messages.c.author == Author.CUSTOMER,
        messages.c.reading.is_not(None),
        messages.c.choice.is_(None),
        messages.c.text != "",
    )


def _judged_here() -> Any:  # noqa: ANN401 -- a condition
    return shadow_judgements.c.message_id == shadow_differences.c.message_id


def _summed(rows: Sequence[Any]) -> list[Change]:
    """From counts by before, after, risk and judged label to one change for each pair."""
    found: dict[tuple[str, str, Risk], Counter[str]] = {}
    for before, after, risk, judged, count in rows:
        tally = found.setdefault((before, after, risk), Counter())
        tally["all"] += count
        if judged is not None:
            verdicts = {after: Verdict.NEW, before: Verdict.OLD}
            tally[verdicts.get(judged, Verdict.NEITHER)] += count
    return [
        Change(*change, tally["all"], tally[Verdict.NEW], tally[Verdict.OLD], tally[Verdict.NEITHER])
        for change, tally in found.items()
    ]
