"""The hash chain over a case's history.

The chain runs over salted digests, not over the values: a value (and its salt) can be erased on the
customer's demand and the chain still proves that no entry was changed, added or removed.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bot.domain.case import CaseEvent

START = "0" * 64


def digest(payload: dict[str, Any], salt: str) -> str:
    """The salted sha256 of a payload's canonical JSON, in hex."""
    canonical = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{salt}{canonical}".encode()).hexdigest()


def link(previous: str, seq: int, kind: str, actor: str, at: datetime, entry: str) -> str:
    """The chain value of an entry: the one before it, and everything about the entry but its values."""
    parts = "\n".join((previous, str(seq), kind, actor, at.astimezone(UTC).isoformat(), entry))
    return hashlib.sha256(parts.encode()).hexdigest()


def entry(
    case_id: str,
    previous: CaseEvent | None,
    *,
    id: str,
    kind: str,
    actor: str,
    at: datetime,
    payload: dict[str, Any],
) -> CaseEvent:
    """The next entry of a case's history after `previous`."""
    salt = secrets.token_hex(16)
    seq = previous.seq + 1 if previous else 1
    value = digest(payload, salt)
    chain = link(previous.chain if previous else START, seq, kind, actor, at, value)
    return CaseEvent(id, case_id, seq, kind, actor, at, payload, salt, value, chain)


def first_break(events: Iterable[CaseEvent]) -> int | None:
    """The seq of the first entry that doesn't fit the chain, or None when the history is whole."""
    previous = START
    for place, event in enumerate(events, start=1):
        chained = link(previous, event.seq, event.kind, event.actor, event.at, event.digest)
        erased = event.payload is None
        if event.seq != place or event.chain != chained:
            return event.seq
        if not erased and digest(event.payload or {}, event.salt) != event.digest:
            return event.seq
        previous = event.chain
    return None
