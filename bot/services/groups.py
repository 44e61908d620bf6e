"""Groups of people who take the same conversations, and how many each person may have at once."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.groups import Group, Membership, State
from bot.domain.people import Deed
from bot.services import audit, staffing
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.words import Words

LANGUAGES = {"hans": "简体", "hant": "繁体"}
MOST = 100  # conversations of one person
LONGEST_TITLE = 40  # characters of a group's title


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
    """A group, and the ids of its people. `version` changes with all that can be set of it."""

    group: Group
    members: frozenset[str]

    @property
    def version(self) -> str:
        """Names what a person saw of it."""
        group = self.group
        seen = (group.title, sorted(group.languages), sorted(group.packs), sorted(self.members))
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


class Groups:
    """Shows and changes groups and caps; who may do that is the caller's to know."""

    def __init__(self, units: Units, words: Words, clock: Clock, *, reading: Units | None = None) -> None:
        self._units, self._words, self._clock = units, words, clock
        self._reading = reading or units

    async def all(self) -> list[GroupView]:
        """Every group, by title."""
        async with self._reading() as uow:
            belongs = await uow.groups.memberships()
            return [_view(one, belongs) for one in await uow.groups.all()]

    async def get(self, id: str) -> GroupView:
        """One group; NotFound."""
        async with self._reading() as uow:
            return _view(await uow.groups.get(id), await uow.groups.memberships())

    def packs(self) -> Mapping[str, str]:
        """The handbook packs that a group can be for, with their Chinese titles."""
        return {pack.id: pack.title for pack in self._words.handbook.packs}

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
        by: str,
        id: str | None = None,
        languages: Collection[str] = (),
        packs: Collection[str] = (),
        members: Collection[str] = (),
        expected: str | None = None,
    ) -> Group:
        """Make a group, or set all of an existing one anew. `by` is who does it.

        InvalidInput, NotFound; Conflict: the title is taken, or the group is no more what the page showed
        (`expected`, its version).
        """
        title = _checked_title(title)
        self._check(languages, packs)
        now = self._clock.now()
        async with self._units() as uow:
            if any(one.title == title and one.id != id for one in await uow.groups.all()):
                raise Conflict(f"已经有叫“{title}”的组了，请换一个名称。")
            group = await uow.groups.get(id) if id else Group(new_id(now), title, now)
            if id is None:
                uow.groups.add(group)
            elif expected not in (None, _view(group, await uow.groups.memberships()).version):
                raise Conflict(f"“{group.title}”刚刚被别人改过，请看过现在的内容再改。")
            group.title, group.languages, group.packs = title, sorted(set(languages)), sorted(set(packs))
            await _check_members(uow, members)
            await uow.flush()
            await uow.groups.put(group.id, members)
            await _note(uow, by, "group_changed" if id else "group_made", group, members, now)
            await uow.commit()
        return group

    async def remove(self, id: str, *, by: str) -> None:
        """Remove a group: what was passed on to it may be taken by anybody. NotFound."""
        async with self._units() as uow:
            group = await uow.groups.get(id)
            for conversation in await uow.queue.waiting():
                if conversation.group_id == id:
                    conversation.group_id = None
                    uow.changed(conversation.id)
            await _note(uow, by, "group_removed", group, (), self._clock.now())
            await uow.groups.remove(id)
            await uow.commit()

    async def set_cap(self, user_id: str, cap: int | None, *, by: str) -> None:
        """Let a person have so many conversations at once; None: as many as the company file says."""
        if cap is not None and not 0 <= cap <= MOST:
            raise InvalidInput(f"同时接待的会话数应是 0 到 {MOST} 的整数。")
        async with self._units() as uow:
            user = await uow.people.get(user_id)
            presence = await uow.presences.of(user_id)
            before, presence.cap = presence.cap, cap
            changed = {"before": before, "after": cap}
            await audit.record(uow, by, "cap_set", f"user:{user.login}", changed, now=self._clock.now())
            await uow.commit()

    def _check(self, languages: Collection[str], packs: Collection[str]) -> None:
        unknown = [*set(languages).difference(LANGUAGES), *set(packs).difference(self.packs())]
        if unknown:
            raise InvalidInput(f"不认识的语言或手册：{unknown[0][:40]}。")


def _checked_title(title: str) -> str:
    title = title.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        raise InvalidInput(f"组的名称应为 1 到 {LONGEST_TITLE} 个字符。")
    return title


def _view(group: Group, belongs: Collection[Membership]) -> GroupView:
    return GroupView(group, frozenset(one.user_id for one in belongs if one.group_id == group.id))


async def _check_members(uow: UnitOfWork, members: Collection[str]) -> None:
    """InvalidInput for somebody who can't talk to customers."""
    able = {user.id for user in await uow.people.all() if user.may(Deed.TALK)}
    if set(members) - able:
        raise InvalidInput("组里只能有可以接待顾客的同事。")


async def _note(
    uow: UnitOfWork, by: str, deed: str, group: Group, members: Collection[str], now: datetime
) -> None:
    """Write down who set what of a group."""
    logins = {user.id: user.login for user in await uow.people.all()}
    details = {
        "languages": group.languages,
        "packs": group.packs,
        "members": sorted(logins[one] for one in set(members)),
    }
    await audit.record(uow, by, deed, f"group:{group.title}", details, now=now)
