"""The people who work at the desk."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each role includes those before it."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(eq=False)
class User:
    """Somebody with a login. `failures` and `locked_until` slow down guessing."""

    id: str
    login: str
    name: str
    role: Role
    password_hash: str
    created_at: datetime
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(eq=False)
class SignIn:
    """A signed-in browser: only the hash of its token is stored."""

    token_hash: str
    user_id: str
    created_at: datetime
    expires_at: datetime
