"""Rows for a full case database: cases of three years, of which the newest are still open."""

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, insert, text

from bot.adapters.database import tables
from bot.adapters.database.unit_of_work import Database
from bot.domain import history
from bot.domain.case import CaseState, new_number
from bot.domain.conversation import Owner
from bot.domain.handbook.severity import ThingKind
from bot.services.words import Words

YEARS = 3
BATCH = 2_000  # rows in one statement
OPEN_DAYS, OPEN_NEW, OPEN_OLD = 30, 0.6, 0.003  # 60% of the last month's cases are open, 0.3% of the older
PRODUCTS, PLACES, PER_CUSTOMER = 400, 300, 3
_ISSUES = (
    "carton.empty", "carton.spoiled", "hotel.service", "courier.transport", "property.equipment",
    "product.quality", "service.quality", "food.quality", "bank.service", "cinema.service",
)  # fmt: skip
_RARE, RARE = "special.inspection", 0.0003  # an issue, and the share of the cases that have it
_WEEK, _MONTH = timedelta(days=7, milliseconds=1), timedelta(days=30, milliseconds=1)
_KNOWN_REPEATS = text(
    "UPDATE cases SET repeated = 3 WHERE id IN (SELECT t.case_id FROM case_things t JOIN (SELECT kind, value,"
    " issue FROM case_things WHERE at >= :since AND at < :today GROUP BY kind, value, issue HAVING"
    " count(DISTINCT person) >= 3) h ON h.kind = t.kind AND h.value = t.value AND h.issue = t.issue"
    " WHERE t.at >= :since AND t.at < :today)"
)


async def fill(database: Database, words: Words, number: int, now: datetime) -> list[str]:
    """So many cases with their customers, histories and things; the ids of the cases.

    All are judged already but those of the last day, and those that became a week or a month old in it.
    """
    made = _Rows(words, number, now)
    for first in range(0, number, BATCH):
        rows = [made.case(place) for place in range(first, min(first + BATCH, number))]
        async with database.engine.begin() as connection:
            for table, found in made.around(rows):
                await connection.execute(insert(table), list(found))
    async with database.engine.begin() as connection:
        span = {"since": _plain(now - timedelta(days=30)), "today": _plain(now - timedelta(days=1))}
        await connection.execute(_KNOWN_REPEATS, span)
        await connection.execute(text("ANALYZE"))
    return made.ids


def _plain(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


class _Rows:
    def __init__(self, words: Words, number: int, now: datetime) -> None:
        self._random, self._now, self._number = random.Random(number), now, number  # noqa: S311 -- draws test data
        self._fingerprint = words.handbook.scheme.fingerprint
        self._customers = count()
        self._customer = ""
        self.ids: list[str] = []

    def case(self, place: int) -> dict[str, Any]:
        age = timedelta(days=365 * YEARS) * (1 - place / self._number)
        at, is_new = self._now - age, place % PER_CUSTOMER == 0
        if is_new:
            self._customer = f"customer-{next(self._customers)}"
        share = OPEN_NEW if age.days < OPEN_DAYS else OPEN_OLD
        is_open = self._random.random() < share
        self.ids.append(f"case-{place}")
        return {
            "id": self.ids[-1], "customer_id": self._customer, "conversation_id": f"talk-{self._customer}",
            "channel": "web", "issue": self._issue(), "category": "产品质量",
            "severity": self._random.choice(("轻微", "严重", "重大")), "heat": self._heat(age),
            "text": "一箱里有一盒是空的", "opened_at": at, "heard_at": at, "accepted_at": at,
            "due_at": at + timedelta(days=7), "urged": 0, "asked": {}, "clauses": [], "findings": {},
            "state": CaseState.ACCEPTED if is_open else CaseState.CLOSED,
            "number": f"{new_number()}-{place}"[:16], "step": "investigating", "pack": "general",
            "fields": {
                "product": f"产品{self._random.randrange(PRODUCTS)}",
                "place": f"门店{self._random.randrange(PLACES)}",
            },
            "people": 1, "flags": [], "repeated": 1, "priority": self._random.randrange(4),
            "judged_by": self._fingerprint, "judge_at": self._judge_at(at, age) if is_open else None,
            "row_version": 1, "_new": is_new,
        }  # fmt: skip

    def _issue(self) -> str:
        return _RARE if self._random.random() < RARE else self._random.choice(_ISSUES)

    def _heat(self, age: timedelta) -> str:
        if age > _MONTH + timedelta(days=1):
            return "重大"
        return "热点" if age > _WEEK + timedelta(days=1) else "一般"

    def _judge_at(self, at: datetime, age: timedelta) -> datetime | None:
        """When it is judged next; those of the last day have not been judged."""
        day = timedelta(days=1)
        if age < day:
            return at
        if age < _WEEK + day:
            return at + _WEEK
        return at + _MONTH if age < _MONTH + day else None

    def around(self, rows: list[dict[str, Any]]) -> Iterator[tuple[Table, Iterable[Mapping[str, Any]]]]:
        """The rows of a batch by their tables, in an order in which they can be written."""
        new = [row for row in rows if row.pop("_new")]
        if new:
            yield tables.customers, [_customer(row) for row in new]
            yield tables.conversations, [_conversation(row) for row in new]
        yield tables.cases, rows
        yield tables.case_events, [_event(row) for row in rows]
        yield tables.case_things, [thing for row in rows for thing in _things(row)]


def _customer(row: Mapping[str, Any]) -> dict[str, Any]:
    name = row["customer_id"]
    return {"id": name, "channel": "web", "external_id": name, "created_at": row["opened_at"]}


def _conversation(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["conversation_id"], "customer_id": row["customer_id"], "channel": "web",
        "created_at": row["opened_at"], "updated_at": row["opened_at"], "owner": Owner.BOT, "version": 1,
        "last_seq": 0, "script": "hans", "misunderstood": 0, "announcements": [], "row_version": 1,
    }  # fmt: skip


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    made = history.entry(
        row["id"], None, id=f"event-{row['id']}", kind="accepted", actor="desk", at=row["accepted_at"],
        payload={"number": row["number"]},
    )  # fmt: skip
    return vars(made)


def _things(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in (ThingKind.PRODUCT, ThingKind.PLACE):
        yield {
            "case_id": row["id"], "kind": kind.value, "value": row["fields"][kind.value],
            "issue": row["issue"], "person": row["customer_id"], "at": row["accepted_at"],
        }  # fmt: skip
