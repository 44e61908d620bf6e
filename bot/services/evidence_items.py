"""What goes into an evidence pack: the records of a case, its messages, history, papers and files."""

import json
from collections.abc import AsyncIterator, Iterator

from bot.domain.attachment import Attachment
from bot.domain.case import Case, CaseEvent
from bot.domain.conversation import Message
from bot.domain.evidence import FILE, Item
from bot.domain.papers import Sheet
from bot.services.ports import UnitOfWork

MADE = "evidence_made"  # the entry of an export in the history; those at its end are not part of a pack
_PAGE = 200


def about(case: Case) -> Item:
    """The case itself."""
    facts = {"number": case.number or "", "issue": case.issue, "opened_at": case.opened_at.isoformat()}
    texts = {"text": case.text}
    for name, value in case.standing().items():
        (texts if name.startswith("findings.") else facts)[name] = "" if value is None else str(value)
    texts |= {f"fields.{name}": value for name, value in case.fields.items() if value}
    return Item(case.id, "case", facts, texts)


async def messages_of(uow: UnitOfWork, case: Case, files: list[Attachment]) -> AsyncIterator[Message]:
    """The conversation from the message that opened the case, or from an earlier one with a photo of it."""
    history = await uow.cases.history(case.id)
    opening = (history[0].payload or {}).get("message") if history else None
    first = {opening, *(file.message_id for file in files)} if opening else set()
    seq = min([(await uow.messages.get(one)).seq - 1 for one in first if one], default=0)
    while page := await uow.messages.since(case.conversation_id, seq, _PAGE):
        for message in page:
            yield message
        seq = page[-1].seq


def said(messages: list[Message]) -> Iterator[Item]:
    """What was said."""
    for message in messages:
        facts = {
            "seq": str(message.seq),
            "at": message.created_at.isoformat(),
            "author": message.author.value,
            "clause": message.clause or "",
            "clause_version": str(message.clause_version or ""),
        }
        yield Item(message.id, "message", facts, {"text": message.text})


def events(history: list[CaseEvent]) -> Iterator[Item]:
    """The history with what its own chain needs. The salt would let others guess what was redacted."""
    while history and history[-1].kind == MADE:
        history = history[:-1]
    for event in history:
        facts = {
            "seq": str(event.seq),
            "kind": event.kind,
            "actor": event.actor,
            "at": event.at.isoformat(),
            "digest": event.digest,
            "chain": event.chain,
        }
        if event.payload is None:
            yield Item(event.id, "event", facts)
        else:
            payload = json.dumps(event.payload, ensure_ascii=False, sort_keys=True)
            yield Item(event.id, "event", facts, {"payload": payload}, {"salt": event.salt})


def sent(file: Attachment) -> Item:
    """A photo or video that the customer sent."""
    facts = {
        "at": file.created_at.isoformat(),
        "message": file.message_id or "",
        "kind": file.kind.value,
        "type": file.media_type,
        "size": str(file.size),
        "sha256": file.sha256,
    }
    return Item(file.id, FILE, facts, {"name": file.name})


def filled(sheets: list[Sheet]) -> Iterator[Item]:
    """The papers, line by line."""
    for sheet in sheets:
        texts: dict[str, str] = {}
        for number, block in enumerate(sheet.blocks, start=1):
            texts |= {
                f"{number}.{place} {row.label}": row.value for place, row in enumerate(block.rows, start=1)
            }
            texts |= {f"{number}.{place}": text for place, text in enumerate(block.paragraphs, start=1)}
        yield Item(sheet.form, "paper", {"title": sheet.title, "source": sheet.source}, texts)
