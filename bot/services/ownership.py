"""From the bot to a person and back: one owner at a time; each change is one compare-and-set.

`expected` is the conversation's `version` that the person's screen showed: a stale screen changes nothing,
and hears in one sentence who has the conversation now. What goes to the queue by itself: handoff.py and
needing_people.py; what happens when nobody does anything: shifts.py.
"""

from datetime import datetime

from bot.domain.conversation import Author, Conversation, Message, Owner
from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.domain.groups import State
from bot.domain.people import Deed, User
from bot.domain.reasons import Reason
from bot.services import avoidance, outgoing, staffing
from bot.services import ownership_steps as steps
from bot.services.ids import new_id
from bot.services.intake import clean_text
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import announce, deliver
from bot.services.words import Words

LONGEST_NOTE = 1000  # characters of what a colleague writes beside a transfer


class Ownership:
    """What people of the desk do with whole conversations; Conflict whenever somebody was quicker."""

    def __init__(self, units: Units, words: Words, clock: Clock) -> None:
        self._units, self._words, self._clock = units, words, clock

    async def claim(
        self, conversation_id: str, agent_id: str, name: str, *, expected: int | None = None
    ) -> None:
        """Take the conversation; Conflict names who has it, or says that one's hands are full.

        What the customer wrote and nobody answered becomes the agent's to answer; a bot's reply that is
        being computed will find another owner and be dropped.
        """
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation.owner is Owner.AGENT and conversation.agent_id == agent_id:
                return
            if conversation.owner in (Owner.AGENT, Owner.CLOSED) or expected not in (
                None,
                conversation.version,
            ):
                raise Conflict(await steps.who_has_it(uow, conversation))
            await avoidance.keep_out(uow, agent_id, conversation_id=conversation_id)
            await _refuse_more(uow, self._words, agent_id)
            await steps.take(uow, self._words, conversation, agent_id, now)
            announce(conversation, self._words, "hand_over.joined", {"agent.name": name})
            await self._done(uow, conversation, "claimed", agent_id)

    async def assign(self, conversation_id: str, to: str, by: User, *, expected: int | None = None) -> None:
        """A senior or supervisor gives the conversation to a person, whoever had it; NotAllowed.

        They may give somebody more than their cap. Conflict if it is closed or the person isn't there.
        """
        if not by.may(Deed.EASE):
            raise NotAllowed("只有资深客服和主管可以把会话分给别人；自己的会话可以转交。")
        async with self._units() as uow:
            conversation = await steps.expected_at(uow, conversation_id, expected)
            await self._pass_to(uow, conversation, to)
            await self._done(uow, conversation, "conversation_assigned", by.id, to=to)

    async def transfer(
        self,
        conversation_id: str,
        by: User,
        *,
        to: str | None = None,
        group: str | None = None,
        note: str = "",
        expected: int | None = None,
    ) -> None:
        """Pass the conversation on to a person or to the queue of a group, with a note inside the team.

        Its agent may, and whoever eases the work of others. InvalidInput, NotFound, Conflict.
        """
        note = note.strip()
        if (to is None) == (group is None) or len(note) > LONGEST_NOTE:
            raise InvalidInput(f"请选择转给一位同事或一个组；备注最多 {LONGEST_NOTE} 个字。")
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await steps.expected_at(uow, conversation_id, expected)
            await _refuse_others(uow, conversation, by)
            if to is not None:
                await self._pass_to(uow, conversation, to)
                conversation.note, conversation.group_id = note or None, None
                conversation.reason = conversation.reason or Reason.TRANSFERRED
            else:
                chosen = await uow.groups.get(group or "")
                await steps.keep_draft(uow, self._words, conversation, now)
                conversation.pass_on(now, note, chosen.id)
                announce(conversation, self._words, "hand_over.passed.group")
            await self._done(uow, conversation, "transferred", by.id, to=to, group=group, note=note)

    async def release(self, conversation_id: str, agent_id: str, *, expected: int | None = None) -> None:
        """Give the conversation back to the bot, and say so.

        It knows what the talk brought, because what the customer told the agent is in the case; it asks
        nothing anew, and answers what no person has read.
        """
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await steps.expected_at(uow, conversation_id, expected)
            conversation.held_by(agent_id)
            await steps.keep_draft(uow, self._words, conversation, now)
            await steps.leave_to_bot(uow, conversation)
            conversation.release(now)
            announce(conversation, self._words, "handed_back")
            await self._done(uow, conversation, "released", agent_id)

    async def close(self, conversation_id: str, by: User, *, expected: int | None = None) -> None:
        """End the conversation until somebody writes; its cases go on.

        Conflict if the customer has just written what nobody has read.
        """
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await steps.expected_at(uow, conversation_id, expected)
            if conversation.owner is Owner.CLOSED:
                raise Conflict(await steps.who_has_it(uow, conversation))
            await _refuse_others(uow, conversation, by)
            await steps.refuse_unseen(uow, conversation)
            await steps.keep_draft(uow, self._words, conversation, now)
            conversation.close(now)
            announce(conversation, self._words, "conversation.closed")
            await self._done(uow, conversation, "conversation_closed", by.id)

    async def reopen(self, conversation_id: str, by: User, *, expected: int | None = None) -> None:
        """Take up a closed conversation, to write to its customer; Conflict if it isn't closed any more."""
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await steps.expected_at(uow, conversation_id, expected)
            if conversation.owner is not Owner.CLOSED:
                raise Conflict(await steps.who_has_it(uow, conversation))
            await avoidance.keep_out(uow, by.id, conversation_id=conversation_id)
            await _refuse_more(uow, self._words, by.id)
            await steps.take(uow, self._words, conversation, by.id, now)
            announce(conversation, self._words, "hand_over.joined", {"agent.name": by.name})
            await self._done(uow, conversation, "conversation_reopened", by.id)

    async def write(
        self,
        conversation_id: str,
        agent_id: str,
        text: str,
        looked: outgoing.Looked,
        *,
        expected: int | None = None,
        client_id: str | None = None,
    ) -> Message:
        """Say something to the customer as the agent who owns the conversation.

        `looked` is what was seen in it before (bot/services/speaking.py); what came of it is kept with it.
        The same `client_id` again is the same message: a page that heard nothing may send again.
        """
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            known = client_id and await uow.messages.by_client_id(conversation_id, client_id)
            if known and known.agent_id == agent_id:
                return known
            if expected not in (None, conversation.version):
                raise Conflict(await steps.who_has_it(uow, conversation))
            conversation.held_by(agent_id)
            message = Message(
                id=new_id(now),
                conversation_id=conversation_id,
                seq=conversation.next_seq(),
                author=Author.AGENT,
                text=clean_text(text),
                created_at=now,
                client_id=client_id,
                agent_id=agent_id,
            )
            uow.messages.add(message)
            await outgoing.note_sent(uow, conversation, message, looked, agent_id, now)
            conversation.updated_at = now
            uow.changed(conversation_id)
            await uow.commit()
        return message

    async def _pass_to(self, uow: UnitOfWork, conversation: Conversation, to: str) -> None:
        """Give it to this person, if they can take it, and tell the customer."""
        now = self._clock.now()
        if conversation.owner is Owner.CLOSED:
            raise Conflict(await steps.who_has_it(uow, conversation))
        user = await uow.people.get(to)
        if not user.may(Deed.TALK) or user.id in await avoidance.kept_out(uow, conversation.id):
            raise InvalidInput(f"{user.name}不能接待这个会话，请选别人。")
        if conversation.agent_id == to:
            raise Conflict(f"这个会话已经在{user.name}手上。")
        if not await _is_there(uow, self._words, to, now):
            raise Conflict(f"{user.name}现在不在线，请转给别人或一个组。")
        had = conversation.owner is Owner.AGENT
        await steps.take(uow, self._words, conversation, to, now)
        situation = "hand_over.passed" if had else "hand_over.joined"
        announce(conversation, self._words, situation, {"agent.name": user.name})

    async def _done(
        self, uow: UnitOfWork, conversation: Conversation, kind: str, actor: str, **values: object
    ) -> None:
        """Write it into the history, say what was announced, and make it true."""
        now = self._clock.now()
        await steps.note(uow, conversation, kind, actor, now, **{k: v for k, v in values.items() if v})
        deliver(uow, conversation, now)
        await uow.commit()


async def _refuse_more(uow: UnitOfWork, words: Words, agent_id: str) -> None:
    """Conflict if this person has as many conversations as they may; locked, so that none slips by."""
    presence = await uow.presences.of(agent_id)
    most = words.company.desk.cap if presence.cap is None else presence.cap
    if len(await uow.conversations.of_agent(agent_id)) >= most:
        raise Conflict(f"您手上已经有 {most} 个会话，请先结束或转交一个。")


async def _refuse_others(uow: UnitOfWork, conversation: Conversation, by: User) -> None:
    """Conflict for somebody else's conversation, unless this person eases the work of others."""
    if not by.may(Deed.EASE) and (conversation.owner is not Owner.AGENT or conversation.agent_id != by.id):
        raise Conflict(await steps.who_has_it(uow, conversation))


async def _is_there(uow: UnitOfWork, words: Words, user_id: str, now: datetime) -> bool:
    """Whether somebody is at their console; nobody knows where nobody ever opened one."""
    known = {one.user_id: one for one in await uow.presences.all() if one.gone_since() is not None}
    if not known:
        return True
    return user_id in known and staffing.state_of(words, known[user_id], now) is not State.OFFLINE
