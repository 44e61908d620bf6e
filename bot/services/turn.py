"""One turn of the bot with a customer: what an action may look at, say and change."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import history
from bot.domain.case import Case
from bot.domain.conversation import Author, Conversation, Message
from bot.domain.errors import NothingToSay, UnfilledPlaceholder
from bot.domain.reading import Choice, Reading, Reply
from bot.services import audit
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.words import Words

log = logging.getLogger(__name__)

_NOTHING: Mapping[str, str] = {}


@dataclass
class Turn:
    """The customer's message as it was understood, their conversation, and the case it is about.

    `case` is the case the bot is working on: the conversation's draft, or the accepted case whose
    questions are still open. `about` is the earlier message whose meaning the customer gave by this one: the
    turn goes on as if they had just said it. `answered`: a danger was met, and the action has nothing to add.
    Everything happens in `uow`, the transaction of one action.
    """

    uow: UnitOfWork
    words: Words
    now: datetime
    conversation: Conversation
    message: Message
    reading: Reading
    case: Case | None = None
    about: Message | None = None
    answered: bool = False
    replies: list[Reply] = field(default_factory=list)

    @property
    def variant(self) -> int:
        """Another number at each message of the customer, so that the ways to say something take turns."""
        return self.message.seq // 2

    @property
    def text(self) -> str:
        """What the customer says with this turn, in their own words."""
        return (self.about or self.message).text

    @property
    def plain(self) -> str:
        """The same in Simplified characters, as the model read it."""
        return self.reading.normal or self.text

    def say(
        self,
        situation: str,
        values: Mapping[str, str] = _NOTHING,
        *,
        variant: int = 0,
        choices: tuple[Choice, ...] = (),
    ) -> None:
        """Answer with the handbook's words for a situation (docs/handbook.md lists them)."""
        reply = self.words.situation(situation, self.conversation.script, variant=variant, values=values)
        self.replies.append(Reply(reply.text, reply.clause, reply.version, choices))
        self._note(reply.clause)

    def quote(self, clause: str) -> None:
        """Answer with one clause of the handbook, as printed.

        One that the company holds back whole, or whose blanks it has not filled in, is left out.
        """
        product = self.case.fields.get("product") if self.case else None
        try:
            reply = self.words.clause(clause, self.conversation.script, product)
        except (NothingToSay, UnfilledPlaceholder) as reason:
            log.warning("clause %s is not said: %s", clause, reason)
            return
        self.replies.append(reply)
        self._note(reply.clause)

    def announce(self, situation: str, values: Mapping[str, str] = _NOTHING) -> None:
        """Say what became true, from the desk itself: it stands even if the bot's answer is dropped."""
        announce(self.conversation, self.words, situation, values)

    async def record(self, case: Case, kind: str, actor: str = "bot", **payload: object) -> None:
        """Append an entry to the case's history."""
        await record(self.uow, case, kind, actor, self.now, **payload)

    def _note(self, clause: str | None) -> None:
        if self.case is not None and clause is not None:
            self.case.note_clause(clause)


def announce(
    conversation: Conversation,
    words: Words,
    situation: str,
    values: Mapping[str, str] = _NOTHING,
    *,
    first: bool = False,
    case_id: str | None = None,
) -> None:
    """Note a sentence of the desk in the transaction that makes it true; `deliver` says it.

    It waits until the bot's answer of the same turn is stored, so that the customer reads sympathy before
    numbers (`first`: it comes before that answer); and it is said all the same when that answer is dropped.
    `case_id` is the case whose number it gives.
    """
    said = words.situation(situation, conversation.script, values=values)
    noted = {**said.to_json(), "first": first, "case": case_id}
    conversation.announcements = [*conversation.announcements, noted]


def deliver(uow: UnitOfWork, conversation: Conversation, now: datetime, *, only_first: bool = False) -> None:
    """Say what was announced, and tell the live updates; every transaction outside of an action ends so."""
    due = [data for data in conversation.announcements if data["first"] or not only_first]
    for data in due:
        said = line(conversation, Author.DESK, Reply.from_json(data), now)
        said.case_id = data.get("case")
        uow.messages.add(said)
    conversation.announcements = [data for data in conversation.announcements if data not in due]
    conversation.updated_at = now
    uow.changed(conversation.id)


def line(
    conversation: Conversation, author: Author, reply: Reply, now: datetime, *, to: str | None = None
) -> Message:
    """The next line of the transcript, said by the bot or the desk; `to` is the message it answers."""
    return Message(
        id=new_id(now),
        conversation_id=conversation.id,
        seq=conversation.next_seq(),
        author=author,
        text=reply.text,
        created_at=now,
        in_reply_to=to,
        clause=reply.clause,
        clause_version=reply.version,
        choices=[{"id": choice.id, "text": choice.text} for choice in reply.choices],
    )


async def record(
    uow: UnitOfWork, case: Case, kind: str, actor: str, now: datetime, **payload: object
) -> None:
    """Append an entry to the case's hash-chained history."""
    await uow.flush()
    previous = await uow.cases.last_event(case.id)
    uow.cases.add_event(
        history.entry(
            case.id, previous, id=new_id(now), kind=kind, actor=actor, at=now, payload=dict(payload)
        )
    )
    await audit.of_case(uow, case, kind, actor, now)
