"""Rows for a full case database: cases of three years, of which the newest are still open."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, bindparam, text

from bot.adapters.database import tables
from bot.adapters.database.unit_of_work import Database
from bot.domain import history
from bot.domain.case import CaseState, new_number
from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.handbook.severity import ThingKind
from bot.domain.people import Role
from bot.domain.task import Assignee, TaskKind, TaskState
from bot.services.words import Words
from case_bulk import Rows, without_indexes, write

YEARS = 3
BATCH = 5_000  # cases at a time
OPEN_DAYS, OPEN_NEW, OPEN_OLD = 30, 0.6, 0.003  # 60% of the last month's cases are open, 0.3% of the older
PRODUCTS, PLACES, PER_CUSTOMER, AGENTS = 400, 300, 3, 40
SLOW = 0.05  # the share of the open cases whose promised day is not a week but two months after the first
WAITING = 0.002  # the share of customers whose last message nobody has answered
_ISSUES = (
    "carton.empty", "carton.spoiled", "hotel.service", "courier.transport", "property.equipment",
    "product.quality", "service.quality", "food.quality", "bank.service", "cinema.service",
)  # fmt: skip
_RARE, RARE = "special.inspection", 0.0003  # an issue, and the share of the cases that have it
_DAY, _WEEK, _MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)
_KNOWN_REPEATS = text(
    "UPDATE cases SET repeated = 3 WHERE id IN (SELECT t.case_id FROM case_things t JOIN (SELECT kind, value,"
    " issue FROM case_things WHERE at >= :since AND at < :today GROUP BY kind, value, issue HAVING"
    " count(DISTINCT person) >= 3) h ON h.kind = t.kind AND h.value = t.value AND h.issue = t.issue"
    " WHERE t.at >= :since AND t.at < :today)"
).bindparams(*(bindparam(name, type_=tables.case_things.c.at.type) for name in ("since", "today")))


async def fill(database: Database, words: Words, number: int, now: datetime) -> list[str]:
    """So many cases with customers, messages, histories, tasks and things; the ids of the cases.

    All are judged and watched already but for what the last day has brought.
    """
    made = _Rows(words, number, now)
    async with without_indexes(database.engine):
        async with database.engine.begin() as connection:
            await write(connection, tables.users, made.people())
        for first in range(0, number, BATCH):
            rows = [made.case(place) for place in range(first, min(first + BATCH, number))]
            async with database.engine.begin() as connection:
                for table, found in made.around(rows):
                    await write(connection, table, found)
    async with database.engine.begin() as connection:
        await connection.execute(_KNOWN_REPEATS, {"since": now - _MONTH, "today": now - _DAY})
    return made.ids


class _Rows:
    def __init__(self, words: Words, number: int, now: datetime) -> None:
        self._random, self._now, self._number = random.Random(number), now, number  # noqa: S311 -- draws test data
        self._fingerprint = words.handbook.scheme.fingerprint
        self._departments = sorted(words.handbook.processes.departments)
        self._customers, self._customer = count(), ""
        self._numbers: set[str] = set()
        self.ids: list[str] = []

    def people(self) -> Rows:
        """The agents, and somebody in each department."""
        names = [(f"agent-{place}", Role.AGENT, None) for place in range(AGENTS)]
        names += [(f"of-{name}", Role.DEPARTMENT, name) for name in self._departments]
        return [
            {"id": name, "login": name, "name": name, "role": role, "password_hash": "", "failures": 0,
             "created_at": self._now, "active": True, "department": department}
            for name, role, department in names
        ]  # fmt: skip

    def case(self, place: int) -> dict[str, Any]:
        """The `place`-th case, the oldest first; `_new` says whether it is its customer's first."""
        age = timedelta(days=365 * YEARS) * (1 - place / self._number)
        at, is_new, draw = self._now - age, place % PER_CUSTOMER == 0, self._random
        if is_new:
            self._customer = f"customer-{next(self._customers)}"
        is_open = draw.random() < (OPEN_NEW if age.days < OPEN_DAYS else OPEN_OLD)
        due = at + (2 * _MONTH if is_open and draw.random() < SLOW else _WEEK)
        late = is_open and due < self._now - _DAY
        self.ids.append(f"case-{place}")
        return {
            "id": self.ids[-1], "customer_id": self._customer, "conversation_id": f"talk-{self._customer}",
            "channel": "web", "issue": self._issue(), "category": "产品质量",
            "severity": draw.choice(("轻微", "轻微", "严重", "重大")), "heat": self._heat(age),
            "text": "一箱里有一盒是空的", "opened_at": at, "heard_at": at, "accepted_at": at,
            "due_at": due, "urged": 0, "asked": {}, "clauses": [], "findings": {},
            "state": CaseState.ACCEPTED if is_open else CaseState.CLOSED,
            "closed_at": None if is_open else min(at + _WEEK * draw.random(), self._now),
            "number": self._free_number(), "process": "general", "step": "investigating",
            "step_due_at": at + timedelta(days=3), "pack": "general",
            "department": draw.choice(self._departments), "handler_id": f"agent-{draw.randrange(AGENTS)}",
            "fields": {
                "product": f"产品{draw.randrange(PRODUCTS)}",
                "place": f"门店{draw.randrange(PLACES)}",
            },
            "people": 1, "flags": [], "repeated": 1, "priority": draw.randrange(4),
            "warned_at": due - _DAY if late else None, "broken_at": due if late else None,
            "judged_by": self._fingerprint, "judge_at": self._judge_at(at, age) if is_open else None,
            "row_version": 1, "_new": is_new,
        }  # fmt: skip

    def _free_number(self) -> str:
        number = new_number()
        while number in self._numbers:
            number = new_number()
        self._numbers.add(number)
        return number

    def _issue(self) -> str:
        return _RARE if self._random.random() < RARE else self._random.choice(_ISSUES)

    def _heat(self, age: timedelta) -> str:
        if age > _MONTH + _DAY:
            return "重大"
        return "热点" if age > _WEEK + _DAY else "一般"

    def _judge_at(self, at: datetime, age: timedelta) -> datetime | None:
        """When it is judged next; those of the last day have not been judged."""
        if age < _DAY:
            return at
        if age < _WEEK + _DAY:
            return at + _WEEK
        return at + _MONTH if age < _MONTH + _DAY else None

    def around(self, rows: list[dict[str, Any]]) -> Iterator[tuple[Table, Rows]]:
        """The rows of a batch by their tables, in an order in which they can be written."""
        new = [row for row in rows if row.pop("_new")]
        yield tables.customers, [_customer(row) for row in new]
        yield tables.conversations, [_conversation(row) for row in new]
        yield tables.messages, [self._message(row) for row in new]
        yield tables.cases, rows
        yield tables.case_events, [_event(row) for row in rows]
        yield tables.case_things, [thing for row in rows for thing in _things(row)]
        yield tables.tasks, [self._task(row) for row in rows]

    def _message(self, row: Mapping[str, Any]) -> dict[str, Any]:
        waits = self._random.random() < WAITING
        return {
            "id": f"message-{row['id']}", "conversation_id": row["conversation_id"], "seq": 1,
            "author": Author.CUSTOMER, "text": row["text"], "created_at": row["opened_at"],
            "delivery": Delivery.WAITING if waits else Delivery.ANSWERED, "choices": [],
        }  # fmt: skip

    def _task(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Its next step, done if the case is closed: an agent's, a department's, or any agent's."""
        to = self._random.choices(
            [(Assignee.USER, row["handler_id"]), (Assignee.DEPARTMENT, row["department"]),
             (Assignee.ROLE, Role.AGENT.value)], (6, 3, 1))[0]  # fmt: skip
        is_open = row["state"] is CaseState.ACCEPTED
        due = row["step_due_at"]
        return {
            "id": f"task-{row['id']}", "kind": TaskKind.STEP, "title": "调查", "assignee_kind": to[0],
            "assignee": to[1], "created_at": row["accepted_at"], "created_by": "desk", "case_id": row["id"],
            "due_at": due, "state": TaskState.OPEN if is_open else TaskState.DONE, "note": "", "payload": {},
            "broken_at": due if due < self._now - _DAY else None, "row_version": 1,
        }  # fmt: skip


def _customer(row: Mapping[str, Any]) -> dict[str, Any]:
    name = row["customer_id"]
    return {"id": name, "channel": "web", "external_id": name, "created_at": row["opened_at"]}


def _conversation(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["conversation_id"], "customer_id": row["customer_id"], "channel": "web",
        "created_at": row["opened_at"], "updated_at": row["opened_at"], "owner": Owner.BOT, "version": 1,
        "last_seq": 1, "script": "hans", "misunderstood": 0, "announcements": [], "row_version": 1,
    }  # fmt: skip


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    made = history.entry(
        row["id"], None, id=f"event-{row['id']}", kind="accepted", actor="desk", at=row["accepted_at"],
        payload={"number": row["number"]},
    )  # fmt: skip
    return {name: value for name, value in vars(made).items() if name in tables.case_events.c}


def _things(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in (ThingKind.PRODUCT, ThingKind.PLACE):
        yield {
            "case_id": row["id"], "kind": kind.value, "value": row["fields"][kind.value],
            "issue": row["issue"], "person": row["customer_id"], "at": row["accepted_at"],
        }  # fmt: skip
