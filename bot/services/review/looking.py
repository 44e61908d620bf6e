"""Looks up what a reviewer sees: the inbox, one message, the labels to choose from. Reads only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.domain import labels
from bot.domain.conversation import Message
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.errors import NotFound
from bot.domain.people import Deed, User
from bot.domain.privacy import mask
from bot.domain.reading import Reading
from bot.domain.review import Review, ReviewReason, ReviewState
from bot.services import avoidance
from bot.services.ports import UnitOfWork, Units
from bot.services.review import keeping
from bot.services.review.views import REASONS, Answer, Asked, Inbox, Kept, Likely, Listed, Shown, Spoken
from bot.services.transcripts import Names, preview

LISTED = 60
MOST_OTHERS = 30  # of a group that the page shows
LIKELY = 2  # each has a key of its own
_BEFORE, _AFTER = 6, 4  # lines around a message
_KINDS = {
    CorrectionKind.LABEL: "",
    CorrectionKind.SPLIT: "两个问题",
    CorrectionKind.OFFTOPIC: "离题",
    CorrectionKind.SKIP: "略过",
}


class Choice(NamedTuple):
    """A label to choose: its title, how that is typed in pinyin, and the initials."""

    label: str
    title: str
    pinyin: str
    initials: str


class Looking:
    """`titles` gives the Chinese title of a label, `syllables` how each character of it is typed."""

    def __init__(
        self, reading: Units, titles: Callable[[str], str], syllables: Callable[[str], Sequence[str]]
    ) -> None:
        self._reading, self._titles = reading, titles
        self.choices = tuple(
            Choice(label, titles(label), "".join(typed), "".join(one[:1] for one in typed))
            for label in (*sorted(labels.COMPLAINTS), *sorted(labels.CONVERSATION))
            for typed in [syllables(titles(label))]
        )

    async def inbox(self, user: User, state: ReviewState = ReviewState.OPEN) -> Inbox:
        """The first groups, or the messages in another state; nothing that this person keeps out of."""
        async with self._reading() as uow:
            hidden = (await avoidance.hidden(uow, user.id)).conversations
            left = await uow.reviews.left(hidden)
            if state is ReviewState.OPEN:
                found = await uow.reviews.first_of_groups(LISTED, hidden)
            else:
                found = [(*pair, 1) for pair in await uow.reviews.in_state(state, LISTED, hidden)]
        listed = tuple(self._listed(*row) for row in found)
        return Inbox(listed, left[ReviewState.OPEN], left[ReviewState.DISPUTED])

    async def colleagues(self, user: User) -> list[tuple[str, str]]:
        """Logins and names of those who can be asked."""
        async with self._reading() as uow:
            people = await uow.people.all()
        return [(one.login, one.name) for one in people if one.may(Deed.TALK) and one.id != user.id]

    async def shown(self, message_id: str, user: User) -> Shown:
        """One message with everything around it; NotFound."""
        async with self._reading() as uow:
            review = await uow.reviews.find(message_id)
            if review is None:
                raise NotFound("这条消息不在待看的消息里。")
            await avoidance.keep_out(uow, user.id, conversation_id=review.conversation_id)
            message = await uow.messages.get(message_id)
            answers = await uow.corrections.of_message(message_id)
            return Shown(
                message_id=message_id,
                conversation_id=review.conversation_id,
                at=message.created_at,
                state=review.state,
                lines=await self._around(uow, message),
                read_as=self._titles(review.label) if review.label else None,
                confidence=review.confidence,
                reasons=_reasons(review),
                likely=tuple(self._likely(review, message))[:LIKELY],
                kept=keeping.proposed(message, await keeping.told_by(uow, message)),
                others=await self._others(uow, review, user),
                answers=await self._answers(uow, answers, user),
                asked=await self._asked(uow, review),
                may_settle=review.state is ReviewState.DISPUTED,
            )

    async def _around(self, uow: UnitOfWork, message: Message) -> tuple[Spoken, ...]:
        lines = await uow.reviews.around(message, _BEFORE, _AFTER)
        return tuple(
            Spoken(line.author, mask(line.text) or "［照片或视频］", line.created_at, line.id == message.id)
            for line in lines
        )

    async def _others(self, uow: UnitOfWork, review: Review, user: User) -> tuple[Kept, ...]:
        if review.group_id is None or review.state is not ReviewState.OPEN:
            return ()
        hidden = (await avoidance.hidden(uow, user.id)).conversations
        found = []
        for _, message in await uow.reviews.of_group(review.group_id, MOST_OTHERS + 1, hidden):
            kept = keeping.proposed(message, await keeping.told_by(uow, message))
            if message.id != review.message_id and keeping.fits(kept):
                found.append(kept)
        return tuple(found[:MOST_OTHERS])

    async def _answers(
        self, uow: UnitOfWork, answers: Sequence[Correction], user: User
    ) -> tuple[Answer, ...]:
        names = Names(uow)
        return tuple(
            [
                Answer(
                    one.id,
                    await names.of(one.by) or "",
                    one.at,
                    _KINDS[one.kind],
                    tuple((self._titles(part.label), part.text) for part in one.parts),
                    one.by == user.id,
                )
                for one in answers
            ]
        )

    async def _asked(self, uow: UnitOfWork, review: Review) -> tuple[Asked, ...]:
        names, found = Names(uow), []
        for task_id in review.asked:
            task = await uow.tasks.get(task_id)
            said = (task.note or "看过了，没有留言") if task.decided_at else None
            found.append(Asked(await names.of(task.assignee) or "", said))
        return tuple(found)

    def _likely(self, review: Review, message: Message) -> Iterator[Likely]:
        """What somebody said it means first, then what the model finds likeliest."""
        if review.meant is not None and review.meant in labels.ALL:
            yield Likely(review.meant, self._titles(review.meant), None)
        ranking = Reading.from_json(message.reading).ranking if message.reading else ()
        for label, confidence in ranking:
            if label != review.meant and label in labels.ALL:
                yield Likely(label, self._titles(label), confidence)

    def _listed(self, review: Review, message: Message, count: int) -> Listed:
        return Listed(
            message_id=review.message_id,
            text=preview(message),
            at=review.at,
            read_as=self._titles(review.label) if review.label else None,
            confidence=review.confidence,
            reasons=_reasons(review),
            count=count,
        )


def titles_of(choices: Sequence[Choice]) -> Mapping[str, str]:
    """The titles of labels by their names."""
    return {choice.label: choice.title for choice in choices}


def _reasons(review: Review) -> tuple[str, ...]:
    return tuple(REASONS[ReviewReason(reason)] for reason in review.reasons)
