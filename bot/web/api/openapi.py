"""The OpenAPI 3.1 document of the API, made from its operations and their models."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.domain.api_token import SCOPES
from bot.web.api.calls import Operation
from bot.web.api.models import Problem

_REFERENCE = "#/components/schemas/{model}"
_ALWAYS = (400, 401, 403, 429)  # what every operation may answer
_SAID = {
    400: "What was handed in can't be used",
    401: "The token is missing, wrong, expired or revoked",
    403: "The token or the role of its user doesn't allow this",
    404: "There is no such thing, or it is none of the asker's business",
    409: "Somebody else was quicker, the case can't go that way from where it stands, or what its customer"
    " would be told has warnings that nobody confirmed",
    413: "Too long",
    415: "Not application/json",
    429: "Asked too often; Retry-After gives the seconds",
}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z-]{1,64}$"},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the case as it was read; instead of `version` in the body.",
    "schema": {"type": "string", "pattern": '^"\\d{1,9}"$'},
}
Json = dict[str, Any]


def document(operations: Iterable[Operation], base: str) -> Json:
    """The document; `base` is the address of the API without the host."""
    operations = tuple(operations)
    schemas, references = _schemas(operations)
    paths: dict[str, Json] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kesu Desk",
            "version": "1",
            "description": "Conversations, cases, tasks and the handbook of a complaint desk (docs/api.md).",
        },
        "servers": [{"url": base}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(operations: Iterable[Operation]) -> tuple[Json, dict[type[BaseModel], Json]]:
    """The schemas of all models by name, and for each model the reference to its own."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {(Problem, "serialization"): None}
    for one in operations:
        wanted[one.answer, "serialization"] = None
        if one.body is not None:
            wanted[one.body, "validation"] = None
    found, whole = models_json_schema(list(wanted), ref_template=_REFERENCE)
    return whole["$defs"], {model: dict(found[model, mode]) for model, mode in wanted}


def _operation(one: Operation, references: dict[type[BaseModel], Json]) -> Json:
    described: Json = {
        "operationId": one.id,
        "summary": one.summary,
        "description": f"Scope `{one.scope.value}` ({SCOPES[one.scope]}).",
        "parameters": _parameters(one),
        "responses": {str(one.status): _answer(one, references)},
    }
    for status in sorted({*_ALWAYS, *one.statuses}):
        described["responses"][str(status)] = _problem(status, references[Problem])
    if one.body is not None:
        content = {"application/json": {"schema": references[one.body]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(one: Operation, references: dict[type[BaseModel], Json]) -> Json:
    answer: Json = {
        "description": one.summary,
        "content": {"application/json": {"schema": references[one.answer]}},
    }
    if one.tagged:
        answer["headers"] = {"ETag": {"required": True, "schema": {"type": "string"}}}
    return answer


def _problem(status: int, schema: Json) -> Json:
    problem: Json = {
        "description": _SAID[status],
        "content": {"application/json": {"schema": schema}},
    }
    if status == 429:  # noqa: PLR2004 -- too many requests
        problem["headers"] = {"Retry-After": {"required": True, "schema": {"type": "string"}}}
    return problem


def _parameters(one: Operation) -> list[Json]:
    found: list[Json] = []
    if "{id}" in one.path:
        found.append(_ID)
    if one.versioned:
        found.append(_IF_MATCH)
    if one.query is not None:
        schema = one.query.model_json_schema(ref_template=_REFERENCE)
        for name, value in schema["properties"].items():
            shown = {key: part for key, part in _inlined(value, schema).items() if key != "title"}
            found.append({"name": name, "in": "query", "required": False, "schema": shown})
    return found


def _inlined(value: Json, schema: Json) -> Json:
    """A query parameter's schema by itself: it is a string on its way, so null is never given."""
    options = value.get("anyOf")
    if options is not None:
        (only,) = [option for option in options if option != {"type": "null"}]
        value = {**{key: part for key, part in value.items() if key not in ("anyOf", "default")}, **only}
    name = value.pop("$ref", "").rpartition("/")[2] if "$ref" in value else ""
    return {**value, **schema["$defs"][name]} if name else value
