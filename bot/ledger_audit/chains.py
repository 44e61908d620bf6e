"""The chains of case histories and of the audit log, and what entries say that must be said once."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.ledger_audit.rows import Row, Rows
from bot.ledger_audit.sealed import Opener, UnopenedError

_START = "0" * 64
_HISTORY = """SELECT case_id, seq, kind, actor, at, payload, salt, digest, chain FROM case_events
ORDER BY case_id, seq"""
_LOG = "SELECT seq, at, actor, deed, object, details, salt, digest, chain FROM audit ORDER BY seq"


@dataclass
class Entry:
    """One entry as its row says; `opened` is what it holds, None when erased or without the key."""

    seq: int
    head: tuple[str, ...]
    salt: str
    digest: str
    chain: str
    values: str | None
    opened: Any | None = field(default=None)


class Chain:
    """One chain, entry after entry."""

    def __init__(self, opener: Opener | None) -> None:
        self._opener, self._last, self._seq = opener, _START, 0
        self.broken = False

    def fits(self, entry: Entry) -> bool:
        """Whether it follows on the one before and holds what it held; False once a chain."""
        self._seq += 1
        linked = _sha("\n".join((self._last, *entry.head, entry.digest)))
        self._last = entry.chain
        return entry.seq == self._seq and entry.chain == linked and self._holds(entry)

    def _holds(self, entry: Entry) -> bool:
        if self._opener is None or entry.values is None:
            return True
        try:
            entry.opened = self._opener.json(json.loads(entry.values))
            salt = self._opener.text(entry.salt)
        except (UnopenedError, ValueError):
            return False
        words = json.dumps(entry.opened, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return _sha(salt + words) == entry.digest


async def histories(rows: Rows, opener: Opener | None) -> AsyncIterator[tuple[str, str]]:
    """What is wrong with the histories of cases: the invariant's name and a line."""
    case, chain, opened = "", Chain(opener), Opened()
    async for row in rows.of(_HISTORY):
        if row["case_id"] != case:
            case, chain = row["case_id"], Chain(opener)
        entry = _entry(rows, row, (row["kind"], row["actor"]), row["payload"])
        if not chain.broken and not chain.fits(entry):
            chain.broken = True
            yield "histories-whole", f"投诉 {case}：历史从第 {entry.seq} 条起对不上"
        if row["kind"] == "opened" and isinstance(entry.opened, dict):
            opened.note(case, entry.opened)
    for line in opened.doubled():
        yield "opened-once", line


async def log(rows: Rows, opener: Opener | None) -> AsyncIterator[tuple[str, str]]:
    """What is wrong with the audit log."""
    chain = Chain(opener)
    async for row in rows.of(_LOG):
        head = (f"{row['deed']}\t{row['object']}", row["actor"])
        entry = _entry(rows, row, head, row["details"])
        if not chain.fits(entry):
            yield "audit-log-whole", f"审计日志从第 {entry.seq} 条起对不上"
            return


class Opened:
    """Which case was opened by which message for which issue."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, str], list[str]] = {}

    def note(self, case: str, said: dict[str, Any]) -> None:
        """Take in the first entry of a case."""
        if said.get("message"):
            self._by.setdefault((str(said["message"]), str(said.get("issue"))), []).append(case)

    def doubled(self) -> Iterable[str]:
        """A line for each message that opened the same twice."""
        for (message, _issue), cases in self._by.items():
            if len(cases) > 1:
                yield f"消息 {message}：同一个问题开了 {len(cases)} 件投诉（{'、'.join(cases)}）"


def _entry(rows: Rows, row: Row, who: tuple[str, str], values: str | None) -> Entry:
    head = (str(row["seq"]), *who, rows.moment(row["at"]).isoformat())
    return Entry(row["seq"], head, row["salt"], row["digest"], row["chain"], values)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
