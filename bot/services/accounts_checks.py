"""What a login, a name, a password and a place in the house have to look like."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.errors import InvalidInput
from bot.domain.handbook.handbook import Handbook
from bot.domain.people import Role, User

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200  # characters
LONGEST_NAME = 40  # characters
MOST_ALIASES = 20
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,120}")
_LOGIN = re.compile(r"[\w.@-]{2,64}")


class Passwords(Protocol):
    """How passwords are hashed."""

    async def hash(self, password: str) -> str:
        """The salted hash to store."""

    async def verify(self, password_hash: str, password: str) -> bool:
        """Whether `password` made this hash."""


@dataclass(frozen=True)
class Offices:
    """The positions and departments that the enabled packs name, with their Chinese titles.

    `approving` are the positions without which some move of a case could not be approved.
    """

    positions: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    approving: frozenset[str] = frozenset()

    @classmethod
    def of(cls, handbook: Handbook) -> "Offices":
        """Those of a handbook."""
        processes = handbook.processes
        return cls(
            {name: office.title for name, office in processes.positions.items()},
            {name: office.title for name, office in processes.departments.items()},
            frozenset(
                position
                for process in processes.all.values()
                for arrow in process.arrows
                for position in arrow.approval
            ),
        )

    def check(self, role: Role, department: str | None, positions: Collection[str]) -> None:
        """InvalidInput unless the packs name these, and a department handler has a department."""
        if department is not None and department not in self.departments:
            raise InvalidInput(f"没有部门 {department}。{_offer(self.departments)}")
        for position in sorted(positions):
            if position not in self.positions:
                raise InvalidInput(f"没有岗位 {position}。{_offer(self.positions)}")
        if role is Role.DEPARTMENT and department is None:
            raise InvalidInput("部门处理人要有所属部门，请选择一个部门。")


@dataclass(frozen=True)
class Called:
    """How else a person is known.

    By staff number and other names a complaint can mean them, by e-mail address another sign-in knows them.
    """

    staff_no: str | None = None
    aliases: tuple[str, ...] = ()
    email: str | None = None

    @classmethod
    def of(cls, user: User) -> "Called":
        """What is known of a person."""
        return cls(user.staff_no, tuple(user.aliases), user.email)

    def checked(self) -> "Called":
        """The same without blanks; InvalidInput for what can't be one."""
        number, email = (self.staff_no or "").strip(), (self.email or "").strip().casefold()
        aliases = tuple(dict.fromkeys(filter(None, (alias.strip() for alias in self.aliases))))
        if len(number) > LONGEST_NAME or any(len(alias) > LONGEST_NAME for alias in aliases):
            raise InvalidInput(f"工号和其他称呼每个最多 {LONGEST_NAME} 个字符。")
        if len(aliases) > MOST_ALIASES:
            raise InvalidInput(f"其他称呼最多 {MOST_ALIASES} 个。")
        if email and not _EMAIL.fullmatch(email):
            raise InvalidInput("邮箱地址的格式不对。")
        return Called(number or None, aliases, email or None)


def normal_login(login: str) -> str:
    """A login name as it is stored and compared."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def checked_login(login: str) -> str:
    """The same, if it can be used; InvalidInput."""
    normal = normal_login(login)
    if not _LOGIN.fullmatch(normal):
        raise InvalidInput("登录名应为 2 到 64 个字符，可用文字、数字和 . _ - @，不含空格。")
    return normal


def checked_name(name: str) -> str:
    """The name that customers see, if it can be used; InvalidInput."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(f"姓名应为 1 到 {LONGEST_NAME} 个字符，顾客会看到它。")
    return name


def check_password(password: str) -> None:
    """InvalidInput if it is too short to be safe, or too long to be hashed quickly."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"密码太短了：至少 {SHORTEST_PASSWORD} 个字符。")
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(f"密码太长了：最多 {LONGEST_PASSWORD} 个字符。")


def _offer(known: Mapping[str, str]) -> str:
    if not known:
        return "启用的手册包没有写任何一个。"
    return "可以用的是：" + "、".join(f"{name}（{title}）" for name, title in known.items()) + "。"
