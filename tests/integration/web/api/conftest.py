"""A program that calls the API with a token of its own."""

import pytest

from bot.domain.api_token import Scope
from bot.domain.people import Role

ALL = frozenset(Scope) - {Scope.PERSONAL_READ}


class Program:
    """Calls the API; each call gives the status and what was said."""

    def __init__(self, client, shown, user_id=None):
        self.client, self.shown, self.user_id = client, shown, user_id
        self.headers = {}

    async def get(self, path, **query):
        return await self._call("GET", path, params=query)

    async def post(self, path, headers=None, **body):
        return await self._call("POST", path, json=body, more=headers)

    async def _call(self, method, path, more=None, **what):
        headers = {"Authorization": f"Bearer {self.shown}", **(more or {})}
        async with self.client.request(method, f"/api/v1{path}", headers=headers, **what) as answer:
            self.headers = answer.headers
            return answer.status, await answer.json()


@pytest.fixture
def program(door, client):
    """Makes programs: with all scopes but the personal one, unless it is told otherwise."""
    admins = []

    async def make(*scopes, role=Role.AGENT, name="CRM"):
        if not admins:
            admins.append(await door.person("root", "管理员", Role.ADMIN))
        made = await door.parts.interfaces.tokens.make(name, role, scopes or ALL, 30, admins[0])
        return Program(client, made.shown, made.token.user_id)

    return make
