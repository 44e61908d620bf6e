"""The people who work at the desk, and what each may do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person is at the desk.

    Agent, senior, supervisor and admin each include what those before may do. A department handler stands
    apart: they see the cases that were handed to their department, and answer there.
    """

    AGENT = "agent"
    SENIOR = "senior"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    DEPARTMENT = "department"


class Deed(StrEnum):
    """What not everybody may do."""

    TALK = "talk"  # see all conversations and cases, answer customers, move cases
    EASE = "ease"  # decide what needs experience: merge and split cases, change severity by hand
    OVERSEE = "oversee"  # extend deadlines, release held sentences
    TRAIN = "train"  # correct what the bot misread, train models, put them into service
    EDIT_HANDBOOK = "edit_handbook"  # change the words of clauses, approve what others changed
    SET_UP = "set_up"  # logins, positions, calendar
    SEE_REPORTS = "see_reports"  # the figures of everybody's work, people by name
    ANSWER_FOR_DEPARTMENT = "answer_for_department"
    HANDLE_PERSONAL_DATA = "handle_personal_data"  # copy, correct and erase what is held of one person


_DEEDS = {
    Role.AGENT: {Deed.TALK},
    Role.SENIOR: {Deed.TALK, Deed.EASE},
    Role.SUPERVISOR: {
        Deed.TALK, Deed.EASE, Deed.OVERSEE, Deed.TRAIN, Deed.EDIT_HANDBOOK, Deed.SEE_REPORTS,
    },
    Role.ADMIN: {
        Deed.TALK, Deed.EASE, Deed.OVERSEE, Deed.TRAIN, Deed.SET_UP, Deed.EDIT_HANDBOOK, Deed.SEE_REPORTS,
        Deed.HANDLE_PERSONAL_DATA,
    },
    Role.DEPARTMENT: {Deed.ANSWER_FOR_DEPARTMENT},
}  # fmt: skip
# Who may be trusted with people's personal data by an admin, one by one: never agents, never departments.
TRUSTED = frozenset({Role.SENIOR, Role.SUPERVISOR})


_LADDER = (Role.AGENT, Role.SENIOR, Role.SUPERVISOR, Role.ADMIN)
_INCLUDED = {Role.DEPARTMENT: frozenset({Role.DEPARTMENT})} | {
    role: frozenset(_LADDER[: step + 1]) for step, role in enumerate(_LADDER)
}


@dataclass(eq=False)
class User:
    """Somebody with a login. `failures` and `locked_until` slow down guessing.

    `department` is the responsible department (a pack names them) for which a department handler answers.
    By `name`, `aliases` and `staff_no` a complaint can mean them (bot/domain/avoidance.py); `named_until` is
    the last case that was looked through for these, None once all were. `totp` is the secret of their second
    factor, `totp_step` the last step whose code was used, `recovery` the hashes of codes for a lost phone.
    `email` and `subject` are those of another sign-in (bot/services/single_sign_on.py). `personal_data`: an
    admin has trusted them with requests about personal data.
    """

    id: str
    login: str
    name: str
    role: Role
    password_hash: str
    created_at: datetime
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = None
    department: str | None = None
    staff_no: str | None = None
    aliases: list[str] = field(default_factory=list)
    email: str | None = None
    subject: str | None = None
    totp: str | None = None
    totp_step: int | None = None
    recovery: list[str] = field(default_factory=list)
    named_until: str | None = ""
    personal_data: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles for which this person can stand in: their own, and those that it includes."""
        return _INCLUDED[self.role]

    def may(self, deed: Deed) -> bool:
        """Whether this person may do that; the only place where roles mean something."""
        trusted = deed == Deed.HANDLE_PERSONAL_DATA and self.personal_data and self.role in TRUSTED
        return self.active and (trusted or deed in _DEEDS[self.role])


@dataclass(eq=False)
class Holding:
    """A position (品管部经理, 总经理 …; packs name them) that a person holds. Several may hold one."""

    user_id: str
    position: str


@dataclass(eq=False)
class SignIn:
    """A signed-in browser: only the hash of its token is stored. `waits`: for the second factor."""

    token_hash: str
    user_id: str
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None = None
    browser: str = ""
    address: str = ""
    waits: bool = False

    @property
    def id(self) -> str:
        """Names it on a page, and lets nobody in."""
        return self.token_hash[:16]


class LinkKind(StrEnum):
    """What a one-time link is for."""

    INVITATION = "invitation"
    RESET = "reset"


@dataclass(eq=False)
class Link:
    """A one-time link, of which only the hash is stored: to a new login, or to a new password."""

    token_hash: str
    kind: LinkKind
    created_at: datetime
    created_by: str
    expires_at: datetime
    login: str
    role: Role
    user_id: str | None = None
    department: str | None = None
    positions: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Names it on a page, and lets nobody in."""
        return self.token_hash[:16]


class Avoiding(StrEnum):
    """Why somebody keeps out of a case, or doesn't although the words look like it."""

    NAMED = "named"
    BY_HAND = "by_hand"
    CLEARED = "cleared"


@dataclass(eq=False)
class Avoidance:
    """Somebody of the desk and a case that they are to know nothing of (回避)."""

    user_id: str
    case_id: str
    conversation_id: str
    how: Avoiding
    at: datetime
    by: str = "desk"
    reason: str = ""
