"""A case at the side of a conversation: what is known of it, and its next steps."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.domain.errors import InvalidInput
from bot.domain.people import Deed, Role, User
from bot.domain.process import moment
from bot.domain.task import TaskState
from bot.services.case_file import CaseFile, Duty
from bot.services.inbox_cases import CasePage
from bot.services.standing import Move
from bot.web.auth import acting, allowed
from bot.web.case_deeds import WAITS
from bot.web.console_json import answer, body_of, expected_of, text_of, texts_of
from bot.web.keys import PARTS, WebParts
from bot.web.rendering import KINDS, ROLES, STATES

_LATEST = 6  # entries of the history
_Work = Callable[[WebParts, str, User, dict[str, Any]], Awaitable[object]]


async def case(request: web.Request) -> web.Response:
    """GET /desk/api/cases/{id}: all that the side of a conversation shows of a case."""
    agent = await allowed(request, Deed.TALK)
    return answer(await _case(request, agent))


async def move(request: web.Request) -> web.Response:
    """POST /desk/api/cases/{id}/{arrow}: move it on; the case then.

    `expected`, `values`, `reason`, and in `confirmed` the warnings of what its customer is told.
    """
    agent, body = await acting(request, Deed.TALK), await body_of(request)
    values = body.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise InvalidInput("values 应是填写的内容。")
    case_id, arrow = request.match_info["id"], request.match_info["arrow"]
    handling, reason = request.app[PARTS].handling, text_of(body, "reason")
    meant = texts_of(body, "confirmed")
    await handling.move(case_id, arrow, agent, expected_of(body), values, reason, meant)
    return answer(await _case(request, agent))


async def pause(request: web.Request) -> web.Response:
    """POST …/do/pause: it waits for its customer or a third party (`waits_for`, `wanted`)."""
    return await _do(request, _pause)


async def resume(request: web.Request) -> web.Response:
    """POST …/do/resume: what was missing has come."""
    return await _do(request, lambda desk, case_id, agent, body: desk.handling.resume(
        case_id, agent, expected_of(body)
    ))  # fmt: skip


async def extend(request: web.Request) -> web.Response:
    """POST …/do/extend: ask the supervisors for a later promised day (`until`, `reason`)."""
    return await _do(request, _extend)


async def _do(request: web.Request, work: _Work) -> web.Response:
    agent, body = await acting(request, Deed.TALK), await body_of(request)
    await work(request.app[PARTS], request.match_info["id"], agent, body)
    return answer(await _case(request, agent))


async def _pause(desk: WebParts, case_id: str, agent: User, body: dict[str, Any]) -> None:
    waits_for = WAITS.get(text_of(body, "waits_for"))
    if waits_for is None:
        raise InvalidInput("请选择在等顾客还是等第三方。")
    wanted, meant = text_of(body, "wanted"), texts_of(body, "confirmed")
    await desk.handling.pause(case_id, agent, expected_of(body), waits_for, wanted, meant)


async def _extend(desk: WebParts, case_id: str, agent: User, body: dict[str, Any]) -> None:
    until = moment(text_of(body, "until"), "新的期限")
    await desk.ask_extension(case_id, until, text_of(body, "reason"), agent)


async def _case(request: web.Request, agent: User) -> dict[str, Any]:
    parts, case_id = request.app[PARTS], request.match_info["id"]
    found = await parts.cases.one(case_id, agent)
    file = await parts.case_files.of(case_id, agent)
    return _case_json(found, file, parts.staff.offices.departments) if file else {}


def _case_json(page: CasePage, file: CaseFile, departments: Mapping[str, str]) -> dict[str, Any]:
    case, standing = page.standing.case, page.standing
    return {
        "id": case.id,
        "number": case.number,
        "version": standing.version,
        "title": page.title,
        "second_title": file.second_title,
        "state": standing.state.title if case.number else STATES[case.state],
        "open": case.is_open,
        "draft": case.is_draft,
        "department": departments.get(case.department or ""),
        "handler": file.handler,
        "waits_for": file.waits_for,
        "text": page.text,
        "facts": page.facts,
        "findings": page.findings,
        "checklist": standing.checklist,
        "awaits": [task.title for task in standing.waiting],
        "moves": [_move_json(one, departments) for one in page.moves],
        "deadlines": [asdict(one) for one in file.deadlines],
        "levels": {
            "severity": file.levels.severity,
            "heat": file.levels.heat,
            "priority": file.levels.priority,
            "reasons": file.levels.reasons,
            "known": file.levels.known,
            "people": file.levels.people,
        },
        "risks": file.risks,
        "related": [asdict(one) for one in file.related],
        "duties": [_duty_json(one) for one in file.duties],
        "history": [{"what": one.what, "who": one.who, "at": one.at} for one in file.history[:_LATEST]],
        "may": file.may,
    }


def _move_json(move: Move, departments: Mapping[str, str]) -> dict[str, Any]:
    def options(kind: str, given: tuple[str, ...]) -> list[tuple[str, str]]:
        return list(departments.items()) if kind == "department" else [(one, one) for one in given]

    return {
        "id": move.id,
        "title": move.title,
        "approvers": move.approvers,
        "needs_reason": move.needs_reason,
        "needs": [
            {
                "id": value.id,
                "title": value.title,
                "kind": value.kind,
                "options": options(value.kind, value.options),
            }
            for value in move.needs
        ],
    }


def _whose(whose: str) -> str:
    return ROLES[Role(whose)] if whose in set(Role) else whose


def _duty_json(duty: Duty) -> dict[str, Any]:
    task = duty.task
    return {
        "id": task.id,
        "kind": KINDS[task.kind],
        "title": task.title,
        "whose": _whose(duty.whose),
        "promised_by": duty.promised_by,
        "due_at": task.due_at,
        "open": task.state is TaskState.OPEN,
        "late": duty.late,
        "note": task.note,
    }
