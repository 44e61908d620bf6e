"""What each operation of the API does: the same services and checks as the pages."""

from typing import TypeVar

from pydantic import BaseModel

from bot.domain.by_hand import Told
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.workdays import SHANGHAI
from bot.services.case_list import Wanted
from bot.web.api import inputs, models, views
from bot.web.api.calls import Answer, Call

_Model = TypeVar("_Model", bound=BaseModel)


async def list_conversations(call: Call) -> Answer:
    """GET /conversations."""
    asked = _of(inputs.ConversationsAsked, call.query)
    found, following = await call.parts.interfaces.reads.conversations(
        call.caller.user, asked.owner, asked.channel, asked.after, asked.limit
    )
    return Answer(
        models.Page[models.Conversation](items=list(map(views.conversation, found)), next=following)
    )


async def get_conversation(call: Call) -> Answer:
    """GET /conversations/{id}."""
    asked, caller = _of(inputs.LinesAsked, call.query), call.caller
    reads = call.parts.interfaces.reads
    found = await reads.lines(caller.user, call.path["id"], asked.after, asked.limit)
    if caller.sees_personal:
        await reads.note_look(caller.user, f"conversation:{found.conversation.id}")
    return Answer(views.transcript(found, personal=caller.sees_personal))


async def list_cases(call: Call) -> Answer:
    """GET /cases."""
    asked, listed = _of(inputs.CasesAsked, call.query), call.parts.case_list
    if asked.number is not None:
        return Answer(await _numbered(call, asked.number))
    wanted = Wanted(
        asked.state, asked.severity, asked.heat, asked.department, asked.overdue, asked.after or ""
    )
    page = await listed.page(wanted, call.caller.user)
    return Answer(models.Page[models.CaseRow](items=list(map(views.row, page.rows)), next=page.after))


async def get_case(call: Call) -> Answer:
    """GET /cases/{id}."""
    return await _case(call, call.path["id"])


async def create_case(call: Call) -> Answer:
    """POST /cases."""
    given, user, by_hand = _of(inputs.NewCase, call.body), call.caller.user, call.parts.interfaces.by_hand
    issue = given.issue or (await by_hand.suggest(given.text, user)).issue
    if issue is None:
        raise InvalidInput("没有看出是什么问题，请写明 issue。")
    today = call.parts.interfaces.clock.now().astimezone(SHANGHAI).date()
    told = Told(
        channel=given.channel,
        text=given.text,
        issue=issue,
        received=given.received or today,
        name=given.name,
        phone=given.phone,
        facts=given.facts,
        key=given.key,
    )
    return await _case(call, (await by_hand.open(told, user)).id)


async def move_case(call: Call) -> Answer:
    """POST /cases/{id}/moves."""
    given, case_id = _of(inputs.NewMove, call.body), call.path["id"]
    version = given.version if call.version is None else call.version
    if version is None:
        raise InvalidInput("请给出读到的 version，或在 If-Match 里给出 ETag。")
    await call.parts.handling.move(
        case_id, given.move, call.caller.user, version, given.values, given.reason, given.confirmed
    )
    return await _case(call, case_id)


async def add_note(call: Call) -> Answer:
    """POST /cases/{id}/notes."""
    text = _of(inputs.NewNote, call.body).text
    await call.parts.interfaces.notes.add(call.path["id"], text, call.caller.user)
    return await _case(call, call.path["id"])


async def list_tasks(call: Call) -> Answer:
    """GET /tasks."""
    asked = _of(inputs.TasksAsked, call.query)
    entries = await call.parts.inbox.of(call.caller.user)
    ids = [entry.task.id for entry in entries]
    start = ids.index(asked.after) + 1 if asked.after in ids else 0
    if asked.after is not None and not start:
        raise InvalidInput("after 的那件事已经不在待办里，请从头再读。")
    page = entries[start : start + asked.limit]
    items = [views.task(entry, personal=call.caller.sees_personal) for entry in page]
    more = start + asked.limit < len(entries)
    return Answer(models.Page[models.Task](items=items, next=items[-1].id if more else None))


async def decide_task(call: Call) -> Answer:
    """POST /tasks/{id}/decision."""
    given, task_id = _of(inputs.Decision, call.body), call.path["id"]
    await call.parts.inbox.decide(task_id, call.caller.user, given.outcome, given.note, given.version)
    return Answer(models.Decided(id=task_id))


async def list_clauses(call: Call) -> Answer:
    """GET /handbook/clauses."""
    asked = _of(inputs.ClausesAsked, call.query)
    found, following = call.parts.interfaces.reads.clauses(asked.q, asked.issue, asked.after, asked.limit)
    return Answer(models.Page[models.Clause](items=list(map(views.clause, found)), next=following))


async def get_clause(call: Call) -> Answer:
    """GET /handbook/clauses/{id}."""
    found = call.parts.interfaces.reads.clause(call.path["id"])
    if found is None:
        raise NotFound("手册里没有这一条。")
    return Answer(views.clause(found))


async def _case(call: Call, case_id: str) -> Answer:
    caller, parts = call.caller, call.parts
    standing = await parts.handling.moves(case_id, caller.user)
    if caller.sees_personal:
        await parts.interfaces.reads.note_look(caller.user, f"case:{standing.case.number or case_id}")
    shown = views.case(standing, parts.interfaces.reads.titles, personal=caller.sees_personal)
    return Answer(shown, standing.version)


async def _numbered(call: Call, number: str) -> models.Page[models.CaseRow]:
    """A page with just this case, or an empty one."""
    try:
        case_id = await call.parts.case_list.by_number(number, call.caller.user)
        await call.parts.handling.moves(case_id, call.caller.user)
        found = await call.parts.case_list.one(case_id)
    except NotFound:
        return models.Page[models.CaseRow](items=[], next=None)
    return models.Page[models.CaseRow](items=[views.row(found)], next=None)


def _of(kind: type[_Model], given: BaseModel | None) -> _Model:
    """What was handed in, which the operation has had checked."""
    if not isinstance(given, kind):
        raise TypeError(f"{kind.__name__} is not what this operation takes")
    return given
