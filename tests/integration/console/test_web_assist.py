"""Search, the handbook at hand and the check before sending, as the console asks for them."""

import pytest

from bot.domain.people import Role
from tests.complaints import EMPTY_PACK, complain
from tests.doors import own_origin, sign_in


@pytest.fixture
async def talk(door, client):
    """小王, signed in, has taken over a complaint of an empty carton."""
    await complain(door.desk)
    await door.desk.silence(minutes=9)
    agent = await door.person()
    conversation = (await door.desk.conversation()).id
    await door.desk.agents.claim(conversation, agent.id, agent.name)
    await sign_in(client)
    return conversation


async def get(client, path, **query):
    answer = await client.get(f"/desk/api/{path}", params=query)
    return answer.status, await answer.json()


async def post(client, path, **body):
    answer = await client.post(f"/desk/api/conversations/{path}", json=body, headers=own_origin(client))
    return answer.status, await answer.json()


async def version(door):
    return (await door.desk.conversation()).version


async def test_a_conversation_and_its_case_are_found(client, talk):
    status, found = await get(client, "search", q="naicha")
    assert status == 200
    assert {one["kind"] for one in found["results"]} == {"case", "conversation"}
    assert not found["more"]
    line = next(one for one in found["results"] if one["kind"] == "conversation")
    assert [part["text"] for part in line["snippet"] if part["hit"]] == ["奶茶"]
    assert "".join(part["text"] for part in line["snippet"]) == EMPTY_PACK


async def test_filters_of_the_search_are_heard(client, talk):
    for wanted in ({"kind": "case"}, {"state": "accepted"}, {"owner": "agent"}, {"since": "2026-03-18"}):
        assert (await get(client, "search", q="奶茶", **wanted))[1]["results"], wanted
    for unwanted in ({"state": "closed"}, {"owner": "bot"}, {"until": "2026-03-17"}, {"channel": "wechat"}):
        assert not (await get(client, "search", q="奶茶", **unwanted))[1]["results"], unwanted


@pytest.mark.parametrize("query", [
    {"kind": "x"}, {"state": "x"}, {"owner": "x"}, {"severity": "x"}, {"since": "x"}, {"page": "x"},
    {"page": "0"}, {"page": "51"},
])  # fmt: skip
async def test_a_filter_that_there_is_not_is_refused(client, talk, query):
    assert (await get(client, "search", q="奶茶", **query))[0] == 400


async def test_the_handbook_is_offered_for_this_conversation(client, talk):
    status, found = await get(client, "handbook", conversation=talk, q="kongbao")
    assert status == 200
    assert found["clauses"][0]["clause"] == "S-BEV-TETRA-1"
    assert {"version", "text", "about", "step", "source", "fits", "missing"} <= set(found["clauses"][0])
    assert (await get(client, "handbook", conversation="nowhere", q=""))[0] == 404


async def test_a_text_is_checked_before_it_is_sent(client, talk):
    status, found = await post(client, f"{talk}/check", text="这不可能")
    (warning,) = found["warnings"]
    assert (status, warning["kind"], warning["taboo"], warning["confirm"]) == (200, "taboo", "T-P3", True)
    assert warning["better"]["clause"] == "S-DEEP-2"
    assert found["quote"] is None


async def test_an_unconfirmed_warning_is_answered_with_all_of_them(client, talk, door):
    body = {"text": "这不可能", "expected": await version(door)}
    status, refused = await post(client, f"{talk}/write", **body)
    assert (status, refused["error"]) == (409, "unconfirmed")
    confirmed = [one["id"] for one in refused["warnings"]]
    assert (await post(client, f"{talk}/write", **body, confirmed=confirmed))[0] == 200
    assert [line.text for line in await door.desk.transcript()][-1] == "这不可能"


async def test_an_inserted_clause_is_sent_with_its_id_and_version(client, talk, door):
    _, found = await get(client, "handbook", conversation=talk, q="S-DEEP-3")
    clause = found["clauses"][0]
    quote = {"clause": clause["clause"], "version": clause["version"]}
    _, looked = await post(client, f"{talk}/check", text=clause["text"], quote=quote)
    assert looked == {"warnings": [], "quote": quote}
    body = {"text": clause["text"], "expected": await version(door), "quote": quote}
    assert (await post(client, f"{talk}/write", **body))[0] == 200
    last = (await door.desk.transcript())[-1]
    assert (last.clause, last.clause_version) == ("S-DEEP-3", 1)


@pytest.mark.parametrize("quote", ["S-DEEP-3", {"clause": "S-DEEP-3"}, {"clause": 1, "version": 1}])
async def test_a_quote_that_is_none_is_refused(client, talk, quote):
    assert (await post(client, f"{talk}/check", text="您好", quote=quote))[0] == 400


async def test_strangers_and_departments_get_nothing_of_it(client, door, talk):
    client.session.cookie_jar.clear()
    assert (await get(client, "search", q="奶茶"))[0] == 401
    await door.person("zhao", "小赵", Role.DEPARTMENT, department="production")
    await sign_in(client, "zhao")
    assert (await get(client, "search", q="奶茶")) == (200, {"results": [], "more": False})
    assert (await get(client, "search", q="奶茶", kind="conversation"))[0] == 403
    assert (await get(client, "handbook", conversation=talk))[0] == 403
    assert (await post(client, f"{talk}/check", text="您好"))[0] == 403
