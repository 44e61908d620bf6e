"""A customer, their conversation, and the messages in it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.by_hand import by_hand
from bot.domain.errors import Conflict
from bot.domain.reasons import Reason

_NO_CHAT = (
    "这位顾客不是在聊天里来的，看不到这里写的话，会话不能打开。"
    "请在投诉里办理；要联系顾客，请按留下的方式联系。"
)


class Owner(StrEnum):
    """Who answers the customer: exactly one at a time (design: the owner is a row of the desk's database)."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"
    CLOSED = "closed"


class Author(StrEnum):
    """Who wrote a message. `desk` announces what became true: a case number, a hand-over."""

    CUSTOMER = "customer"
    BOT = "bot"
    DESK = "desk"
    AGENT = "agent"


class Delivery(StrEnum):
    """What became of a customer's message."""

    WAITING = "waiting"  # stored and acknowledged, not answered yet
    ANSWERED = "answered"  # the bot's turn is done
    FOR_HUMAN = "for_human"  # a person owns the conversation and will read it
    SAID = "said"  # one of our own messages


@dataclass(eq=False)
class Customer:
    """Somebody who writes to us: known by the channel and the id the channel gives them.

    `name` and `phone` are what a host site's signed word says of them, if it said anything. Customers of
    several channels who are one person have the same `person_id`; `union_id` is what WeChat calls that person
    (kept as a hash, so it can be compared and never read).
    """

    id: str
    channel: str
    external_id: str = field(repr=False)
    created_at: datetime
    name: str | None = None
    phone: str | None = None
    person_id: str | None = None
    union_id: str | None = None


@dataclass(eq=False)
class Conversation:
    """The one conversation of a customer in a channel, its owner, and what the bot has open in it.

    `question` is the case field being asked, "confirm" while the draft that was read back waits for a yes,
    "change" or "change.<field>" while it is asked what is right instead, "withdraw" while a withdrawal waits
    for a yes, or None.
    `version` counts every change of owner: compare-and-set makes one winner. `owner_since` is when the last
    one happened, `reason` why a person is needed (bot/domain/reasons.py), `group_id` the only group whose
    people may take it from the queue, `note` what a colleague wrote who passed it on. The customer was
    offered a telephone call at `callback_asked_at`; `callback_task_id` is the one that was agreed.
    `announcements` became true
    in the transaction that put them here and are still to be said, after the bot's answer of that turn.
    `agent_read_seq` and `customer_read_seq` say up to which line people of the desk and the customer have
    read; they are changed by Conversations.note_read alone, past all versions.
    One of a complaint that was written down by hand (bot/domain/by_hand.py) is closed, and stays so.
    """

    id: str
    customer_id: str
    channel: str
    created_at: datetime
    updated_at: datetime
    owner: Owner = Owner.BOT
    agent_id: str | None = None
    version: int = 0
    last_seq: int = 0
    script: str = "hans"
    case_id: str | None = None
    question: str | None = None
    misunderstood: int = 0
    held_at: datetime | None = None
    waiting_since: datetime | None = None
    owner_since: datetime | None = None
    reason: str | None = None
    group_id: str | None = None
    note: str | None = None
    callback_asked_at: datetime | None = None
    callback_task_id: str | None = None
    announcements: list[dict[str, Any]] = field(default_factory=list)
    agent_read_seq: int | None = None
    customer_read_seq: int | None = None

    def next_seq(self) -> int:
        """The place of the next message; messages of a conversation are numbered from 1 without gaps."""
        self.last_seq += 1
        return self.last_seq

    def to_queue(self, now: datetime, reason: str | None = None) -> None:
        """Bot or agent to queue: a person will take over. Without a new reason the one it had stays."""
        self._give(Owner.QUEUE, None, now)
        self.waiting_since, self.reason = now, reason or self.reason

    def claim(self, agent_id: str, now: datetime) -> None:
        """An agent takes the conversation; whoever comes second is told so."""
        if self.owner is Owner.AGENT and self.agent_id != agent_id:
            raise Conflict("这个会话已经由其他客服接手了。")
        if self.owner is Owner.CLOSED:
            raise Conflict("这个会话已经结束了。")
        if self.owner is not Owner.AGENT:
            self.give_to(agent_id, now)

    def give_to(self, agent_id: str, now: datetime) -> None:
        """An agent has it from now on, whoever had it before; nothing is asked of the customer any more."""
        self._give(Owner.AGENT, agent_id, now)
        self.question = None

    def taken_elsewhere(self, now: datetime) -> None:
        """A person has it who is nobody of the desk: they answer in the channel's own app (微信客服)."""
        self._give(Owner.AGENT, None, now)
        self.question = None

    def pass_on(self, now: datetime, note: str, group_id: str | None) -> None:
        """Into the queue of a group, with what a colleague writes about it."""
        self.to_queue(now, Reason.TRANSFERRED)
        self.note, self.group_id = note or None, group_id

    def release(self, now: datetime) -> None:
        """Back to the bot, which asks nothing that it asked before a person came."""
        self._give(Owner.BOT, None, now)
        self._forget()

    def close(self, now: datetime) -> None:
        """Nothing is to be done any more, until somebody writes."""
        self._give(Owner.CLOSED, None, now)
        self._forget()

    def reopen(self, now: datetime) -> None:
        """A closed conversation whose customer writes again starts with the bot."""
        self._give(Owner.BOT, None, now)

    def held_by(self, agent_id: str) -> None:
        """Refuse unless this agent owns the conversation."""
        if self.owner is not Owner.AGENT or self.agent_id != agent_id:
            raise Conflict("请先接手这个会话，再进行操作。")

    def _give(self, owner: Owner, agent_id: str | None, now: datetime) -> None:
        if by_hand(self.channel) and owner is not Owner.CLOSED:
            raise Conflict(_NO_CHAT)
        self.owner, self.agent_id, self.owner_since = owner, agent_id, now
        self.version += 1
        self.waiting_since = self.callback_asked_at = None

    def _forget(self) -> None:
        """What was between the bot and a person is over."""
        self.question = self.reason = self.note = self.group_id = None
        self.misunderstood = 0


@dataclass(eq=False)
class Message:
    """One line of the ledger. A customer's message id is also the id of its turn.

    `case_id` is the case whose number the line announces; `files` is the number of photos and videos that
    came with it (bot/domain/attachment.py).

    `context` is what was open when the turn's first action took effect: a turn that has to be repeated is
    sent with it again, so that it goes the same way.
    """

    id: str
    conversation_id: str
    seq: int
    author: Author
    text: str
    created_at: datetime
    delivery: Delivery = Delivery.SAID
    client_id: str | None = None
    choice: str | None = None
    in_reply_to: str | None = None
    agent_id: str | None = None
    clause: str | None = None
    clause_version: int | None = None
    case_id: str | None = None
    files: int = 0
    choices: list[dict[str, str]] = field(default_factory=list)
    reading: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
