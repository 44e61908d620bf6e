"""The console's API: the list, a conversation, what is new in either; notes, tags, filters."""

import pytest

from tests.console import a_talk
from tests.doors import own_origin
from tests.rooms import reading, risk


@pytest.fixture
async def talk(door):
    return await a_talk(
        door, "visitor", "一箱奶茶里有一盒是空的", reading("carton.empty", 0.87, phone="13812345678")
    )


async def test_the_list_holds_what_is_in_peoples_hands_and_on_request_everything(door, wang, talk):
    bots = await wang.get("list")
    assert (bots["whole"], bots["rows"]) == (True, [])
    everything = await wang.get("list", view="all")
    assert [row["id"] for row in everything["rows"]] == [talk]
    await door.desk.say("转人工", reading("request_human"))
    (row,) = (await wang.get("list"))["rows"]
    assert (row["owner"], row["issue"], row["severity"]) == ("queue", "软包装饮料空包", "严重")
    assert row["waits"] is not None
    assert row["due_at"] is not None


async def test_whoever_names_a_version_gets_only_what_is_newer(door, wang, talk):
    other = await a_talk(door, "second", "转人工", reading("request_human"))
    first = await wang.get("list", view="all")
    assert {row["id"] for row in first["rows"]} == {talk, other}
    unchanged = await wang.get("list", view="all", version=first["version"], boot=first["boot"])
    assert (unchanged["rows"], unchanged["whole"]) == ([], False)
    await wang.act(other, "claim")
    newer = await wang.get("list", view="all", version=first["version"], boot=first["boot"])
    assert [(row["id"], row["agent"]) for row in newer["rows"]] == [(other, "小王")]


async def test_a_version_of_another_start_means_nothing(wang, talk):
    answer = await wang.get("list", view="all", version=99, boot="another")
    assert answer["whole"]
    assert len(answer["rows"]) == 1


async def test_what_left_peoples_hands_is_told_to_those_who_see_only_these(door, wang, talk):
    await wang.act(talk, "claim")
    before = await wang.get("list")
    await wang.act(talk, "release")
    newer = await wang.get("list", version=before["version"], boot=before["boot"])
    assert [(row["id"], row["owner"]) for row in newer["rows"]] == [(talk, "bot")]
    assert (await wang.get("list"))["rows"] == []


async def test_unread_lines_and_the_time_of_waiting_are_counted_until_somebody_answers(door, wang, talk):
    await wang.act(talk, "claim")
    door.desk.clock.turn(minutes=1)
    since = door.desk.clock.now().isoformat()
    await door.desk.send("在吗")
    door.desk.clock.turn(minutes=1)
    await door.desk.send("有人吗")
    row = await wang.row(talk)
    assert row["unread"] >= 2
    await wang.act(talk, "write", text="在的")
    assert (await wang.row(talk))["waits"] is None
    await door.parts.read_marks.by_agent(talk, row_seq := (await wang.talk(talk))["last_seq"])
    assert row_seq > 0
    assert (await wang.row(talk))["unread"] == 0
    assert row["waits"] <= since


async def test_a_conversation_is_given_whole_and_then_only_what_is_new(door, wang, talk):
    whole = await wang.talk(talk)
    assert whole["lines"][0]["author"] == "customer"
    assert whole["lines"][0]["understood"] == {"title": "软包装饮料空包", "confidence": 0.87, "risks": []}
    after = whole["last_seq"]
    nothing = await wang.talk(talk, after=after)
    assert nothing["lines"] == []
    await wang.act(talk, "claim")
    await wang.act(talk, "write", text="您好")
    newer = await wang.talk(talk, after=after)
    assert [line["text"] for line in newer["lines"]][-1] == "您好"
    assert all(line["seq"] > after for line in newer["lines"])


async def test_what_was_understood_later_comes_with_the_next_look(door, wang, talk):
    await wang.act(talk, "claim")
    await door.desk.send("再不处理我就找记者")
    before = await wang.talk(talk)
    assert before["lines"][-1]["understood"] is None
    async with door.desk.units() as uow:
        (*_, last) = await uow.messages.latest(talk)
        last.reading = reading("urge", risks=[risk("media", "记者")]).to_json()
        await uow.commit()
    later = await wang.talk(talk, after=before["last_seq"])
    assert later["lines"] == []
    assert later["again"][-1]["understood"]["risks"] == ["媒体曝光：记者"]


async def test_earlier_lines_are_given_in_pages_without_gaps(door, wang):
    talk = await a_talk(door, "chatter", "你好", reading("greet"))
    await wang.act(talk, "claim")
    for number in range(230):
        await door.desk.send(f"第{number}句", visitor="chatter")
    whole = await wang.talk(talk)
    first = whole["lines"][0]["seq"]
    assert (len(whole["lines"]), first > 1) == (200, True)
    earlier = await wang.get(f"conversations/{talk}/earlier", before=first)
    assert [line["seq"] for line in earlier["lines"]] == list(range(1, first))


async def test_a_long_absence_is_caught_up_in_several_looks(door, wang):
    talk = await a_talk(door, "chatter", "你好", reading("greet"))
    await wang.act(talk, "claim")
    for number in range(230):
        await door.desk.send(f"第{number}句", visitor="chatter")
    seqs, more = [], True
    while more:
        view = await wang.talk(talk, after=seqs[-1] if seqs else 1)
        seqs += [line["seq"] for line in view["lines"]]
        more = view["more"]
    assert seqs == list(range(2, seqs[-1] + 1))
    assert len(seqs) > 229


async def test_a_note_is_seen_by_the_team_and_never_by_the_customer(door, wang, li, talk):
    assert (await wang.post(f"conversations/{talk}/note", text=" 同一批号有过两起 ")).status == 200
    (note,) = (await li.talk(talk))["notes"]
    assert (note["author"], note["text"]) == ("小王", "同一批号有过两起")
    assert (await li.talk(talk, note=note["id"]))["notes"] == []
    view = await door.parts.transcripts.customer("web", "visitor")
    assert all("批号有过" not in line.text for line in view.lines)
    assert (await wang.post(f"conversations/{talk}/note", text=" ")).status == 400


async def test_tags_are_put_on_and_taken_off_and_are_the_same_however_they_are_typed(wang, li, talk):
    await wang.post(f"conversations/{talk}/tag", add=["＃回头客", "媒体 风险"])
    await li.post(f"conversations/{talk}/tag", add=["回头客"], remove=["媒体  风险"])
    row = await wang.row(talk, view="all")
    assert row["tags"] == ["回头客"]
    begin = await wang.get("begin")
    assert set(begin["tags"]) == set(row["tags"])


async def test_more_tags_than_a_row_can_show_are_refused(wang, talk):
    answer = await wang.post(f"conversations/{talk}/tag", add=[f"标签{n}" for n in range(13)])
    assert answer.status == 400
    assert (await wang.row(talk, view="all"))["tags"] == []


async def test_filters_are_kept_for_each_person(wang, li):
    await wang.post("filters", name="微信未读", query={"channel": "wechat", "unread": "yes"})
    kept = (await wang.get("begin"))["filters"]
    assert kept == [{"name": "微信未读", "query": {"channel": "wechat", "unread": "yes"}}]
    assert (await li.get("begin"))["filters"] == []
    await wang.post("filters", name="微信未读", query={"channel": "web"})
    assert [one["query"] for one in (await wang.get("begin"))["filters"]] == [{"channel": "web"}]
    await wang.post("filters/drop", name="微信未读")
    assert (await wang.get("begin"))["filters"] == []


@pytest.mark.parametrize("path", ["list", "begin", "conversations/c1", "cases/c1", "ws"])
async def test_without_a_sign_in_nothing_is_told(aiohttp_client, door, path):
    client = await aiohttp_client(door.app())
    answer = await client.get(f"/desk/api/{path}", headers=own_origin(client))
    assert (answer.status, (await answer.json())["error"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "path", ["conversations/c1/claim", "conversations/c1/note", "bulk", "filters", "presence"]
)
async def test_what_comes_from_a_foreign_page_is_refused(wang, path):
    answer = await wang.client.post(f"/desk/api/{path}", json={}, headers={"Origin": "https://evil.example"})
    assert (answer.status, (await answer.json())["error"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    "body", [{}, {"expected": "1"}, {"expected": -1}, {"expected": True}, {"expected": None}]
)
@pytest.mark.parametrize("deed", ["claim", "assign", "transfer", "release", "close", "reopen", "write"])
async def test_a_deed_that_names_no_version_is_refused(wang, talk, deed, body):
    answer = await wang.client.post(f"/desk/api/conversations/{talk}/{deed}", json=body, headers=wang.headers)
    assert (answer.status, (await answer.json())["error"]) == (400, "invalid_input")


async def test_where_scripts_dont_run_the_page_holds_the_plain_list(wang, talk):
    page = await (await wang.client.get("/desk")).text()
    plain = page[page.index("<noscript>") : page.index("</noscript>")]
    assert f"/desk/conversations/{talk}" in plain


async def test_a_customers_markup_in_the_page_stays_words(wang, door):
    await a_talk(door, "evil", "</script><script>alert(1)</script>", reading("chitchat"))
    page = await (await wang.client.get("/desk")).text()
    assert "<script>alert" not in page


async def test_older_conversations_are_found_beyond_the_board(door, wang, talk):
    row = await wang.row(talk, view="all")
    assert (await wang.get("list", before=row["updated_at"]))["rows"] == []
    later = "2030-01-01T00:00:00+00:00"
    assert [one["id"] for one in (await wang.get("list", before=later))["rows"]] == [talk]
    assert (await wang.client.get("/desk/api/list?before=yesterday")).status == 400


async def test_a_row_never_names_those_from_whom_it_is_hidden(wang, talk):
    row = await wang.row(talk, view="all")
    assert "hidden" not in row


async def test_somebody_away_is_shown_as_away(wang, li):
    answer = await wang.post("presence", away=True)
    people = {one["name"]: one["state"] for one in (await answer.json())["people"]}
    assert people["小王"] in ("away", "offline")
