"""Tokens by which other programs use the API: what each may do, until when, and in whose name."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

PREFIX = "kesu_"  # so that scanners of leaked secrets know one
LONGEST = timedelta(days=365)


class Scope(StrEnum):
    """What a token may be used for, within what the role of its person may do."""

    CONVERSATIONS_READ = "conversations:read"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    TASKS_WRITE = "tasks:write"
    HANDBOOK_READ = "handbook:read"
    PERSONAL_READ = "personal:read"  # names, phones and texts as they are, where they are masked otherwise


SCOPES = {
    Scope.CONVERSATIONS_READ: "读会话",
    Scope.CASES_READ: "读投诉",
    Scope.CASES_WRITE: "登记和办理投诉",
    Scope.TASKS_WRITE: "读和办理待办",
    Scope.HANDBOOK_READ: "读手册",
    Scope.PERSONAL_READ: "看个人信息原文",
}


@dataclass(eq=False)
class ApiToken:
    """A token of a service user (`user_id`); only the hash of what was shown once is stored."""

    id: str
    user_id: str
    name: str
    token_hash: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    scopes: list[str] = field(default_factory=list)
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return self.revoked_at is None and now < self.expires_at
