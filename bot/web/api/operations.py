"""Everything that the API does, in one table: its routes and its OpenAPI document are made from it."""

from functools import cache
from typing import Any

from aiohttp import web

from bot.domain.api_token import Scope
from bot.web.api import handlers, inputs, models
from bot.web.api.calls import Operation
from bot.web.api.openapi import document

BASE = "/api/v1"
_ID = "{id}"

OPERATIONS = (
    Operation(
        "listConversations", "GET", "/conversations", handlers.list_conversations, "Conversations",
        Scope.CONVERSATIONS_READ, models.Page[models.Conversation], query=inputs.ConversationsAsked,
    ),
    Operation(
        "getConversation", "GET", f"/conversations/{_ID}", handlers.get_conversation,
        "One conversation with its lines",
        Scope.CONVERSATIONS_READ, models.Transcript, query=inputs.LinesAsked, statuses=(404,),
    ),
    Operation(
        "listCases", "GET", "/cases", handlers.list_cases, "Cases",
        Scope.CASES_READ, models.Page[models.CaseRow], query=inputs.CasesAsked, statuses=(404,),
    ),
    Operation(
        "createCase", "POST", "/cases", handlers.create_case, "Open a case that came by another way",
        Scope.CASES_WRITE, models.Case, body=inputs.NewCase, status=201, statuses=(409, 413, 415),
        tagged=True,
    ),
    Operation(
        "getCase", "GET", f"/cases/{_ID}", handlers.get_case, "One case",
        Scope.CASES_READ, models.Case, statuses=(404,), tagged=True,
    ),
    Operation(
        "moveCase", "POST", f"/cases/{_ID}/moves", handlers.move_case, "Move a case along its process",
        Scope.CASES_WRITE, models.Case, body=inputs.NewMove, statuses=(404, 409, 413, 415),
        versioned=True, tagged=True,
    ),
    Operation(
        "addNote", "POST", f"/cases/{_ID}/notes", handlers.add_note, "Add a remark to a case's history",
        Scope.CASES_WRITE, models.Case, body=inputs.NewNote, status=201, statuses=(404, 409, 413, 415),
        tagged=True,
    ),
    Operation(
        "listTasks", "GET", "/tasks", handlers.list_tasks, "What the token's user has to do",
        Scope.TASKS_WRITE, models.Page[models.Task], query=inputs.TasksAsked,
    ),
    Operation(
        "decideTask", "POST", f"/tasks/{_ID}/decision", handlers.decide_task, "Decide a task",
        Scope.TASKS_WRITE, models.Decided, body=inputs.Decision, statuses=(404, 409, 413, 415),
    ),
    Operation(
        "listClauses", "GET", "/handbook/clauses", handlers.list_clauses, "Clauses of the handbook",
        Scope.HANDBOOK_READ, models.Page[models.Clause], query=inputs.ClausesAsked,
    ),
    Operation(
        "getClause", "GET", f"/handbook/clauses/{_ID}", handlers.get_clause, "One clause of the handbook",
        Scope.HANDBOOK_READ, models.Clause, statuses=(404,),
    ),
)  # fmt: skip


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document of all of them; made when somebody asks for it."""
    return document(OPERATIONS, BASE)


async def openapi(_request: web.Request) -> web.Response:
    """GET /api/v1/openapi.json: for everybody, it holds nothing of anybody."""
    return web.json_response(described())


def routes() -> list[web.RouteDef]:
    """The routes of the API."""
    found = [web.get(f"{BASE}/openapi.json", openapi)]
    for operation in OPERATIONS:
        path = operation.path.replace(_ID, "{id:[0-9A-Za-z-]{1,64}}")
        found.append(web.route(operation.method, BASE + path, operation.handle))
    return found
