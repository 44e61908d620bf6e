"""How records of the desk look over the API."""

from collections.abc import Callable

from bot.domain import conversation as talk
from bot.domain.handbook import clause as handbook
from bot.domain.privacy import mask, masked_field
from bot.services.api_reads import Lines, said
from bot.services.case_list import ListedCase
from bot.services.inbox import Entry
from bot.services.standing import Standing
from bot.web.api import models


def conversation(found: talk.Conversation) -> models.Conversation:
    """A conversation."""
    return models.Conversation(
        id=found.id,
        channel=found.channel,
        owner=found.owner,
        agent=found.agent_id,
        version=found.version,
        created_at=found.created_at,
        updated_at=found.updated_at,
        waiting_since=found.waiting_since,
    )


def transcript(found: Lines, *, personal: bool) -> models.Transcript:
    """A conversation with some of its lines."""
    name, phone = found.customer.name, found.customer.phone
    return models.Transcript(
        conversation=conversation(found.conversation),
        customer=models.Person(
            name=name if personal else None, phone=phone if personal else masked_field("phone", phone)
        ),
        lines=[_line(found, line, personal=personal) for line in found.lines],
        next=found.lines[-1].seq if found.more else None,
    )


def _line(found: Lines, line: talk.Message, *, personal: bool) -> models.Line:
    return models.Line(
        seq=line.seq,
        id=line.id,
        author=line.author,
        text=line.text if personal else mask(line.text),
        at=line.created_at,
        agent=line.agent_id,
        clause=line.clause,
        files=[
            models.File(id=file.id, kind=file.kind.value, name=mask(file.name), size=file.size)
            for file in found.files.get(line.id, ())
        ],
    )


def row(found: ListedCase) -> models.CaseRow:
    """A case in the list."""
    return models.CaseRow(**{name: getattr(found, name) for name in models.CaseRow.model_fields})


def case(standing: Standing, titles: Callable[[str], str], *, personal: bool) -> models.Case:
    """One case with what can be done with it now."""
    found = standing.case
    facts = {
        name: value if personal else ("***" if name == "name" and value else masked_field(name, value))
        for name, value in found.fields.items()
    }
    same = (
        "id", "number", "step", "issue", "second_issue", "severity", "heat", "channel", "department",
        "opened_at", "accepted_at", "due_at", "step_due_at", "closed_at",
    )  # fmt: skip
    return models.Case(
        **{name: getattr(found, name) for name in same},
        version=standing.version,
        state=found.state.value,
        step_title=standing.state.title,
        title=titles(found.issue),
        conversation=found.conversation_id,
        text=found.text if personal else mask(found.text),
        facts=facts,
        moves=[
            models.Move(
                id=move.id,
                title=move.title,
                needs=[models.Needed(id=value.id, title=value.title) for value in move.needs],
                needs_reason=move.needs_reason,
                approvers=list(move.approvers),
            )
            for move in standing.moves
        ],
    )


def task(entry: Entry, *, personal: bool) -> models.Task:
    """Something to do."""
    shown: Callable[[str], str] = str if personal else mask
    return models.Task(
        id=entry.task.id,
        kind=entry.task.kind,
        title=shown(entry.task.title),
        version=entry.version,
        due_at=entry.task.due_at,
        overdue=entry.overdue,
        case=entry.case_id,
        number=entry.number,
        by=entry.by,
        answers=list(entry.answers),
        facts=[models.Fact(title=title, value=shown(value)) for title, value in entry.facts],
        by_moving=entry.by_moving,
        blocked=entry.blocked,
    )


def clause(found: handbook.Clause) -> models.Clause:
    """A clause of the handbook."""
    return models.Clause(
        id=found.id,
        version=found.version,
        audience=found.audience.value,
        heading=found.heading,
        situation=found.situation,
        issues=list(found.answers),
        document=found.document,
        texts=said(found),
    )
