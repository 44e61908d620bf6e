"""What the desk holds of one person, and what may stay of it once they are forgotten.

The rights are those of the Personal Information Protection Law: a copy (Art. 45) and erasure (Art. 47). What
a case proves stays without the person, which makes it anonymous (Art. 4 and 73); docs/privacy.md says more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.privacy import SENSITIVE

ERASED = "（内容已抹去）"
NOBODY = "erased-"  # how the external id of somebody begins whom the desk has forgotten
ENTRY = "person_erased"  # the entry of a case's history
CORRECTED = "person_corrected"  # likewise, and a deed of the audit log
# Deeds of the audit log
PERSON_EXPORTED, PERSON_ERASED, OLD_ERASED = "person_exported", "person_erased", "old_data_erased"
# What becomes of rows that stay, by what they are called, and why they may (PIPL 4, 47 and 73).
STAYS: Mapping[str, str] = {
    "投诉（隐去个人）": "只留编号、问题、时间、产品、批号、金额和处理结论：争议可能再被提起"
    "（民法典第188条、电子商务法第31条），这些内容已联系不到个人",
    "消息（抹去内容）": "只留时间和是谁说的，不留一个字：已受理投诉的次序和统计要对得上",
    "待办": "只留做过什么事、何时、由谁：标题和备注都抹去",
    "会话（隐去个人）": "只留空壳：已受理的投诉要有所属的会话",
    "顾客（隐去个人）": "只留空壳：名称、电话、渠道编号都抹去，以后再来就是新顾客",
}
# Facts of a complaint that say nothing of who complained. Everything else is taken to be about the person.
KEPT_FACTS = frozenset({
    "product", "flavour", "batch_no", "quantity", "amount", "happened_when", "bought_when",
    "production_date", "taken_when", "taken_amount", "branch", "cinema", "site", "hotel", "estate",
})  # fmt: skip
# What an entry of a history may say and stay: codes, ids of cases, days, names of steps. With another word in
# it all it says is erased: most of the rest is written by people, about people.
_PLAIN = frozenset({
    "before", "after", "state", "step", "step_due_at", "due_at", "department", "verdict", "handler_id",
    "round", "merged_into", "paused_for", "severity", "heat", "priority", "flags", "people", "arrow",
    "number", "process", "position", "paused_seconds", "issue", "before_issue", "parent", "of", "nth",
    "tries", "waits_for",
})  # fmt: skip
_TITLED = frozenset({"moved", "accepted", "closed", "withdrawn", "reopened", "paused", "resumed", "refiled"})
_OUR_OWN = frozenset({ENTRY, "entry_erased"})


@dataclass(frozen=True)
class Subject:
    """Whose data: customers who are one person, by ids, with their conversations and cases.

    `kept` are the cases that have a number and stay without the person; `gone` those that never counted.
    With `before` only what is older: then `customers` and `conversations` stay, and of the conversations
    named by `parts` the lines from before that moment go. `long_ago`: no webhook can still know of it.
    """

    customers: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    visitors: tuple[tuple[str, str], ...] = ()  # channel and external id
    parts: tuple[str, ...] = ()
    before: datetime | None = None
    long_ago: bool = False

    @property
    def cases(self) -> tuple[str, ...]:
        """All of the cases."""
        return (*self.kept, *self.gone)

    @property
    def talks(self) -> tuple[str, ...]:
        """All of the conversations, whole or in part."""
        return (*self.conversations, *self.parts)


@dataclass(frozen=True)
class Found:
    """A person the desk knows: the numbers of their open cases, and of others' with their phone."""

    subject: Subject
    open_cases: tuple[str, ...] = ()
    same_phone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Copy:
    """Everything of a person by table. `own` is for them; `internal` is what colleagues wrote and noted."""

    own: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    internal: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def kept_facts(fields: Mapping[str, str | None]) -> dict[str, str | None]:
    """The facts of a case that stay without the person."""
    return {
        name: value
        for name, value in fields.items()
        if name in KEPT_FACTS and value is not None and not SENSITIVE.search(value)
    }


def may_stay(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether an entry of a history says nothing about the person."""
    return kind in _OUR_OWN or _is_plain(payload, {"title"} if kind in _TITLED else frozenset())


def _is_plain(value: object, more: frozenset[str] | set[str]) -> bool:
    if isinstance(value, Mapping):
        return all((key in _PLAIN or key in more) and _is_plain(item, more) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_plain(item, more) for item in value)
    return True
