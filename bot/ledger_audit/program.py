"""The whole audit: every invariant, one after the other, over one state of the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.ledger_audit import chains
from bot.ledger_audit.cases import CASES, OWNERS
from bot.ledger_audit.ledger import LEDGER
from bot.ledger_audit.outgoing import FILES, OUTGOING
from bot.ledger_audit.rows import Rows, opened
from bot.ledger_audit.sealed import Opener

INVARIANTS = (*LEDGER, *CASES, *OWNERS, *OUTGOING, *FILES)
NAMES = (
    *(one.name for one in INVARIANTS), "opened-once", "histories-whole", "audit-log-whole", "file-whole",
)  # fmt: skip
MOST = 20  # findings of one invariant that are told


@dataclass(frozen=True)
class Finding:
    """Something that must not be: the invariant's name, and a line in Chinese with the rows' ids."""

    invariant: str
    line: str


async def audit(url: str, data_key: str | None, now: datetime | None = None) -> list[Finding]:
    """What breaks an invariant in the database at `url`; UnreadableError.

    Without the data key the chains are followed, and not opened: a changed value then goes unseen.
    """
    opener = Opener(data_key) if data_key else None
    found: list[Finding] = []
    async with opened(url) as rows:
        async for name, line in _all(rows, opener, now or datetime.now(UTC), url):
            found.append(Finding(name, line))
    return _shortened(found)


async def _all(rows: Rows, opener: Opener | None, now: datetime, url: str) -> AsyncIterator[tuple[str, str]]:
    moments = {
        "tomorrow": now + timedelta(days=1),
        "lately": now - timedelta(minutes=10),
        "long_ago": now - timedelta(hours=1),
        "days_ago": now - timedelta(days=2),
        "years_ahead": now + timedelta(days=3 * 366),
    }
    for one in INVARIANTS:
        wanted = {name: at for name, at in moments.items() if f":{name}" in one.rows}
        async for row in rows.of(one.rows, **wanted):
            yield one.name, one.line.format(**row)
    async for found in chains.histories(rows, opener):
        yield found
    async for found in chains.log(rows, opener):
        yield found
    if url.startswith("sqlite"):
        async for found in _file(rows):
            yield found


async def _file(rows: Rows) -> AsyncIterator[tuple[str, str]]:
    """What SQLite itself finds wrong with its file."""
    async for row in rows.of("PRAGMA quick_check"):
        if row["quick_check"] != "ok":
            yield "file-whole", "数据库文件已损坏，请从备份恢复"
            return
    async for row in rows.of("PRAGMA foreign_key_check"):
        yield "file-whole", f"表 {row['table']} 第 {row['rowid']} 行：指向的 {row['parent']} 不存在"


def _shortened(found: list[Finding]) -> list[Finding]:
    """No more than MOST of each, and how many more there are."""
    told: dict[str, list[Finding]] = {}
    for one in found:
        told.setdefault(one.invariant, []).append(one)
    shown = []
    for name, all_of_it in told.items():
        shown += all_of_it[:MOST]
        if len(all_of_it) > MOST:
            shown.append(Finding(name, f"……同样的问题还有 {len(all_of_it) - MOST} 处"))
    return shown
