"""Groups of people who take the same conversations, and how many each person may have at once."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.groups import Group, State
from bot.domain.people import Deed
from bot.services import staffing
from bot.services.accounts_checks import checked_name
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.words import Words

LANGUAGES = {"hans": "简体", "hant": "繁体"}
MOST = 100  # conversations of one person


@dataclass(frozen=True)
class Colleague:
    """Somebody who talks to customers: their state, what they have in hand, and how much they may have."""

    id: str
    name: str
    state: State
    load: int
    most: int
    own_cap: int | None
    groups: tuple[str, ...]


@dataclass(frozen=True)
class GroupView:
    """A group, and the ids of its people."""

    group: Group
    members: frozenset[str]


class Groups:
    """Shows and changes groups and caps; who may do that is the caller's to know."""

    def __init__(self, units: Units, words: Words, clock: Clock, *, reading: Units | None = None) -> None:
        self._units, self._words, self._clock = units, words, clock
        self._reading = reading or units

    async def all(self) -> list[GroupView]:
        """Every group, by title."""
        async with self._reading() as uow:
            belongs = await uow.groups.memberships()
            return [
                GroupView(one, frozenset(who.user_id for who in belongs if who.group_id == one.id))
                for one in await uow.groups.all()
            ]

    async def colleagues(self) -> list[Colleague]:
        """Everybody who talks to customers, those who are there first, then by name."""
        now = self._clock.now()
        async with self._reading() as uow:
            presences = {one.user_id: one for one in await uow.presences.all()}
            loads, belongs = await uow.queue.loads(), await uow.groups.memberships()
            people = [user for user in await uow.people.all() if user.may(Deed.TALK)]
        found = []
        for user in people:
            presence = presences.get(user.id)
            cap = presence.cap if presence else None
            state = staffing.state_of(self._words, presence, now) if presence else State.OFFLINE
            most = self._words.company.desk.cap if cap is None else cap
            groups = tuple(one.group_id for one in belongs if one.user_id == user.id)
            found.append(Colleague(user.id, user.name, state, loads.get(user.id, 0), most, cap, groups))
        return sorted(found, key=lambda one: (list(State).index(one.state), one.name))

    async def save(
        self,
        title: str,
        *,
        id: str | None = None,
        languages: Collection[str] = (),
        packs: Collection[str] = (),
        members: Collection[str] = (),
    ) -> Group:
        """Make a group, or set all of an existing one anew. InvalidInput, NotFound; Conflict: title taken."""
        title = checked_name(title)
        self._check(languages, packs)
        async with self._units() as uow:
            others = [one for one in await uow.groups.all() if one.id != id]
            if any(one.title == title for one in others):
                raise Conflict(f"已经有叫“{title}”的组了，请换一个名称。")
            now = self._clock.now()
            group = await uow.groups.get(id) if id else Group(new_id(now), title, now)
            if id is None:
                uow.groups.add(group)
            group.title, group.languages, group.packs = title, sorted(set(languages)), sorted(set(packs))
            await _check_members(uow, members)
            await uow.flush()
            await uow.groups.put(group.id, members)
            await uow.commit()
        return group

    async def remove(self, id: str) -> None:
        """Remove a group: what was passed on to it may be taken by anybody. NotFound."""
        async with self._units() as uow:
            await uow.groups.get(id)
            for conversation in await uow.queue.waiting():
                if conversation.group_id == id:
                    conversation.group_id = None
                    uow.changed(conversation.id)
            await uow.groups.remove(id)
            await uow.commit()

    async def set_cap(self, user_id: str, cap: int | None) -> None:
        """Let a person have so many conversations at once; None: as many as the company file says."""
        if cap is not None and not 0 <= cap <= MOST:
            raise InvalidInput(f"同时接待的会话数应是 0 到 {MOST} 的整数。")
        async with self._units() as uow:
            await uow.people.get(user_id)
            (await uow.presences.of(user_id)).cap = cap
            await uow.commit()

    def _check(self, languages: Collection[str], packs: Collection[str]) -> None:
        unknown = [*set(languages).difference(LANGUAGES), *set(packs).difference(self._packs())]
        if unknown:
            raise InvalidInput(f"不认识的语言或手册：{unknown[0]}。")

    def _packs(self) -> set[str]:
        return {pack.id for pack in self._words.handbook.packs}


async def _check_members(uow: UnitOfWork, members: Collection[str]) -> None:
    """InvalidInput for somebody who can't talk to customers."""
    able = {user.id for user in await uow.people.all() if user.may(Deed.TALK)}
    if set(members) - able:
        raise InvalidInput("组里只能有可以接待顾客的同事。")
