"""The readable views of an evidence pack: made from its records alone, so a check can make them again."""

import html
import json
from collections.abc import Sequence

from bot.domain.evidence import FILE, Record, original_name

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
        **_files(records),
    }


def _files(records: Sequence[Record]) -> dict[str, bytes]:
    """What the customer sent, if anything."""
    found = [_values(record) for record in records if record.kind == FILE]
    return {"files.json": _json(found)} if found else {}


def _values(record: Record) -> dict[str, object]:
    return {"record": record.seq, "id": record.id, **{name: record.value(name) for name in record.leaves}}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _conversation(records: Sequence[Record]) -> str:
    number = next((record.value("number") for record in records if record.kind == "case"), "")
    files = [record for record in records if record.kind == FILE]
    lines = "".join(_line(record, files) for record in records if record.kind == "message")
    title = html.escape(f"案件 {number} 的对话记录")
    return (
        f'<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{lines}</body></html>\n"
    )


def _line(record: Record, files: Sequence[Record]) -> str:
    who = _WHO.get(record.value("author"), record.value("author"))
    clause = record.value("clause")
    said = f"，依据 {clause} 第 {record.value('clause_version')} 版" if clause else ""
    head = html.escape(f"{record.value('at')}　{who}{said}　（记录 {record.seq}）")
    sent = "".join(_file(file) for file in files if file.value("message") == record.id)
    return f"<section><small>{head}</small><p>{html.escape(record.value('text'))}</p>{sent}</section>\n"


def _file(record: Record) -> str:
    """A link to what was sent; it leads nowhere in a pack without the originals."""
    place = html.escape(original_name(record.id, record.value("type")))
    name = html.escape(record.value("name"))
    return f'<p><a href="{place}">{name}</a> <small>SHA-256 {html.escape(record.value("sha256"))}</small></p>'
