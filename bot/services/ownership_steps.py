"""What every change of a conversation's owner is made of."""

from datetime import datetime

from bot.domain.conversation import Author, Conversation, Delivery, Message, Owner
from bot.domain.errors import Conflict
from bot.domain.reasons import title
from bot.services import cases
from bot.services.ports import UnitOfWork
from bot.services.turn import record
from bot.services.words import Words

_LOOKED_BACK = 200  # lines


async def expected_at(uow: UnitOfWork, conversation_id: str, expected: int | None) -> Conversation:
    """The conversation, locked; Conflict if its owner changed since a screen showed version `expected`."""
    conversation = await uow.conversations.get(conversation_id)
    if expected is not None and conversation.version != expected:
        raise Conflict(await who_has_it(uow, conversation))
    return conversation


async def who_has_it(uow: UnitOfWork, conversation: Conversation) -> str:
    """Whose the conversation is now, in one sentence for whoever came too late."""
    if conversation.agent_id is not None:
        name = (await uow.people.get(conversation.agent_id)).name
        return f"{name}已经接手了这个会话，请刷新后再看。"
    if conversation.owner is Owner.AGENT:
        return "企业微信里的接待人员正在接待这个会话，请在企业微信里回复。"
    if conversation.owner is Owner.QUEUE:
        why = f"（{title(conversation.reason)}）" if conversation.reason else ""
        return f"这个会话现在在等人工客服{why}，请刷新后再操作。"
    if conversation.owner is Owner.CLOSED:
        return "这个会话已经结束了，需要时请先重新打开。"
    return "这个会话现在由机器人接待，请刷新后再操作。"


async def take(
    uow: UnitOfWork, words: Words, conversation: Conversation, agent_id: str | None, now: datetime
) -> None:
    """Give it to a person: the draft is accepted, and what the bot had to answer is theirs to answer.

    A bot's reply that is being computed finds its message answered by somebody else, and is dropped. Without
    an `agent_id` the person is nobody of the desk, and answers in the channel's own app.
    """
    await keep_draft(uow, words, conversation, now)
    for message in await uow.messages.waiting(conversation.id):
        message.delivery = Delivery.FOR_HUMAN
    if agent_id is None:
        conversation.taken_elsewhere(now)
    else:
        conversation.give_to(agent_id, now)


async def keep_draft(uow: UnitOfWork, words: Words, conversation: Conversation, now: datetime) -> None:
    """A draft is accepted when a person comes or goes (design: the life of a case)."""
    if conversation.case_id is not None:
        case = await uow.cases.get(conversation.case_id)
        await cases.accept(uow, words, conversation, case, now)


async def leave_to_bot(uow: UnitOfWork, conversation: Conversation) -> None:
    """What the customer wrote last, and no person has read or answered, is the bot's to answer."""
    for message in await unseen(uow, conversation):
        message.delivery = Delivery.WAITING


async def refuse_unseen(uow: UnitOfWork, conversation: Conversation) -> None:
    """Conflict if the customer has just written what nobody has read."""
    if await unseen(uow, conversation):
        raise Conflict("顾客刚刚又说话了，请先看过再结束这个会话。")


async def unseen(uow: UnitOfWork, conversation: Conversation) -> list[Message]:
    """The customer's last lines that were left to a person, and that no person has read or answered."""
    lines = await uow.messages.latest(conversation.id, _LOOKED_BACK)
    spoken = max((line.seq for line in lines if line.author is Author.AGENT), default=0)
    seen = max(spoken, conversation.agent_read_seq or 0)
    return [line for line in lines if line.delivery is Delivery.FOR_HUMAN and line.seq > seen]


async def note(
    uow: UnitOfWork, conversation: Conversation, kind: str, actor: str, now: datetime, **values: object
) -> None:
    """An entry in the history of the case that the conversation is about, if there is one."""
    case = await cases.at_hand(uow, conversation, now)
    if case is not None:
        await record(uow, case, kind, actor, now, **values)
