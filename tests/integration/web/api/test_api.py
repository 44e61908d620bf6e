"""The REST API: the same services and checks as the pages, behind a token."""

from types import SimpleNamespace

import pytest

from bot.domain.api_token import Scope
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind
from bot.web.api.operations import OPERATIONS
from bot.web.limits import Limits
from tests.accepted import accepted, history
from tests.complaints import complain
from tests.doors import sign_in
from tests.rooms import reading

NEW = {
    "channel": "phone",
    "text": "奶茶有一盒是空的",
    "issue": "carton.empty",
    "phone": "13812345678",
    "name": "李女士",
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_without_a_token_no_door_opens(client, operation):
    path = operation.path.replace("{id}", "1")
    async with client.request(operation.method, f"/api/v1{path}", json={}) as answer:
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert (await answer.json())["error"] == "unknown_token"


async def test_a_peoples_sign_in_is_no_token(client, door):
    await door.person()
    await sign_in(client)
    assert (await client.get("/api/v1/cases")).status == 401


async def test_guessing_tokens_is_slowed_down(client):
    statuses = [
        (await client.get("/api/v1/cases", headers={"Authorization": "Bearer kesu_x"})).status
        for _ in range(25)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429


async def test_each_scope_opens_its_own_doors_only(program):
    paths = {
        "/conversations": Scope.CONVERSATIONS_READ,
        "/cases": Scope.CASES_READ,
        "/tasks": Scope.TASKS_WRITE,
        "/handbook/clauses": Scope.HANDBOOK_READ,
    }
    for scope in paths.values():
        crm = await program(scope)
        for path, needed in paths.items():
            status, told = await crm.get(path)
            assert status == (200 if needed is scope else 403), (scope, path, told)
    crm = await program(Scope.CASES_READ)
    assert (await crm.post("/cases", **NEW))[0] == 403


async def test_a_token_that_asks_too_often_is_told_when_to_ask_again(aiohttp_client, door, program):
    crm = await program()
    crm.client = await aiohttp_client(door.app(limits=Limits(api_calls=3)))
    statuses = [(await crm.get("/cases"))[0] for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert int(crm.headers["Retry-After"]) > 0


async def test_conversations_are_read_page_by_page(program, door):
    for visitor in ("a", "b", "c"):
        await door.desk.say("你好", reading("greet"), visitor)
        door.desk.clock.turn(seconds=1)
    crm, seen, after = await program(), [], {}
    while True:
        _, page = await crm.get("/conversations", limit=2, **after)
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == [(await door.desk.conversation(visitor)).id for visitor in "cba"]


async def test_a_conversation_is_read_line_by_line_with_phones_masked(program, door):
    await complain(door.desk)
    await door.desk.say("我的电话13812345678", reading("inform", phone="13812345678"))
    talk = (await door.desk.conversation()).id
    crm, lines, after = await program(), [], 0
    while after is not None:
        _, part = await crm.get(f"/conversations/{talk}", after=after, limit=2)
        lines += part["lines"]
        after = part["next"]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    text = "".join(line["text"] for line in lines)
    assert "13812345678" not in text
    assert "5678" in text


async def test_personal_data_is_shown_by_scope_and_that_is_written_down(program, door):
    case = await accepted(door.desk, "li", phone="13812345678")
    bare = await program()
    assert "13812345678" not in str(await bare.get(f"/cases/{case.id}"))
    full = await program(*Scope)
    assert "13812345678" in str(await full.get(f"/cases/{case.id}"))
    async with door.desk.units() as uow:
        looks = [one for one in await uow.audit.after(0, 100) if one.deed == "api_read"]
    assert [(one.actor, one.object) for one in looks] == [(full.user_id, f"case:{case.number}")]


async def test_cases_are_listed_with_the_filters_of_the_page(program, door):
    case = await accepted(door.desk, "li")
    crm = await program()
    assert [row["number"] for row in (await crm.get("/cases"))[1]["items"]] == [case.number]
    assert (await crm.get("/cases", state="closed"))[1] == {"items": [], "next": None}
    assert [row["id"] for row in (await crm.get("/cases", number=case.number))[1]["items"]] == [case.id]
    assert (await crm.get("/cases", number="K0000-00000"))[1]["items"] == []
    status, told = await crm.get("/cases", state="eaten")
    assert (status, told["error"]) == (400, "invalid_input")


async def test_a_case_is_opened_as_somebody_of_the_desk_would(program, door):
    crm = await program()
    status, told = await crm.post("/cases", **NEW, key="crm-7")
    assert (status, told["state"], told["issue"], told["channel"]) == (
        201,
        "accepted",
        "carton.empty",
        "phone",
    )
    assert told["number"]
    assert crm.headers["ETag"] == f'"{told["version"]}"'
    again = await crm.post("/cases", **NEW, key="crm-7")
    assert again[1]["id"] == told["id"]
    first = (await history(door.desk, SimpleNamespace(id=told["id"])))[0]
    assert first.actor == crm.user_id


async def test_without_an_issue_the_models_is_taken(program, door):
    crm, body = await program(), {**NEW, "issue": None}
    door.desk.room.table[NEW["text"]] = reading("carton.empty", product="奶茶")
    status, told = await crm.post("/cases", **body)
    assert (status, told["issue"], told["facts"]["product"]) == (201, "carton.empty", "奶茶")
    door.desk.room.table[NEW["text"]] = reading("chitchat")
    assert (await crm.post("/cases", **body))[0] == 400


async def test_a_case_is_moved_as_it_was_seen(program):
    crm = await program()
    _, case = await crm.post("/cases", **NEW)
    plain = next(move for move in case["moves"] if not move["needs"] and not move["needs_reason"])
    path, stale = f"/cases/{case['id']}/moves", {"If-Match": f'"{case["version"]}"'}
    status, moved = await crm.post(path, headers=stale, move=plain["id"])
    assert (status, moved["step"] != case["step"]) == (200, True)
    status, told = await crm.post(path, move=plain["id"], version=case["version"])
    assert (status, told["error"]) == (409, "conflict")
    status, told = await crm.post(path, move="no_such_move", version=moved["version"])
    assert (status, told["error"]) == (409, "forbidden_move")
    assert (await crm.post(path, move=plain["id"]))[0] == 400
    assert (await crm.post(path, headers={"If-Match": "*"}, move=plain["id"]))[0] == 400


async def test_a_remark_stands_in_the_history(program, door):
    crm = await program()
    _, case = await crm.post("/cases", **NEW)
    status, told = await crm.post(f"/cases/{case['id']}/notes", text="已在 CRM 登记")
    assert (status, told["version"] > case["version"]) == (201, True)
    last = (await history(door.desk, SimpleNamespace(id=case["id"]), "remarked"))[-1]
    assert (last.payload["note"], last.actor) == ("已在 CRM 登记", crm.user_id)


async def test_tasks_are_listed_and_decided(program, door):
    crm, now = await program(), door.desk.clock.now()
    async with door.desk.units() as uow:
        for nth in range(3):
            name = f"task{nth}"
            uow.tasks.add(Task(name, TaskKind.CALL, "去电 13812345678", Assignee.ROLE, "agent", now, "desk"))
        await uow.commit()
    _, page = await crm.get("/tasks", limit=2)
    assert len(page["items"]) == 2
    _, rest = await crm.get("/tasks", limit=2, after=page["next"])
    assert (len(rest["items"]), rest["next"]) == (1, None)
    task = page["items"][0]
    assert "13812345678" not in task["title"]
    path = f"/tasks/{task['id']}/decision"
    assert (await crm.post(path, outcome="done", version="another"))[0] == 409
    assert (await crm.post(path, outcome="done", version=task["version"]))[0] == 200
    assert len((await crm.get("/tasks"))[1]["items"]) == 2


async def test_the_handbook_is_searched_and_read(program):
    crm = await program()
    _, page = await crm.get("/handbook/clauses", q="抱歉", limit=3)
    assert 0 < len(page["items"]) <= 3
    assert all("抱歉" in "".join([*row["texts"], row["heading"] or ""]) for row in page["items"])
    first = page["items"][0]
    assert (await crm.get(f"/handbook/clauses/{first['id']}"))[1] == first
    assert (await crm.get("/handbook/clauses/X-NONE"))[0] == 404
    _, about = await crm.get("/handbook/clauses", issue="carton.empty")
    assert all("carton.empty" in row["issues"] for row in about["items"])


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/conversations", {"after": "nonsense"}),
        ("/conversations", {"after": "WyIyMDI2LTAxLTAxIiwgMV0"}),
        ("/conversations", {"limit": "0"}),
        ("/conversations", {"owner": "nobody"}),
        ("/conversations", {"colour": "red"}),
        ("/tasks", {"after": "nonsense"}),
    ],
)
async def test_what_cannot_be_asked_is_told_in_the_one_shape(program, path, query):
    status, told = await (await program()).get(path, **query)
    assert (status, told["error"], bool(told["message"])) == (400, "invalid_input", True)


async def test_a_body_that_is_not_json_is_refused(program):
    crm = await program()
    headers = {"Authorization": f"Bearer {crm.shown}"}
    for data, kind, status in (
        ("a=1", "application/x-www-form-urlencoded", 415),
        ("{", "application/json", 400),
        (b"\xff", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("x" * 300_000, "application/json", 413),
    ):
        answer = await crm.client.post("/api/v1/cases", data=data, headers={**headers, "Content-Type": kind})
        assert (answer.status, set(await answer.json())) == (status, {"error", "message"})


async def test_what_is_not_there_is_not_found(program):
    crm = await program()
    for path in ("/cases/nothing", "/conversations/nothing", "/nothing"):
        assert (await crm.get(path))[0] == 404
    assert (await crm.post("/tasks/nothing/decision", outcome="done", version="1"))[0] == 404


async def test_a_user_who_may_not_talk_reads_no_conversations(program, door):
    crm = await program()
    async with door.desk.units() as uow:
        user = await uow.people.get(crm.user_id)
        user.role, user.department = Role.DEPARTMENT, "production"
        await uow.commit()
    assert (await crm.get("/conversations"))[0] == 403
    assert (await crm.post("/cases", **NEW))[0] == 403
