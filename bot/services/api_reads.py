"""What programs read beside the pages' own lists: conversations page by page, one case, the handbook."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.attachment import Attachment
from bot.domain.conversation import Conversation, Customer, Message, Owner
from bot.domain.errors import InvalidInput, NotAllowed
from bot.domain.handbook.clause import Clause
from bot.domain.people import Deed, User
from bot.services import audit, avoidance
from bot.services.ports import Clock, Units
from bot.services.words import Words


@dataclass(frozen=True)
class Lines:
    """A conversation with some of its lines; `more` follow."""

    conversation: Conversation
    customer: Customer
    lines: tuple[Message, ...]
    files: dict[str, list[Attachment]]
    more: bool


class ApiReads:
    """Reads for programs; what a program may not see in its user's name is not there."""

    def __init__(
        self, units: Units, reading: Units, words: Words, clock: Clock, titles: Callable[[str], str]
    ) -> None:
        self._units, self._reading, self._words, self._clock = units, reading, words, clock
        self.titles = titles

    async def conversations(
        self, user: User, owner: Owner | None, channel: str | None, after: str | None, limit: int
    ) -> tuple[list[Conversation], str | None]:
        """One page, the latest change first, and the cursor of the next one. InvalidInput, NotAllowed."""
        _check(user)
        before = _opened(after)
        async with self._reading() as uow:
            hidden = (await avoidance.hidden(uow, user.id)).conversations
            found = await uow.api_lists.conversations(owner, channel, before, limit + 1)
        page = found[:limit]
        following = _cursor(page[-1]) if len(found) > limit else None
        return [one for one in page if one.id not in hidden], following

    async def lines(self, user: User, id: str, after: int, limit: int) -> Lines:
        """One conversation with the lines after `after`; NotFound, NotAllowed."""
        _check(user)
        async with self._reading() as uow:
            await avoidance.keep_out(uow, user.id, conversation_id=id)
            conversation = await uow.conversations.get(id)
            customer = await uow.customers.get(conversation.customer_id)
            found = await uow.messages.since(id, after, limit + 1)
            files: dict[str, list[Attachment]] = {}
            for file in await uow.attachments.of_messages([one.id for one in found[:limit] if one.files]):
                files.setdefault(file.message_id or "", []).append(file)
        return Lines(conversation, customer, tuple(found[:limit]), files, len(found) > limit)

    async def note_look(self, user: User, object: str) -> None:
        """Write down that a program was given personal data of this ("case:K4837-19209")."""
        async with self._units() as uow:
            await audit.record(uow, user.id, "api_read", object, now=self._clock.now())
            await uow.commit()

    def clauses(
        self, words: str, issue: str, after: str | None, limit: int
    ) -> tuple[list[Clause], str | None]:
        """Clauses by their ids, and the cursor of the next page."""
        known = self._words.handbook.clauses
        found = [
            clause
            for name, clause in sorted(known.items())
            if name > (after or "") and _fits(clause, words.split(), issue)
        ]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def clause(self, id: str) -> Clause | None:
        """The clause with this id."""
        return self._words.handbook.clauses.get(id)


def said(clause: Clause) -> list[str]:
    """Every way to say a clause."""
    return ["".join(unit.sent for unit in way) for way in clause.ways]


def _fits(clause: Clause, words: Sequence[str], issue: str) -> bool:
    if issue and issue not in clause.answers:
        return False
    text = "\n".join([clause.id, clause.heading or "", *said(clause)]).casefold()
    return all(word.casefold() in text for word in words)


def _check(user: User) -> None:
    if not user.may(Deed.TALK):
        raise NotAllowed("这个接口用户的角色不能读会话。")


def _cursor(last: Conversation) -> str:
    place = json.dumps([last.updated_at.isoformat(), last.id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _opened(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        at, id_ = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidInput("after 不是上一页给的 next。") from None
    if not isinstance(id_, str) or not id_.isalnum():
        raise InvalidInput("after 不是上一页给的 next。")
    return moment, id_
