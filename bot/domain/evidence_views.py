"""The readable views of an evidence pack: made from its records alone, so a check can make them again."""

import html
import json
from collections.abc import Sequence

from bot.domain.evidence import Record

_WHO = {"customer": "顾客", "bot": "机器人", "desk": "系统", "agent": "客服"}
_STYLE = (
    "body{font:15px/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222b36}"
    "p{margin:.2rem 0;white-space:pre-wrap}small{color:#6b7480}"
    "section{border-top:1px solid #e3e6ea;padding:.6rem 0}"
)


def views(records: Sequence[Record]) -> dict[str, bytes]:
    """Name and content of each view."""
    return {
        "conversation.json": _json([_values(record) for record in records if record.kind == "message"]),
        "conversation.html": _conversation(records).encode(),
        "clauses.json": _json([_values(record) for record in records if record.kind == "clause"]),
        "history.json": _json([_values(record) for record in records if record.kind == "event"]),
        "case.json": _json([_values(record) for record in records if record.kind == "case"]),
    }


def _values(record: Record) -> dict[str, object]:
    return {"record": record.seq, "id": record.id, **{name: record.value(name) for name in record.leaves}}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _conversation(records: Sequence[Record]) -> str:
    number = next((record.value("number") for record in records if record.kind == "case"), "")
    lines = "".join(_line(record) for record in records if record.kind == "message")
    title = html.escape(f"案件 {number} 的对话记录")
    return (
        f'<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{lines}</body></html>\n"
    )


def _line(record: Record) -> str:
    who = _WHO.get(record.value("author"), record.value("author"))
    clause = record.value("clause")
    said = f"，依据 {clause} 第 {record.value('clause_version')} 版" if clause else ""
    head = html.escape(f"{record.value('at')}　{who}{said}　（记录 {record.seq}）")
    return f"<section><small>{head}</small><p>{html.escape(record.value('text'))}</p></section>\n"
