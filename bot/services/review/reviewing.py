"""What reviewers do with a message: correct it, let it be, ask a colleague, settle a disagreement."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.conversation import Message
from bot.domain.correction import MOST_PARTS, OFF_TOPIC, Correction, CorrectionKind, Marked, Part
from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.domain.people import Deed, User
from bot.domain.privacy import mask
from bot.domain.review import Review, ReviewState
from bot.domain.task import ASKED, Assignee, Task, TaskKind
from bot.services import audit, avoidance
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.review import keeping
from bot.services.transcripts import preview

MOST_OTHERS = 50  # messages of a group that one answer settles
LONGEST_QUESTION = 200


@dataclass(frozen=True)
class Given:
    """One row as the page hands it in."""

    text: str
    label: str
    marks: tuple[Marked, ...] = ()

    @classmethod
    def from_json(cls, data: Any) -> "Given":  # noqa: ANN401 -- whatever was sent
        """InvalidInput for what no page of ours sends."""
        try:
            marks = tuple(
                Marked(str(one["entity"]), int(one["start"]), int(one["end"])) for one in data["entities"]
            )
            return cls(str(data["text"]), str(data["label"]), marks)
        except (KeyError, TypeError, ValueError):
            raise InvalidInput("表单没有传完整，请刷新后再试。") from None


class Reviewing:
    """Each call is one transaction; `titles` gives the Chinese title of a label."""

    def __init__(self, units: Units, clock: Clock, titles: Callable[[str], str]) -> None:
        self._units, self._clock, self._titles = units, clock, titles

    async def correct(
        self, message_id: str, user: User, rows: Sequence[Given], also: Sequence[str] = ()
    ) -> int:
        """Say what a message means: one row, or two of a split one; how many messages that settled.

        `also` are other messages of its group, to be labelled alike. InvalidInput, NotFound.
        """
        if not 0 < len(rows) <= MOST_PARTS:
            raise InvalidInput(f"一条消息最多拆成 {MOST_PARTS} 个问题。")
        if also and len(rows) > 1:
            raise InvalidInput("拆开的消息要一条一条来，不能用于整组。")
        kind = CorrectionKind.SPLIT if len(rows) > 1 else CorrectionKind.LABEL
        async with self._units() as uow:
            now = self._clock.now()
            review, message = await self._open(uow, message_id, user)
            fields = await keeping.told_by(uow, message)
            parts = tuple(keeping.row(message, fields, one.text, one.label, one.marks) for one in rows)
            await self._take(uow, review, user, kind, parts, now)
            done = 1 + await self._take_others(uow, review, user, parts[0].label, also, now)
            await uow.commit()
        return done

    async def off_topic(self, message_id: str, user: User, given: Given, also: Sequence[str] = ()) -> int:
        """It has nothing to do with the desk: it is learned as small talk (离题)."""
        async with self._units() as uow:
            now = self._clock.now()
            review, message = await self._open(uow, message_id, user)
            fields = await keeping.told_by(uow, message)
            part = keeping.row(message, fields, given.text, OFF_TOPIC, given.marks)
            await self._take(uow, review, user, CorrectionKind.OFFTOPIC, (part,), now)
            done = 1 + await self._take_others(uow, review, user, OFF_TOPIC, also, now)
            await uow.commit()
        return done

    async def skip(self, message_id: str, user: User) -> None:
        """Nothing is to be learned from it."""
        async with self._units() as uow:
            review, _ = await self._open(uow, message_id, user)
            await self._take(uow, review, user, CorrectionKind.SKIP, (), self._clock.now())
            await uow.commit()

    async def settle(self, message_id: str, correction_id: str, user: User) -> None:
        """Decide which of the differing answers counts; who differs can only give in (NotAllowed)."""
        async with self._units() as uow:
            now = self._clock.now()
            review, _ = await self._open(uow, message_id, user)
            if review.state is not ReviewState.DISPUTED:
                raise Conflict("这条消息的分歧已经解决了。")
            present = await uow.corrections.of_message(message_id)
            chosen = next((one for one in present if one.id == correction_id), None)
            if chosen is None:
                raise Conflict("对方刚刚改了答案，请看过新的再决定。")
            if chosen.by == user.id:
                raise NotAllowed("不能裁定自己的答案：请采用同事的答案，或请另一位主管裁定。")
            for other in present:
                if not other.agrees_with(chosen):
                    other.replaced_at = now
            await self._settle(uow, review, chosen, user, now)
            await self._record(uow, review, user, "dispute_settled", now)
            await uow.commit()

    async def ask(self, message_id: str, user: User, login: str, question: str) -> None:
        """Ask a colleague, who finds it among what they have to do. InvalidInput, NotFound."""
        question = " ".join(question.split())
        if len(question) > LONGEST_QUESTION:
            raise InvalidInput(f"问题最多 {LONGEST_QUESTION} 个字。")
        async with self._units() as uow:
            now = self._clock.now()
            review, message = await self._open(uow, message_id, user)
            colleague = await uow.people.by_login(login)
            out = await avoidance.kept_out(uow, review.conversation_id)
            if colleague is None or not colleague.may(Deed.TALK) or colleague.id in {user.id, *out}:
                raise InvalidInput("请选择一位能看会话的同事。")
            task = _question(message, user, colleague, question, now)
            uow.tasks.add(task)
            review.asked = [*review.asked, task.id]
            await self._record(uow, review, user, "colleague_asked", now, colleague=colleague.login)
            await uow.commit()

    async def _open(self, uow: UnitOfWork, message_id: str, user: User) -> tuple[Review, Message]:
        review = await uow.reviews.find(message_id, lock=True)
        if review is None:
            raise NotFound("这条消息不在待看的消息里。")
        await avoidance.keep_out(uow, user.id, conversation_id=review.conversation_id)
        return review, await uow.messages.get(message_id)

    async def _take_others(
        self, uow: UnitOfWork, review: Review, user: User, label: str, also: Sequence[str], now: datetime
    ) -> int:
        if len(also) > MOST_OTHERS:
            raise InvalidInput(f"一次最多处理同组的 {MOST_OTHERS} 条消息。")
        done = 0
        for message_id in dict.fromkeys(also):
            other, message = await self._open(uow, message_id, user)
            if other.group_id != review.group_id or other.group_id is None or other is review:
                raise InvalidInput("这些消息已经不在同一组里，请刷新后再试。")
            part = keeping.row_of_group(message, await keeping.told_by(uow, message), label)
            if part is not None and other.state is ReviewState.OPEN:
                kind = CorrectionKind.OFFTOPIC if label == OFF_TOPIC else CorrectionKind.LABEL
                await self._take(uow, other, user, kind, (part,), now)
                done += 1
        return done

    async def _take(
        self,
        uow: UnitOfWork,
        review: Review,
        user: User,
        kind: CorrectionKind,
        parts: tuple[Part, ...],
        now: datetime,
    ) -> None:
        """One more answer; with a colleague's other one it makes a disagreement."""
        present = await uow.corrections.of_message(review.message_id)
        given = Correction(new_id(now), review.message_id, user.id, now, kind, parts)
        uow.corrections.add(given)
        for one in present:
            if one.by == user.id:
                one.replaced_at = now
        others = [one for one in present if one.by != user.id]
        deed = "message_skipped" if kind is CorrectionKind.SKIP else "message_corrected"
        await self._record(uow, review, user, deed, now, means="、".join(self._called(parts)))
        if all(given.agrees_with(one) for one in others):
            await self._settle(uow, review, given, user, now)
            return
        await self._leave(uow, review)
        review.state, review.correction_id = ReviewState.DISPUTED, None
        review.settled_by = review.settled_at = None

    async def _settle(
        self, uow: UnitOfWork, review: Review, chosen: Correction, user: User, now: datetime
    ) -> None:
        await self._leave(uow, review)
        skipped = chosen.kind is CorrectionKind.SKIP
        review.state = ReviewState.SKIPPED if skipped else ReviewState.SETTLED
        review.correction_id, review.settled_by, review.settled_at = chosen.id, user.id, now

    async def _leave(self, uow: UnitOfWork, review: Review) -> None:
        if review.state is ReviewState.OPEN and review.group_id is not None:
            (await uow.reviews.group(review.group_id)).leave()

    def _called(self, parts: Sequence[Part]) -> Iterator[str]:
        yield from (self._titles(part.label) for part in parts)

    async def _record(
        self, uow: UnitOfWork, review: Review, user: User, deed: str, now: datetime, **more: str
    ) -> None:
        details: Mapping[str, str] = {"message": review.message_id} | {
            name: value for name, value in more.items() if value
        }
        await audit.record(uow, user.id, deed, f"conversation:{review.conversation_id}", details, now=now)


def _question(message: Message, user: User, colleague: User, question: str, now: datetime) -> Task:
    asks = f"（{user.name}问：{mask(question)}）" if question else ""
    return Task(
        id=new_id(now),
        kind=TaskKind.REVIEW,
        title=f"顾客这句话是什么意思？“{preview(message)}”{asks}",
        assignee_kind=Assignee.USER,
        assignee=colleague.id,
        created_at=now,
        created_by=user.id,
        payload={ASKED: message.id, "conversation": message.conversation_id},
    )
