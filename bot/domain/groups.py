"""Who takes which conversations: groups of people, who is there, and who gets the next one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

PRESSING = timedelta(hours=24)  # before a promised day is over


class State(StrEnum):
    """Whether somebody is at their console."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(eq=False)
class Group:
    """People who take the same conversations.

    `languages` are scripts ("hans", "hant"), `packs` handbook packs; none named: all of them.
    """

    id: str
    title: str
    created_at: datetime
    languages: list[str] = field(default_factory=list)
    packs: list[str] = field(default_factory=list)

    def fits(self, script: str, pack: str | None) -> bool:
        """Whether a conversation in this script, about this pack's business, is theirs."""
        speaks = not self.languages or script in self.languages
        return speaks and (not self.packs or pack in self.packs)


@dataclass(eq=False)
class Membership:
    """Somebody belongs to a group. One may belong to several."""

    group_id: str
    user_id: str


@dataclass(eq=False)
class Presence:
    """When somebody's console was last seen alive, and when they last did something there.

    `chose_away`: they said that they are away. `assigned_at` is when they last got a conversation without
    asking, `cap` how many they may have at once (None: what the company file says).
    """

    user_id: str
    alive_at: datetime | None = None
    sign_at: datetime | None = None
    left_at: datetime | None = None
    chose_away: bool = False
    state: State = State.OFFLINE
    assigned_at: datetime | None = None
    cap: int | None = None

    def at(self, now: datetime, away_after: timedelta, offline_after: timedelta) -> State:
        """The state at that moment: without a living console offline, without a sign away."""
        if self.alive_at is None or self.left_at is not None or now - self.alive_at >= offline_after:
            return State.OFFLINE
        silent = self.sign_at is None or now - self.sign_at >= away_after
        return State.AWAY if silent or self.chose_away else State.ONLINE

    def gone_since(self) -> datetime | None:
        """When the console was last alive, of somebody who is not there; None if it never was."""
        return self.left_at or self.alive_at


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take a conversation now: what they have already, and their groups."""

    user_id: str
    load: int
    most: int
    assigned_at: datetime | None
    groups: tuple[Group, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether there is room for one more."""
        return self.load < self.most


def chosen(
    candidates: Iterable[Candidate], script: str, pack: str | None, group_id: str | None = None
) -> Candidate | None:
    """Who gets the conversation: of those whom it fits the one with the least to do; None if nobody is free.

    Only its group's people get one that was passed to a group. Otherwise those go first who belong to a group
    that it fits; then those in no group, who take everything; the others only when nobody else is there at
    all, because a person of another industry is better than none.
    """
    there = [one for one in candidates if group_id is None or group_id in {group.id for group in one.groups}]
    if not there:
        return None
    best = min(_fit(one, script, pack, group_id) for one in there)
    fitting = best if best == _OTHERS else _GENERALISTS
    free = [one for one in there if one.is_free and _fit(one, script, pack, group_id) <= fitting]
    return min(free, key=lambda one: _rank(one, script, pack, group_id), default=None)


_MEMBERS, _GENERALISTS, _OTHERS = range(3)
_NEVER = 0.0


def _fit(one: Candidate, script: str, pack: str | None, group_id: str | None) -> int:
    if group_id is not None or any(group.fits(script, pack) for group in one.groups):
        return _MEMBERS
    return _OTHERS if one.groups else _GENERALISTS


def _rank(
    one: Candidate, script: str, pack: str | None, group_id: str | None
) -> tuple[int, float, float, str]:
    """Whom it fits, with the least to do for what they can bear, and longest without a new one."""
    last = one.assigned_at.timestamp() if one.assigned_at else _NEVER
    return _fit(one, script, pack, group_id), one.load / one.most, last, one.user_id


def pressing(due_at: datetime | None, now: datetime) -> int:
    """How much a promised day presses: 0 it is over, 1 it will be within 24 hours, 2 it doesn't."""
    if due_at is None or due_at - now >= PRESSING:
        return 2
    return 0 if due_at < now else 1


def members(memberships: Iterable[Membership], groups: Collection[Group]) -> Mapping[str, tuple[Group, ...]]:
    """The groups of each person."""
    by_id, found = {group.id: group for group in groups}, dict[str, tuple[Group, ...]]()
    for one in memberships:
        if one.group_id in by_id:
            found[one.user_id] = (*found.get(one.user_id, ()), by_id[one.group_id])
    return found
