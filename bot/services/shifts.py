"""What the desk does by itself: whoever is gone loses their conversations, whoever is free gets one.

Each conversation in a transaction of its own: one that somebody changes at this moment is looked at again in
the next round.
"""

from contextlib import suppress
from datetime import datetime

from bot.domain.conversation import Conversation, Owner
from bot.domain.duty import Assignment
from bot.domain.errors import Conflict
from bot.domain.groups import Candidate, Presence, State, chosen, members, pressing
from bot.domain.handbook.severity import Priority
from bot.domain.people import Deed
from bot.domain.reasons import Reason, graver
from bot.domain.wechat_kf import Session
from bot.services import avoidance, callbacks, staffing
from bot.services import ownership_steps as steps
from bot.services.ports import CaseMark, Clock, UnitOfWork, Units
from bot.services.presence import Presences
from bot.services.turn import announce, deliver
from bot.services.words import Words


class Shifts:
    """The rounds of presence and queue; `presence` knows which consoles are open here.

    Nobody counts as gone from before this desk was started: their consoles need a moment to come back.
    """

    def __init__(
        self, units: Units, words: Words, clock: Clock, presence: Presences, *, reading: Units | None = None
    ) -> None:
        self._units, self._words, self._clock, self._presence = units, words, clock, presence
        self._reading = reading or units
        self._began = clock.now()

    async def look(self) -> None:
        """One round."""
        await self._presence.look()
        await self.take_back()
        if self._words.company.desk.assignment is Assignment.AUTO:
            await self.give_out()

    async def take_back(self) -> int:
        """Put the conversations of people who are gone back into the queue; how many there were."""
        now, taken = self._clock.now(), 0
        async with self._reading() as uow:
            gone = {one.user_id for one in await uow.presences.all() if self._is_gone(one, now)}
            held = [one for one in await uow.queue.held() if one.agent_id in gone] if gone else []
        for conversation in held:
            with suppress(Conflict):
                taken += await self._take_back(conversation, now)
        return taken

    async def give_out(self) -> int:
        """Give the queue, in its order, to those who are there and free; how many were given."""
        now, given = self._clock.now(), 0
        async with self._reading() as uow:
            waiting = await in_order(uow, now)
            packs = await _packs(uow, waiting)
        for conversation in waiting:
            with suppress(Conflict):
                given += await self._give(conversation, packs.get(conversation.id), now)
        return given

    def _is_gone(self, presence: Presence, now: datetime) -> bool:
        since = presence.gone_since()
        if since is None or staffing.state_of(self._words, presence, now) is not State.OFFLINE:
            return False
        return now - max(since, self._began) >= self._words.company.desk.grace

    async def _take_back(self, seen: Conversation, now: datetime) -> bool:
        """Back to the place in the queue that the customer's last unanswered words deserve."""
        async with self._units() as uow:
            conversation = await uow.conversations.get(seen.id)
            presence = await uow.presences.of(seen.agent_id or "")
            if conversation.version != seen.version or not self._is_gone(presence, now):
                return False
            since = conversation.owner_since
            if since is not None and now - since < self._words.company.desk.grace:
                return False
            if await _answers_elsewhere(uow, conversation.id):
                return False
            waited = await uow.queue.unanswered_since(conversation.id)
            await steps.note(uow, conversation, "agent_gone", "desk", now, agent=seen.agent_id)
            group, before = conversation.group_id, conversation.reason
            conversation.to_queue(now, graver(Reason.AGENT_GONE, before or Reason.AGENT_GONE))
            conversation.waiting_since, conversation.group_id = waited or now, group
            announce(conversation, self._words, "hand_over.lost")
            await callbacks.announce_offer(uow, self._words, conversation, now)
            deliver(uow, conversation, now)
            await uow.commit()
        return True

    async def _give(self, seen: Conversation, pack: str | None, now: datetime) -> bool:
        async with self._units() as uow:
            conversation = await uow.conversations.get(seen.id)
            if conversation.owner is not Owner.QUEUE:
                return False
            out = await avoidance.kept_out(uow, conversation.id)
            there = [one for one in await self._candidates(uow, now) if one.user_id not in out]
            one = chosen(there, conversation.script, pack, conversation.group_id)
            if one is None:
                return False
            presence = await uow.presences.of(one.user_id)  # locked: nobody else fills their hands meanwhile
            if len(await uow.conversations.of_agent(one.user_id)) >= one.most:
                return False
            presence.assigned_at = now
            await steps.take(uow, self._words, conversation, one.user_id, now)
            name = (await uow.people.get(one.user_id)).name
            announce(conversation, self._words, "hand_over.joined", {"agent.name": name})
            await steps.note(uow, conversation, "conversation_assigned", "desk", now, to=one.user_id)
            deliver(uow, conversation, now)
            await uow.commit()
        return True

    async def _candidates(self, uow: UnitOfWork, now: datetime) -> list[Candidate]:
        """Who is online and may talk to customers."""
        people = {user.id: user for user in await uow.people.all() if user.may(Deed.TALK)}
        loads = await uow.queue.loads()
        groups = members(await uow.groups.memberships(), await uow.groups.all())
        return [
            Candidate(
                user_id=one.user_id,
                load=loads.get(one.user_id, 0),
                most=self._words.company.desk.cap if one.cap is None else one.cap,
                assigned_at=one.assigned_at,
                groups=groups.get(one.user_id, ()),
            )
            for one in await uow.presences.all()
            if one.user_id in people and staffing.state_of(self._words, one, now) is State.ONLINE
        ]


async def _answers_elsewhere(uow: UnitOfWork, conversation_id: str) -> bool:
    """Whether its agent answers in WeCom's own app, for which no console is needed."""
    chat = await uow.wechat.chat(conversation_id)
    return chat is not None and chat.kf_state == Session.HUMAN


async def in_order(uow: UnitOfWork, now: datetime) -> list[Conversation]:
    """The queue: the gravest case first, then what is overdue or due within a day, then who waits longest.

    A promised day further away does not count: it says nothing about who needs an answer now.
    """
    waiting = await uow.queue.waiting()
    marks = await _marks(uow, waiting)

    def place(conversation: Conversation) -> tuple[int, int, datetime]:
        of_it = marks.get(conversation.id, [])
        grave = min((one.priority for one in of_it), default=Priority.NORMAL.rank)
        due = min((one.due_at for one in of_it if one.due_at is not None), default=None)
        return grave, pressing(due, now), conversation.waiting_since or conversation.updated_at

    return sorted(waiting, key=place)


async def _marks(uow: UnitOfWork, waiting: list[Conversation]) -> dict[str, list[CaseMark]]:
    found: dict[str, list[CaseMark]] = {}
    for mark in await uow.queue.marks([one.id for one in waiting]) if waiting else ():
        found.setdefault(mark.conversation_id, []).append(mark)
    return found


async def _packs(uow: UnitOfWork, waiting: list[Conversation]) -> dict[str, str | None]:
    """The business that each conversation is about: that of its gravest case."""
    found = await _marks(uow, waiting)
    return {of: min(marks, key=lambda one: one.priority).pack for of, marks in found.items()}
