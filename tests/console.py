"""An agent's console without a browser: what its page asks for and does."""

import asyncio
import json
from contextlib import asynccontextmanager

from bot.domain.people import Role
from tests.doors import own_origin, sign_in

PATIENCE = 5  # seconds


class Console:
    """Somebody who signed in, with the version of each conversation as their page would show it."""

    def __init__(self, client, user_id):
        self.client, self.id = client, user_id
        self.headers = own_origin(client)

    async def get(self, path, **query):
        answer = await self.client.get(
            f"/desk/api/{path}", params={name: str(value) for name, value in query.items()}
        )
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def post(self, path, **body):
        return await self.client.post(f"/desk/api/{path}", json=body, headers=self.headers)

    async def talk(self, talk, **query):
        return await self.get(f"conversations/{talk}", **query)

    async def row(self, talk, view="mine"):
        rows = (await self.get("list", view=view))["rows"]
        return next(row for row in rows if row["id"] == talk)

    async def act(self, talk, deed, expected=None, **body):
        """Do something to a conversation as it stands, or as an older screen showed it."""
        if expected is None:
            expected = (await self.talk(talk, after=0))["row"]["version"]
        return await self.post(f"conversations/{talk}/{deed}", expected=expected, **body)

    @asynccontextmanager
    async def socket(self, *, everything=False, version=0, boot=""):
        async with self.client.ws_connect("/desk/api/ws", headers=self.headers) as socket:
            page = OpenConsole(socket)
            await page.say("hello", version=version, boot=boot, everything=everything)
            yield page


class OpenConsole:
    """The socket of an open console, with the list as it was told."""

    def __init__(self, socket):
        self.socket = socket
        self.rows = {}
        self.version, self.boot = 0, ""

    async def say(self, kind, **more):
        await self.socket.send_str(json.dumps({"type": kind, **more}))

    async def hear(self):
        message = await asyncio.wait_for(self.socket.receive(), PATIENCE)
        assert isinstance(message.data, str), message
        frame = json.loads(message.data)
        if frame["type"] == "rows":
            if frame["whole"]:
                self.rows.clear()
            self.rows |= {row["id"]: row for row in frame["rows"]}
            for gone in frame.get("gone", ()):
                self.rows.pop(gone, None)
            self.version, self.boot = frame["version"], frame["boot"]
        return frame

    async def next(self, kind):
        while (frame := await self.hear())["type"] != kind:
            pass
        return frame

    async def shows(self, holds):
        """Hear frames until the list is as wanted."""
        while not holds(self.rows):
            await self.hear()


async def sign_in_as(aiohttp_client, server, door, login, name, role=Role.AGENT):
    """A client of its own in which this new person is signed in."""
    client = await aiohttp_client(server)
    user = await door.person(login, name, role)
    await sign_in(client, login)
    return Console(client, user.id)


async def a_talk(door, visitor, text, understood):
    """The id of a conversation in which this visitor said that, and the bot answered."""
    await door.desk.say(text, understood, visitor=visitor)
    return (await door.desk.conversation(visitor)).id
