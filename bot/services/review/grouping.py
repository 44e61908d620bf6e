"""Puts messages that say nearly the same into one group, so that one look settles them all."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.domain.conversation import Message
from bot.domain.errors import Conflict, UnderstandingUnavailable
from bot.domain.likeness import NearCopies, comparable
from bot.domain.reading import Reading
from bot.domain.review import Review, ReviewGroup, ReviewState
from bot.domain.vectors import Vectors
from bot.services.ids import new_id
from bot.services.ports import Clock, Near, Understanding, UnitOfWork, Units

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

log = logging.getLogger(__name__)

NEAR = 0.95  # cosine from which on two messages say nearly the same (docs/training.md: how it was found)
PROGRESS = "groups"
_AT_ONCE = 64  # messages of one round: about a second of the encoder's time
_HELD_AGAINST = 1000  # groups: the first ones of the inbox


class Grouping:
    """The background round over messages in no group."""

    def __init__(self, units: Units, reading: Units, understanding: Understanding, clock: Clock) -> None:
        self._units, self._reading = units, reading
        self._understanding, self._clock = understanding, clock

    async def look(self) -> int:
        """Group what is in no group yet; how many messages that were."""
        grouped = 0
        while True:
            try:
                found = await self._some()
            except Conflict:  # another desk groups the same ones
                return grouped
            grouped += found
            if found < _AT_ONCE:
                return grouped

    async def _some(self) -> int:
        async with self._reading() as uow:
            apart = await uow.reviews.apart(_AT_ONCE)
        if not apart:
            return 0
        vectors = await self._vectors([message.text for _, message in apart])
        async with self._units() as uow:
            await uow.reviews.position(PROGRESS)  # locked: two desks would make two groups of one
            known = Neighbours(await uow.reviews.near(_HELD_AGAINST), vectors.model if vectors else None)
            for place, (review, message) in enumerate(apart):
                await self._put(uow, known, review, message, vectors.rows[place] if vectors else None)
            await uow.commit()
        return len(apart)

    async def _vectors(self, texts: Sequence[str]) -> Vectors | None:
        try:
            return await self._understanding.vectors(texts)
        except UnderstandingUnavailable as error:
            log.info("messages are grouped by their letters, there are no vectors: %s", error)
            return None

    async def _put(
        self, uow: UnitOfWork, known: "Neighbours", seen: Review, message: Message, vector: bytes | None
    ) -> None:
        review = await uow.reviews.find(seen.message_id, lock=True)
        if review is None or review.group_id is not None:
            return
        normal = comparable(_normal(message))
        found = known.of(normal, vector)
        if found is None:
            found = new_id(self._clock.now())
            group = ReviewGroup(found, normal, review.at, review.at, vector, known.space if vector else None)
            uow.reviews.add_group(group)
            await uow.flush()
            known.add(Near(found, normal, vector, group.space))
        else:
            group = await uow.reviews.group(found)
            if vector is not None and group.space != known.space:  # a new model: so it is found next time
                group.vector, group.space = vector, known.space
        review.group_id = found
        if review.state is ReviewState.OPEN:
            group.take(review.at)


class Neighbours:
    """Groups, and which of them is nearest to a message. `space` is the model of the messages' vectors."""

    def __init__(self, near: Sequence[Near], space: str | None) -> None:
        self.space = space
        self._ids: list[str] = []  # of the rows of the matrix
        self._rows: list[npt.NDArray[np.float32]] = []
        self._copies, self._named, self._exact = NearCopies(), list[str](), dict[str, str]()
        for group in near:
            self.add(group)

    def add(self, group: Near) -> None:
        """One more group. Its letters count only where its vector can't be compared."""
        self._exact.setdefault(group.normal, group.id)
        if self.space is not None and group.space == self.space and group.vector is not None:
            self._ids.append(group.id)
            self._rows.append(_unpacked(group.vector))
        else:
            self._copies.add(group.normal)
            self._named.append(group.id)

    def of(self, normal: str, vector: bytes | None) -> str | None:
        """The id of the nearest group; None when nothing is near enough."""
        if normal in self._exact:
            return self._exact[normal]
        if vector is not None and self._rows:
            import numpy as np

            likeness = np.stack(self._rows) @ _unpacked(vector)
            best = int(likeness.argmax())
            if likeness[best] >= NEAR:
                return self._ids[best]
        alike = next(self._copies.like(normal), None)
        return None if alike is None else self._named[alike]


def _unpacked(vector: bytes) -> "npt.NDArray[np.float32]":
    import numpy as np  # late: it takes long to load, and no start needs it

    return np.frombuffer(vector, dtype="<f2").astype(np.float32)


def _normal(message: Message) -> str:
    reading = Reading.from_json(message.reading) if message.reading else None
    return (reading.normal if reading else "") or message.text
