"""The table of docs/permissions.md, and how its cells are tried: real requests, seen from outside."""

import re
from dataclasses import dataclass
from functools import cache

from bot.domain.case import Case, CaseState
from bot.domain.conversation import Owner
from bot.domain.people import Role, User
from bot.settings import ROOT
from tests.complaints import EMPTY_PACK
from tests.doors import PASSWORD, own_origin
from tests.rooms import reading

ROLES = (Role.AGENT, Role.SENIOR, Role.SUPERVISOR, Role.ADMIN, Role.DEPARTMENT)
YES, NO, HIDDEN = "✓", "–", "404"
_ROW = re.compile(r"^\| `(GET|POST|socket) ([^`]+)` \|(.*)\|$")
_PLACE = re.compile(r"\{(\w+)[^/]*?\}+(?=/|$|\.)")
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
_PEOPLE_FORM = {"name": "小李", "role": "agent"}
# What is sent where an empty form would be refused before anybody looks at who asks for what.
_FORMS = {
    "POST /desk/inbox/{id}": {"outcome": "done"},
    "POST /desk/conversations/{id}/write": {"text": "您好"},
    "POST /desk/cases/{id}/{arrow}": {"version": ""},
    "POST /desk/cases/{id}/do/correct": {
        "version": "",
        "severity": "严重",
        "severity_shown": "",
        "reason": "看错了",
    },
    "POST /desk/cases/{id}/do/merge": {"version": "", "into": "", "reason": "同一件事"},
    "POST /desk/cases/{id}/do/split": {"version": "", "reason": "误并"},
    "POST /desk/people/{id}": _PEOPLE_FORM,
    "POST /desk/people/{id}/password": {"password": PASSWORD},
}
_JSON = {
    "write": {"text": "您好"},
    "note": {"text": "记一笔"},
    "tag": {"add": ["急"], "remove": []},
    "check": {"text": "您好"},
    "assign": {"to": "chen"},
    "transfer": {"to": "chen", "note": ""},
}


@dataclass(frozen=True)
class Row:
    """A route, and for each role what happens with one's own and with others' conversation or case."""

    method: str
    path: str
    cells: tuple[tuple[str, str], ...]

    @property
    def name(self):
        return f"{self.method} {self.path}"


@cache
def table():
    """The rows of docs/permissions.md by route; tables of other shapes hold names alone."""
    text = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    rows = [found for line in text.splitlines() if (found := _ROW.match(line))]
    made = [Row(row[1], row[2], tuple(map(_cell, row[3].split("|")))) for row in rows]
    return {row.name: row for row in made}


def _cell(text):
    own, _, other = text.strip().partition(" / ")
    return own, other or own


def is_somebodys(row):
    """Whether it is about one conversation or case, which can be one's own or another's."""
    return "/conversations/{id}" in row.path or "/cases/{id}" in row.path


def routes(app):
    """Every route of the application, by method and path."""
    found = set()
    for route in app.router.routes():
        if route.method != "HEAD" and not route.resource.canonical.startswith("/static"):
            path = _PLACE.sub(r"{\1}", route.resource.canonical)
            found.add(f"{route.method} {path}")
    return found


def tried():
    """The rows that have a cell for every role."""
    return [row for row in table().values() if len(row.cells) == len(ROLES) and row.method != "socket"]


@dataclass
class Scene:
    """Who tries the doors, two colleagues, a conversation with its case; `into` is another case."""

    me: User
    li: User
    chen: User
    talk: str
    case: Case
    into: Case
    version: int = 0
    seq: int = 0

    async def give(self, door, path, *, mine):
        """Make conversation and case one's own or a colleague's, as the route wants them."""
        who = self.me if mine else self.li
        async with door.desk.units() as uow:
            conversation, case = await uow.conversations.get(self.talk), await uow.cases.get(self.case.id)
            closed = path.endswith("/reopen")
            conversation.owner = Owner.CLOSED if closed else Owner.AGENT
            conversation.agent_id = None if closed else who.id
            case.state, case.step, case.closed_at = CaseState.ACCEPTED, self.case.step, None
            case.merged_into, case.paused_since = None, None
            if path.endswith("/split"):
                case.state, case.merged_into = CaseState.MERGED, self.into.id
            case.handler_id, case.department = who.id, "production" if mine else "sales"
            for person in (self.li, self.chen):
                (await uow.people.get(person.id)).active = True
            self.version, self.seq = conversation.version, (await uow.cases.last_event(case.id)).seq
            await uow.commit()


async def set_up(door, role):
    """The scene for somebody of this role."""
    cases = []
    for visitor in ("visitor", "another"):
        await door.desk.say(
            EMPTY_PACK, reading("carton.empty", product="奶茶", phone="13800138000"), visitor=visitor
        )
    await door.desk.silence(minutes=30)
    for visitor in ("visitor", "another"):
        cases += await door.desk.cases(visitor)
    me = await door.person(role=role, department="production" if role is Role.DEPARTMENT else None)
    await door.person("root", "管理员", Role.ADMIN)
    li, chen = await door.person("li", "小李"), await door.person("chen", "小陈")
    await door.parts.presence.console(chen.id).__aenter__()  # for as long as the test lasts
    return Scene(me, li, chen, cases[0].conversation_id, cases[0], cases[1])


async def ask(client, row, scene):
    """Send what a page or script would send: what came of it, as a cell says it."""
    path, ids = row.path, {"conversations": scene.talk, "cases": scene.case.id, "people": scene.li.id}
    for kind, known in ids.items():
        path = path.replace(f"/{kind}/{{id}}", f"/{kind}/{known}")
    path = re.sub(r"\{form\}", "F-D01-1", re.sub(r"\{arrow\}", "investigate", path))
    path = re.sub(r"\{\w+\}", "0a0a", path)
    headers = {"Accept": "application/json"} | own_origin(client)
    if path.endswith("/ws"):
        headers |= UPGRADE
    more = {}
    if row.method == "POST" and path.startswith("/desk/api/"):
        sent = _JSON.get(path.rpartition("/")[2], {})
        known = {name: scene.chen.id if value == "chen" else value for name, value in sent.items()}
        more["json"] = {"expected": scene.version, "version": scene.seq} | known
    elif row.method == "POST":
        form = _FORMS.get(row.name) or {"nothing": ""}
        known = {"version": str(scene.seq), "into": scene.into.number}
        more["data"] = {name: known.get(name, value) for name, value in form.items()}
    answer = await client.request(row.method, path, headers=headers, allow_redirects=False, **more)
    error = None
    if answer.content_type == "application/json" and answer.status >= 400:
        error = (await answer.json()).get("error")
    answer.close()
    return verdict(row, answer.status, error)


def verdict(row, status, error):
    """The cell that an answer means: being refused for what was sent is being let in."""
    assert status < 500, (row.name, status)
    if status == 403:
        return NO
    if status == 409 and "/conversations/" in row.path:
        return NO  # it isn't theirs
    if status == 404 and ("/cases/{id}" in row.path or "/conversations/{id}" in row.path):
        return HIDDEN
    return YES
