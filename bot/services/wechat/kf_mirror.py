"""People who answer in WeCom's own app: what they take, say and end there is so in the desk too."""

import hashlib
from datetime import datetime

from bot.domain.conversation import Author, Conversation, Delivery, Message, Owner
from bot.domain.people import User
from bot.domain.wechat_kf import CODE_GOOD_FOR, Change, Entry, Session, spoken
from bot.domain.wechat_records import Chat
from bot.services import ownership_steps as steps
from bot.services.ids import new_id
from bot.services.intake import LONGEST_CLIENT_ID, clean_text
from bot.services.ports import UnitOfWork
from bot.services.turn import announce, deliver
from bot.services.wechat.carrying import MIRRORED
from bot.services.wechat.kf_servicers import Servicers
from bot.services.words import Words


def line_id(prefix: str, msgid: str) -> str:
    """Under which client_id an entry's line is stored, so that it is stored once."""
    if len(prefix) + len(msgid) <= LONGEST_CLIENT_ID:
        return prefix + msgid
    return prefix + hashlib.sha256(msgid.encode()).hexdigest()[: LONGEST_CLIENT_ID - len(prefix)]


class Mirror:
    """Brings what servicers did into the desk, in the transaction of the caller."""

    def __init__(self, words: Words, servicers: Servicers) -> None:
        self._words, self._servicers = words, servicers

    async def said(
        self, uow: UnitOfWork, conversation: Conversation, chat: Chat, entry: Entry, now: datetime
    ) -> None:
        """A servicer wrote to the customer: a line of theirs, which is not sent again."""
        user = await self._servicers.user(uow, entry.servicer)
        await self._give(uow, conversation, chat, user, now)
        message = Message(
            id=new_id(now),
            conversation_id=conversation.id,
            seq=conversation.next_seq(),
            author=Author.AGENT,
            text=clean_text(spoken(entry)),
            created_at=now,
            client_id=line_id(MIRRORED, entry.id),
            agent_id=user.id if user else None,
        )
        uow.messages.add(message)
        conversation.updated_at = now
        uow.changed(conversation.id)

    async def changed(
        self, uow: UnitOfWork, conversation: Conversation, chat: Chat, entry: Entry, now: datetime
    ) -> None:
        """A session was taken, passed on or ended in WeCom; its code lets the desk say one thing more."""
        change = entry.details.get("change_type", "")
        keep_code(chat, entry.details.get("msg_code"), entry.at)
        if change == str(Change.ENDED.value):
            chat.kf_state, chat.kf_state_at = Session.ENDED, entry.at
            await self._ended(uow, conversation, chat, now)
        elif change in {str(one.value) for one in Change}:
            user = await self._servicers.user(uow, entry.details.get("new_servicer_userid", ""))
            if await self._give(uow, conversation, chat, user, now) and chat.welcome_code and user:
                announce(conversation, self._words, "hand_over.joined", {"agent.name": user.name})
        deliver(uow, conversation, now)

    async def _give(
        self, uow: UnitOfWork, conversation: Conversation, chat: Chat, user: User | None, now: datetime
    ) -> bool:
        """Let whoever has it in WeCom have it here; whether somebody else had it before."""
        chat.kf_state, chat.kf_state_at = Session.HUMAN, now
        agent_id = user.id if user else None
        if conversation.owner is Owner.AGENT and conversation.agent_id == agent_id:
            return False
        await steps.take(uow, self._words, conversation, agent_id, now)
        await steps.note(uow, conversation, "claimed", agent_id or "wecom", now)
        return True

    async def _ended(self, uow: UnitOfWork, conversation: Conversation, chat: Chat, now: datetime) -> None:
        if conversation.owner is not Owner.AGENT:
            return
        await steps.keep_draft(uow, self._words, conversation, now)
        for message in await uow.messages.waiting(conversation.id):
            message.delivery = Delivery.FOR_HUMAN  # whoever ended it had read it
        actor = conversation.agent_id or "wecom"
        conversation.close(now)
        if chat.welcome_code:
            announce(conversation, self._words, "conversation.closed")
        await steps.note(uow, conversation, "conversation_closed", actor, now)


def keep_code(chat: Chat, code: str | None, at: datetime) -> None:
    """Keep the code of an event, with which one thing may be said within seconds."""
    if code:
        chat.welcome_code, chat.welcome_until = code, at + CODE_GOOD_FOR
