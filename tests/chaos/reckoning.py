"""What the ledger says afterwards about what was acknowledged: lost, doubled, or as it should be.

Plain SQL, by the audit's way of reading: nothing of the desk's own code is asked whether it did well.
"""

import subprocess
from collections import Counter
from dataclasses import dataclass, field

from bot.ledger_audit.program import audit
from bot.ledger_audit.rows import opened
from bot.settings import ROOT

_ASKED = "SELECT id, conversation_id, client_id, delivery FROM messages WHERE author = 'customer'"
_AGENTS = "SELECT client_id FROM messages WHERE author = 'agent'"
_FOLLOWERS = """SELECT u.external_id, count(m.id) AS found FROM customers u
JOIN conversations c ON c.customer_id = u.id JOIN messages m ON m.conversation_id = c.id
WHERE u.channel = 'wechat' AND m.author = 'customer' GROUP BY u.external_id"""
# A person who took over may have had another case opened: their talks are left to the audit.
_CASES = """SELECT c.id, count(k.id) AS found FROM conversations c LEFT JOIN cases k
ON k.conversation_id = c.id WHERE NOT EXISTS (SELECT 1 FROM messages m
WHERE m.conversation_id = c.id AND m.author = 'agent') GROUP BY c.id"""
_UNSURE = "SELECT count(*) AS found FROM wechat_sendings WHERE state IN ('unsure', 'failed')"
_WAITING = "SELECT count(*) AS found FROM messages WHERE delivery = 'waiting'"


@dataclass
class Reckoning:
    """Figures of one fault; `unsure` are messages of which WeChat may have told the customer or not.

    `torn` are pages that miss a line, or have one twice or in the wrong place.
    """

    sent: int = 0
    lost: int = 0
    doubled: int = 0
    cases_doubled: int = 0
    unsure: int = 0
    torn: int = 0
    findings: list = field(default_factory=list)

    @property
    def is_fine(self):
        return not (self.lost or self.doubled or self.cases_doubled or self.torn or self.findings)


async def reckon(url, key, diary):
    """Hold the diary against the ledger."""
    found = Reckoning(sent=len(diary.acknowledged) + sum(map(len, diary.told.values())), torn=diary.torn)
    async with opened(url) as rows:
        asked = [row async for row in rows.of(_ASKED)]
        by_id = {row["id"]: row for row in asked}
        found.lost = sum(
            one not in by_id or by_id[one]["delivery"] == "waiting" for one in diary.acknowledged
        )
        found.doubled = await _doubled(rows, diary, by_id)
        said = Counter([row["client_id"] async for row in rows.of(_AGENTS)])
        found.lost += sum(not said[one] for one in diary.agents_lines)
        found.doubled += sum(number - 1 for number in said.values())
        found.cases_doubled = sum([max(0, row["found"] - 1) async for row in rows.of(_CASES)])
        kept = {row["external_id"]: row["found"] async for row in rows.of(_FOLLOWERS)}
        for openid, texts in diary.told.items():
            found.lost += max(0, len(texts) - kept.get(openid, 0))
            found.doubled += max(0, kept.get(openid, 0) - len(texts))
        found.unsure = await anext(row["found"] async for row in rows.of(_UNSURE))
    found.findings = [f"{one.line} [{one.invariant}]" for one in await audit(url, key)]
    return found


def commit():
    """Which one the figures belong to; empty outside of a repository."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


async def waiting(url):
    """How many messages nobody has answered yet."""
    async with opened(url) as rows:
        return await anext(row["found"] async for row in rows.of(_WAITING))


async def _doubled(rows, diary, by_id):
    """Lines of customers on the page beyond those that they wrote."""
    written = Counter(by_id[one]["conversation_id"] for one in diary.acknowledged if one in by_id)
    stored = Counter(row["conversation_id"] for row in by_id.values())
    return sum(stored[talk] - number for talk, number in written.items())
