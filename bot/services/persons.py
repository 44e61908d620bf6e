"""Who is who: customers of several channels who are one person, and whose cases each may hear of.

WeChat says it of its own customers (the unionid); of a case that began elsewhere its number and phone do
(bot/services/looking_up.py). What a person said in one channel stays there: only their cases are common.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from bot.domain.case import Case
from bot.domain.conversation import Conversation, Customer
from bot.domain.errors import Conflict
from bot.domain.wechat_accounts import KF, OFFICIAL
from bot.domain.wechat_errors import WechatError, WechatRefused
from bot.services.ports import Clock, UnitOfWork, Units

log = logging.getLogger(__name__)

MESSENGERS = frozenset({OFFICIAL, KF})  # channels whose customers have signed in with WeChat
LOOKED_BACK = timedelta(hours=1)  # how lately somebody must have written to be asked about
MOST_AT_ONCE = 20  # customers in one round


class Who(Protocol):
    """Asks WeChat which person a customer of one channel is."""

    async def union_of(self, external_id: str) -> str | None:
        """The unionid; None without one. The errors of WeChat."""


async def cases_of(uow: UnitOfWork, conversation: Conversation) -> list[Case]:
    """The cases that the customer of a conversation may hear of in it, newest first.

    In WeChat those of the whole person. On a web page, which is anybody's who sits at that browser, only
    those that began there: nobody who once gave somebody else's phone learns what that person writes to us.
    """
    if conversation.channel in MESSENGERS:
        return await uow.cases.of_person(conversation.customer_id)
    return await uow.cases.of_customer(conversation.customer_id)


async def knows(uow: UnitOfWork, conversation: Conversation, case: Case) -> bool:
    """Whether a case is one of those that the conversation's customer may hear of in it."""
    if case.customer_id == conversation.customer_id:
        return True
    return any(case.id == known.id for known in await cases_of(uow, conversation))


async def talk_of(uow: UnitOfWork, case: Case) -> Conversation:
    """The conversation in which the case's customer is told of it, locked.

    That is where the case began; of a case of the web whose customer has gone on in WeChat since, where
    something was said last.
    """
    own = await uow.conversations.get(case.conversation_id)
    if own.channel in MESSENGERS:
        return own
    same = await uow.customers.same_person(case.customer_id)
    found = [await uow.conversations.of_customer(one.id) for one in same if one.channel in MESSENGERS]
    talks = [talk for talk in found if talk is not None]
    return max((*talks, own), key=lambda talk: talk.updated_at)


async def join(uow: UnitOfWork, one: Customer, other: Customer) -> None:
    """From now on the two are one person, together with everybody whom either was one with before."""
    person = one.person_id or other.person_id or one.id
    for customer in await _all(uow, one, other):
        customer.person_id = person


async def may_join(uow: UnitOfWork, one: Customer, other: Customer) -> bool:
    """Whether nothing speaks against it: two people of the same channel of WeChat are never one."""
    theirs, own = await uow.customers.same_person(other.id), await uow.customers.same_person(one.id)
    for channel in MESSENGERS:
        names = [_names([one, *own], channel), _names([other, *theirs], channel)]
        if all(names) and not names[0] & names[1]:
            return False
    return True


async def is_called(uow: UnitOfWork, customer: Customer, union_id: str) -> None:
    """WeChat has said which person a customer is: join them with whoever else is that person."""
    customer.union_id = union_id
    await uow.flush()
    for other in await uow.customers.of_union(union_id):
        if other.id != customer.id:
            await join(uow, other, customer)


class Persons:
    """Asks WeChat, once for each customer who writes, which person they are; `whos` by channel."""

    def __init__(self, units: Units, reading: Units, clock: Clock, whos: Mapping[str, Who]) -> None:
        self._units, self._reading, self._clock, self._whos = units, reading, clock, whos

    async def look(self) -> int:
        """Ask about those who have written lately and of whom nothing is known; how many there were.

        Of somebody without a unionid their own id is noted instead, so that nobody asks again.
        """
        if not self._whos:
            return 0
        since = self._clock.now() - LOOKED_BACK
        async with self._reading() as uow:
            new = await uow.customers.newcomers(sorted(self._whos), since, MOST_AT_ONCE)
        for customer in new:
            try:
                union = await self._whos[customer.channel].union_of(customer.external_id)
            except WechatRefused:
                union = None
            except WechatError as problem:
                log.warning("%s: unionid not learned for now (%s)", customer.channel, problem.key)
                break
            await self._note(customer.id, union)
        return len(new)

    async def _note(self, customer_id: str, union: str | None) -> None:
        try:
            async with self._units() as uow:
                await is_called(uow, await uow.customers.get(customer_id), union or customer_id)
                await uow.commit()
        except Conflict:
            log.info("who a customer is was noted by another process")


async def _all(uow: UnitOfWork, *customers: Customer) -> list[Customer]:
    found = {customer.id: customer for customer in customers}
    for customer in customers:
        found |= {same.id: same for same in await uow.customers.same_person(customer.id)}
    return list(found.values())


def _names(customers: Sequence[Customer], channel: str) -> set[str]:
    """What a channel calls these customers; an external_userid is the same at every 微信客服 account."""
    return {one.external_id.rpartition(":")[2] for one in customers if one.channel == channel}
