"""Tells people before a window in WeChat shuts while its customer still waits for something."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.conversation import Author, Conversation, Owner
from bot.domain.errors import Conflict
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.domain.wechat_accounts import CHANNEL_TITLES
from bot.domain.wechat_records import Chat
from bot.domain.workdays import SHANGHAI
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.wechat.carrying import Terms
from bot.services.wechat.windows import room, shuts_at

WARNED = timedelta(hours=2)  # before it shuts
TASKS = "window-"  # begins the ids of these tasks
_BY_ITSELF = "desk"
_IN_PEOPLES_HANDS = (Owner.AGENT, Owner.QUEUE)
_LOOKED_BACK = 40  # lines


class ShuttingWindows:
    """Looks at all windows again and again; `terms` by channel."""

    def __init__(self, units: Units, reading: Units, clock: Clock, terms: Mapping[str, Terms]) -> None:
        self._units, self._reading, self._clock, self._terms = units, reading, clock, terms

    async def look(self) -> int:
        """Tell of windows that shut soon, and take back what has become pointless; how many were told of."""
        now = self._clock.now()
        told = 0
        for channel, terms in self._terms.items():
            length = terms.quota.message_time
            async with self._reading() as uow:
                found = await uow.wechat.shutting(channel, now - length, now - length + WARNED)
            for conversation_id in found:
                with suppress(Conflict):  # somebody is at it at this moment; the next look looks again
                    told += await self._tell(conversation_id, terms, now)
        await self._take_back(now)
        return told

    async def _tell(self, conversation_id: str, terms: Terms, now: datetime) -> bool:
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            chat = await uow.wechat.chat(conversation_id)
            if chat is None or chat.warned_at is not None or not await _waits(uow, conversation):
                return False
            until = shuts_at(chat, terms)
            if until is None or not chat.subscribed:
                return False
            chat.warned_at = now
            is_open = room(chat, terms, now).is_open
            uow.tasks.add(_task(conversation, _title(chat, until, is_open=is_open), until, now))
            uow.changed(conversation_id)
            await uow.commit()
        return True

    async def _take_back(self, now: datetime) -> None:
        """Drop the tasks of windows that were opened anew, or in which nobody waits any more."""
        async with self._reading() as uow:
            tasks = await uow.tasks.open_named(TASKS)
        for task in tasks:
            with suppress(Conflict):
                await self._drop(task.id, now)

    async def _drop(self, task_id: str, now: datetime) -> None:
        async with self._units() as uow:
            task = await uow.tasks.get(task_id)
            conversation = await uow.conversations.get(str(task.payload["conversation"]))
            chat = await uow.wechat.chat(conversation.id)
            is_same = chat is not None and chat.warned_at is not None
            if task.state is TaskState.OPEN and not (is_same and await _waits(uow, conversation)):
                task.decide(TaskState.DROPPED, _BY_ITSELF, now)
                await uow.commit()


async def _waits(uow: UnitOfWork, conversation: Conversation) -> bool:
    """Whether this customer waits for a person's answer, or for something that was said but not sent."""
    if await uow.wechat.open_sendings(conversation.id):
        return True
    if conversation.owner not in _IN_PEOPLES_HANDS:
        return False
    lines = await uow.messages.latest(conversation.id, _LOOKED_BACK)
    spoke = [line.author for line in lines if line.author in (Author.CUSTOMER, Author.AGENT)]
    return bool(spoke) and spoke[-1] is Author.CUSTOMER


def _title(chat: Chat, until: datetime, *, is_open: bool) -> str:
    channel = CHANNEL_TITLES[chat.channel]
    if not is_open:
        return f"{channel}有没发出的消息，这一轮的条数已用完：请用别的方式联系顾客，或等顾客再来消息"
    local = until.astimezone(SHANGHAI)
    return f"{channel}的顾客还在等答复：{local.month}月{local.day}日{local:%H:%M} 之后就发不出消息了"


def _task(conversation: Conversation, title: str, until: datetime, now: datetime) -> Task:
    """For whoever has the conversation, or for all agents."""
    mine = conversation.owner is Owner.AGENT and conversation.agent_id is not None
    return Task(
        id=f"{TASKS}{conversation.id}-{int(until.timestamp())}",
        kind=TaskKind.ALERT,
        title=title,
        assignee_kind=Assignee.USER if mine else Assignee.ROLE,
        assignee=str(conversation.agent_id) if mine else Role.AGENT.value,
        created_at=now,
        created_by=_BY_ITSELF,
        payload={"conversation": conversation.id},
    )
