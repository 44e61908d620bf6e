"""A customer's conversation as their page gets it, over the socket or by asking."""

from typing import Any

from bot.domain.attachment import Attachment
from bot.services.transcript_views import CaseCard, CustomerView, Line


def view_json(view: CustomerView) -> dict[str, Any]:
    """The view (docs/protocol.md)."""
    return {"messages": [line_json(line) for line in view.lines], "more": view.more, **state_json(view)}


def state_json(view: CustomerView) -> dict[str, Any]:
    """All of it but the lines: how the conversation stands."""
    return {
        "owner": view.owner,
        "agent": view.agent,
        "answering": view.answering,
        "read": view.read,
        "cases": [_card(card) for card in view.cases],
    }


def line_json(line: Line) -> dict[str, Any]:
    """One line; nothing of what the model understood."""
    return {
        "seq": line.seq,
        "id": line.id,
        "author": line.author,
        "text": line.text,
        "at": line.at.isoformat(),
        "choices": list(line.choices),
        "client_id": line.client_id,
        "agent": line.agent,
        "clause": line.clause,
        "case": line.case,
        "attachments": [attachment_json(file) for file in line.attachments],
    }


def attachment_json(file: Attachment) -> dict[str, Any]:
    """A photo or video as its sender sees it; where it is comes from its id."""
    return {
        "id": file.id,
        "kind": file.kind,
        "name": file.name,
        "size": file.size,
        "width": file.width,
        "height": file.height,
    }


def _card(card: CaseCard) -> dict[str, Any]:
    return {
        "number": card.number,
        "title": card.title,
        "state": card.state,
        "due": card.due.isoformat() if card.due else None,
        "open": card.open,
    }
