"""Who gets through which door of the desk."""

import re

import pytest

from bot.domain.people import Role
from tests.doors import PASSWORD, own_origin, sign_in
from tests.records import a_conversation, a_customer, store

AGENTS = {Role.AGENT, Role.SENIOR, Role.SUPERVISOR, Role.ADMIN}
SUPERVISORS = {Role.SUPERVISOR, Role.ADMIN}
ADMINS = {Role.ADMIN}
EVERYBODY = {*Role}
EXTENDED = {"until": "2026-04-01T18:00", "reason": "等检验"}
CORRECTED = {"version": "1", "people": "2", "reason": "看错了"}
POST_OF_WANG = {"name": "小王", "role": "agent"}
# door: (method, path, form, who gets through, what they are answered)
DOORS = {
    "the list of conversations": ("GET", "/desk", {}, AGENTS, 200),
    "a conversation": ("GET", "/desk/conversations/talk", {}, AGENTS, 200),
    "claim it": ("POST", "/desk/conversations/talk/claim", {}, AGENTS, 200),
    "write in it": ("POST", "/desk/conversations/talk/write", {"text": "您好"}, AGENTS, 409),
    "give it back": ("POST", "/desk/conversations/talk/release", {}, AGENTS, 409),
    "live updates": ("GET", "/desk/ws", {}, AGENTS, 101),
    "a photo": ("GET", "/desk/files/f0", {}, AGENTS, 404),
    "its original": ("GET", "/desk/files/f0/original", {}, AGENTS, 404),
    "the inbox": ("GET", "/desk/inbox", {}, EVERYBODY, 200),
    "decide a task": ("POST", "/desk/inbox/t0", {"outcome": "done"}, EVERYBODY, 404),
    "the cases": ("GET", "/desk/cases", {}, EVERYBODY, 200),
    "one of the cases": ("GET", "/desk/cases/c0", {}, EVERYBODY, 404),
    "move it": ("POST", "/desk/cases/c0/reply", {"version": "1"}, EVERYBODY, 404),
    "let it rest": ("POST", "/desk/cases/c0/do/pause", {"version": "1"}, AGENTS, 404),
    "go on with it": ("POST", "/desk/cases/c0/do/resume", {"version": "1"}, AGENTS, 404),
    "extend it": ("POST", "/desk/cases/c0/do/extend", EXTENDED, AGENTS, 404),
    "merge it": ("POST", "/desk/cases/c0/do/merge", {"version": "1"}, AGENTS, 404),
    "split it": ("POST", "/desk/cases/c0/do/split", {"version": "1", "reason": "误并"}, AGENTS, 404),
    "correct its level": ("POST", "/desk/cases/c0/do/correct", CORRECTED, AGENTS, 404),
    "take its evidence": ("POST", "/desk/cases/c0/do/evidence", {}, SUPERVISORS, 404),
    "a paper of it": ("GET", "/desk/cases/c0/papers/F-D01-1", {}, AGENTS, 404),
    "the paper's file": ("GET", "/desk/cases/c0/papers/F-D01-1/file", {}, AGENTS, 404),
    "fill the paper in": ("POST", "/desk/cases/c0/papers/F-D01-4/values", {"plan": "换"}, AGENTS, 404),
    "ask for its approval": ("POST", "/desk/cases/c0/papers/F-D01-1/approval", {}, AGENTS, 404),
    "the own password": ("GET", "/desk/password", {}, EVERYBODY, 200),
    "change the own password": ("POST", "/desk/password", {}, EVERYBODY, 400),
    "the line for other sites": ("GET", "/desk/widget", {}, ADMINS, 200),
    "the month's register": ("GET", "/desk/registers", {}, SUPERVISORS, 200),
    "the people": ("GET", "/desk/people", {}, ADMINS, 200),
    "add somebody": ("POST", "/desk/people", {}, ADMINS, 400),
    "one of the people": ("GET", "/desk/people/p0", {}, ADMINS, 404),
    "change them": ("POST", "/desk/people/p0", POST_OF_WANG, ADMINS, 404),
    "deactivate them": ("POST", "/desk/people/p0/deactivate", {}, ADMINS, 404),
    "let them in again": ("POST", "/desk/people/p0/reactivate", {}, ADMINS, 404),
    "reset their password": ("POST", "/desk/people/p0/password", {"password": PASSWORD}, ADMINS, 404),
}
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip


@pytest.fixture
async def talk(door):
    """A conversation."""
    await store(door.desk.units, ("customers", a_customer()), ("conversations", a_conversation()))


@pytest.fixture
async def admin(door, client):
    """The admin, signed in."""
    user = await door.person("root", "管理员", Role.ADMIN)
    await sign_in(client, "root")
    return user


async def enter(client, door, *, origin=True):
    """Try a door as a script would, which gets errors by their keys."""
    method, path, form, _, _ = DOORS[door]
    headers = {"Accept": "application/json"} | (own_origin(client) if origin else {})
    if path == "/desk/ws":
        headers |= UPGRADE
    answer = await client.request(method, path, data=form or None, headers=headers, allow_redirects=False)
    error = (await answer.json()).get("error") if answer.content_type == "application/json" else None
    answer.close()
    return answer.status, error


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("role", Role)
async def test_every_role_gets_through_its_doors_and_no_other(client, door, talk, role, name):
    await door.person(role=role, department="production" if role is Role.DEPARTMENT else None)
    await sign_in(client)
    *_, through, answer = DOORS[name]
    status, error = await enter(client, name)
    if role in through:
        assert (status, error) != (403, "not_allowed")
        assert status == answer
    else:
        assert (status, error) == (403, "not_allowed")


@pytest.mark.parametrize("name", DOORS)
async def test_every_door_is_shut_without_a_sign_in(client, talk, name):
    assert await enter(client, name) == (401, "not_signed_in")


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door[0] == "POST"])
async def test_every_button_is_refused_to_foreign_pages(client, admin, talk, name):
    assert await enter(client, name, origin=False) == (403, "not_allowed")


def test_every_door_of_the_desk_is_in_the_matrix(door):
    reached = {
        (
            method,
            re.sub("F-D01-.", "{form}", re.sub("talk|[cfpt]0", "{id}", path)).replace("reply", "{arrow}"),
        )
        for method, path, *_ in DOORS.values()
    }
    there = {
        (route.method, re.sub(r"{(id|form):[^/]*}}?", r"{\1}", route.resource.canonical))
        for route in door.app().router.routes()
        if route.resource.canonical.startswith("/desk") and route.method != "HEAD"
    }
    signing_in_and_out = {("GET", "/desk/login"), ("POST", "/desk/login"), ("POST", "/desk/logout")}
    assert there - signing_in_and_out == reached


async def test_a_refused_page_says_so_politely_and_leads_back(client, door):
    await door.person(role=Role.DEPARTMENT, department="production")
    await sign_in(client)
    answer = await client.get("/desk")
    page = await answer.text()
    assert answer.status == 403
    assert "请联系管理员" in page
    assert 'href="/desk/inbox"' in page


@pytest.mark.parametrize(
    ("role", "home", "doors"),
    [
        (Role.AGENT, "/desk", ["会话", "待办", "投诉"]),
        (Role.ADMIN, "/desk", ["会话", "待办", "投诉", "月报", "人员", "嵌入"]),
        (Role.DEPARTMENT, "/desk/inbox", ["待办", "部门投诉"]),
    ],
)
async def test_each_role_starts_where_it_works_and_sees_only_its_doors(client, door, role, home, doors):
    await door.person(role=role, department="production")
    assert (await sign_in(client)).headers["Location"] == home
    page = await (await client.get(home)).text()
    bar = page[page.index("<nav") : page.index("</nav>")]
    assert re.findall(r"<a [^>]*>([^<\s]+)", bar) == doors


async def test_a_changed_role_counts_from_the_next_request(client, door):
    user = await door.person()
    await sign_in(client)
    assert (await client.get("/desk")).status == 200
    await door.parts.staff.change(
        user.id, name="小王", role=Role.DEPARTMENT, department="sales", positions=(), by="the test"
    )
    assert (await client.get("/desk")).status == 403
