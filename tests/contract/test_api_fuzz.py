"""Whatever a program sends: the API never breaks, and answers as its OpenAPI document says.

A few examples for each operation, always the same ones; `make fuzz` tries many, others each time.
"""

import asyncio
import os
import uuid
from contextlib import contextmanager

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.domain.api_token import Scope
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind
from bot.web.api.operations import described
from bot.web.limits import Limits
from tests import databases
from tests.accepted import accepted
from tests.doors import Site
from tests.rooms import reading

SERVER_ERROR = 500
EXAMPLES = int(os.environ.get("KESU_TEST_FUZZ_EXAMPLES", "8"))
IS_SHORT = "KESU_TEST_FUZZ_EXAMPLES" not in os.environ
# That no door opens without a token is tested elsewhere: so many guesses at once are slowed down.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Target:
    """A desk with something of each kind, and a program's token for it."""

    def __init__(self, site):
        self.site, self.url = site, f"{site.url}/api/v1"

    async def fill(self):
        door, desk = self.site.door, self.site.door.desk
        admin = await door.person("root", "管理员", Role.ADMIN)
        interfaces = door.parts.interfaces
        self.token = (await interfaces.tokens.make("fuzz", Role.SUPERVISOR, list(Scope), 30, admin)).shown
        case, other = await accepted(desk, "a", phone="13812345678"), await accepted(desk, "b")
        await desk.say("转人工", reading("request_human"), "a")
        async with desk.units() as uow:
            for nth in range(3):
                kind, now = (TaskKind.CALL, TaskKind.REVIEW, TaskKind.APPROVAL)[nth], desk.clock.now()
                uow.tasks.add(
                    Task(f"task{nth}", kind, "去电", Assignee.ROLE, "agent", now, "desk", case_id=case.id)
                )
            await uow.commit()
        self.known = {
            "/cases/": [case.id, other.id],
            "/conversations/": [case.conversation_id],
            "/tasks/": ["task0", "task1", "task2"],
            "/handbook/clauses/": [next(iter(desk.words.handbook.clauses))],
        }


@contextmanager
def database(backend):
    """The URL of a database, None for a new SQLite file."""
    if backend == "sqlite":
        yield None
        return
    with databases.postgres_server() as server:
        name = f"kesu_fuzz_{uuid.uuid4().hex[:8]}"
        asyncio.run(databases.run_on_server(server, f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        asyncio.run(databases.run_on_server(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="module", params=["sqlite"] if IS_SHORT else ["sqlite", "postgresql"])
def target(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    with database(request.param) as url, Site(folder, url, limits=Limits(api_calls=10**9)) as site:
        found = Target(site)
        site.run(found.fill())
        yield found


schema = schemathesis.openapi.from_dict(described())


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=IS_SHORT,
    database=None,
    phases=[Phase.explicit, Phase.generate] if IS_SHORT else list(Phase),
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api_and_answers_are_as_described(case, target):
    known = next((ids for path, ids in target.known.items() if case.path.startswith(path)), ())
    if known and len(repr((case.body, case.query))) % 3:  # most reach something that is there
        case.path_parameters = {"id": known[len(repr(case.body)) % len(known)]}
    answer = case.call_and_validate(  # raises for each of the checks that fails
        base_url=target.url, headers={"Authorization": f"Bearer {target.token}"}, checks=CHECKS
    )
    assert answer.status_code < SERVER_ERROR
