"""The console's socket and deeds: races, stale screens, who looks on, what is new after a lost line."""

import asyncio

import pytest

from bot.domain.conversation import Owner
from bot.domain.people import Avoidance, Avoiding
from bot.services.outgoing_checks import OVERRIDDEN
from tests.console import a_talk
from tests.pages import page as visitor_page
from tests.rooms import reading


@pytest.fixture
async def talk(door):
    await a_talk(door, "visitor", "一箱奶茶里有一盒是空的", reading("carton.empty", 0.87))
    return await a_talk(door, "visitor", "转人工", reading("request_human"))


async def test_of_two_who_claim_at_once_one_wins_and_the_other_hears_who(wang, li, talk):
    answers = await asyncio.gather(wang.act(talk, "claim"), li.act(talk, "claim"))
    assert sorted(answer.status for answer in answers) == [200, 409]
    won, lost = sorted(answers, key=lambda answer: answer.status)
    winner = (await won.json())["row"]["agent"]
    said = await lost.json()
    assert said["error"] == "conflict"
    assert winner in said["message"]
    assert said["row"]["agent"] == winner


@pytest.mark.parametrize("deed", ["claim", "release", "close", "write"])
async def test_a_stale_screen_changes_nothing_and_is_shown_how_it_stands(door, wang, li, talk, deed):
    stale = (await wang.talk(talk))["row"]["version"]
    await wang.act(talk, "claim")
    await wang.act(talk, "release")
    await li.act(talk, "claim")
    before = await door.desk.conversation()
    answer = await wang.act(talk, deed, expected=stale, text="您好")
    said = await answer.json()
    assert (answer.status, said["row"]["agent"]) == (409, "小李")
    after = await door.desk.conversation()
    assert (after.version, after.agent_id, after.last_seq) == (before.version, li.id, before.last_seq)


async def test_a_message_that_is_sent_again_is_said_once(door, wang, talk):
    await wang.act(talk, "claim")
    for _ in range(2):
        answer = await wang.act(talk, "write", text="您好，我是小王。", client_id="a.1")
        assert answer.status == 200
    lines = [line.text for line in await door.desk.transcript()]
    assert lines.count("您好，我是小王。") == 1


async def test_a_transfer_carries_its_note_to_the_colleague(wang, li, talk):
    await wang.act(talk, "claim")
    async with li.socket():
        answer = await wang.act(talk, "transfer", to=li.id, note="顾客在等换货的单号")
        assert answer.status == 200, await answer.text()
    row = await li.row(talk)
    assert (row["agent"], row["note"]) == ("小李", "顾客在等换货的单号")


async def test_a_taboo_is_sent_only_by_who_confirms_it_and_that_is_written_down(door, wang, talk):
    await wang.act(talk, "claim")
    refused = await wang.act(talk, "write", text="这么简单的问题您都不懂")
    said = await refused.json()
    assert (refused.status, said["error"]) == (409, "unconfirmed")
    ids = [one["id"] for one in said["warnings"]]
    sent = await wang.act(talk, "write", text="这么简单的问题您都不懂", confirmed=ids)
    assert sent.status == 200
    async with door.desk.units() as uow:
        entries = [one for one in await uow.audit.after(0, 1000) if one.deed == OVERRIDDEN]
    assert len(entries) == 1


async def test_a_bulk_deed_does_what_it_can_and_names_the_rest(door, wang, li, talk):
    other = await a_talk(door, "second", "转人工", reading("request_human"))
    versions = {one: (await wang.talk(one))["row"]["version"] for one in (talk, other)}
    await li.act(other, "claim")
    answer = await (await wang.post("bulk", deed="claim", of=versions)).json()
    assert answer["done"] == 1
    assert list(answer["refused"]) == [other]
    assert (await wang.row(talk))["agent"] == "小王"
    assert (await wang.post("bulk", deed="release", of=versions)).status == 400


async def test_an_open_console_is_told_of_every_change_without_asking(door, wang, li, talk):
    async with li.socket() as screen:
        await screen.shows(lambda rows: talk in rows and rows[talk]["owner"] == "queue")
        await wang.act(talk, "claim")
        await screen.shows(lambda rows: rows[talk]["agent"] == "小王")
        await door.desk.send("在吗")
        await screen.shows(lambda rows: rows[talk]["last_text"] == "在吗")
        await wang.act(talk, "release")
        await screen.shows(lambda rows: rows[talk]["owner"] == "bot")
    assert screen.rows[talk]["last_text"] == (await wang.row(talk, view="all"))["last_text"]


async def test_after_a_lost_line_only_what_was_missed_is_told(door, wang, li, talk):
    other = await a_talk(door, "second", "转人工", reading("request_human"))
    async with li.socket() as before:
        await before.shows(lambda rows: {talk, other} <= rows.keys())
    await wang.act(talk, "claim")
    async with li.socket(version=before.version, boot=before.boot) as again:
        frame = await again.next("rows")
    assert (frame["whole"], [row["id"] for row in frame["rows"]]) == (False, [talk])


async def test_who_looks_at_the_same_conversation_is_shown_and_that_they_type(wang, li, talk):
    async with wang.socket() as mine, li.socket() as theirs:
        await mine.say("look", conversation=talk)
        await theirs.say("look", conversation=talk)
        frame = await mine.next("lookers")
        while not frame["people"]:
            frame = await mine.next("lookers")
        assert frame["people"] == [{"name": "小李", "typing": False}]
        await theirs.say("typing")
        while not frame["people"][0]["typing"]:
            frame = await mine.next("lookers")
        await theirs.say("look", conversation=None)
        while frame["people"]:
            frame = await mine.next("lookers")


async def test_typing_goes_both_ways_between_the_agent_and_the_customer(aiohttp_client, door, wang):
    customer = await aiohttp_client(door.app())
    token = door.parts.visitors.token("typist").text
    talk = await a_talk(door, "typist", "转人工", reading("request_human"))
    await wang.act(talk, "claim")
    async with wang.socket() as screen, visitor_page(customer, token) as page:
        await page.next("lines")
        await screen.say("look", conversation=talk)
        await screen.next("changed")
        await screen.say("typing")
        assert (await page.next("typing"))["who"] == "agent"
        await page.say("typing")
        assert (await screen.next("typing"))["conversation"] == talk


async def test_the_page_that_shows_a_conversation_says_what_was_read(door, wang, talk):
    await wang.act(talk, "claim")
    async with wang.socket() as screen:
        await screen.say("look", conversation=talk)
        await screen.say("read", seq=2)
        await screen.say("ping")
        await screen.next("pong")
    assert (await door.desk.conversation()).agent_read_seq == 2


async def test_frames_that_make_no_sense_are_let_lie(wang, talk):
    async with wang.socket() as screen:
        for frame in ("{", "[]", '{"type": "look", "conversation": 7}', '{"type": "read", "seq": "x"}'):
            await screen.socket.send_str(frame)
        await screen.say("look", conversation="nobody")
        await screen.say("ping")
        assert (await screen.next("pong"))["type"] == "pong"


async def test_whom_a_complaint_is_about_sees_nothing_of_it(door, wang, li, talk):
    (case,) = await door.desk.cases()
    async with wang.socket() as screen:
        await screen.shows(lambda rows: talk in rows)
        async with door.desk.units() as uow:
            uow.avoidances.add(Avoidance(wang.id, case.id, talk, Avoiding.BY_HAND, door.desk.clock.now()))
            uow.changed(talk)
            await uow.commit()
        await screen.shows(lambda rows: talk not in rows)
    assert (await wang.get("list", view="all"))["rows"] == []
    assert (await wang.get("list", before="2030-01-01T00:00:00+00:00"))["rows"] == []
    answer = await wang.client.get(f"/desk/api/conversations/{talk}")
    assert answer.status == 404
    done = await (await wang.post("bulk", deed="tag", of={talk: 1}, add=["看看"])).json()
    assert (done["done"], len(done["refused"])) == (0, 1)
    assert (await li.row(talk, view="all"))["id"] == talk


async def test_a_case_at_the_side_is_moved_on_and_refused_when_it_had_changed(door, wang, talk):
    await wang.act(talk, "claim")
    brief = (await wang.talk(talk))["cases"][0]
    case = await wang.get(f"cases/{brief['id']}")
    (first, *_) = case["moves"]
    answer = await wang.post(f"cases/{case['id']}/{first['id']}", expected=case["version"], values={})
    moved = await answer.json()
    assert answer.status == 200, moved
    assert moved["version"] > case["version"]
    again = await wang.post(f"cases/{case['id']}/{first['id']}", expected=case["version"], values={})
    assert again.status == 409
    assert (await wang.talk(talk))["cases"][0]["mark"] != brief["mark"]


async def test_a_case_is_paused_and_resumed_at_the_side(wang, talk):
    await wang.act(talk, "claim")
    case = await wang.get(f"cases/{(await wang.talk(talk))['cases'][0]['id']}")
    body = {"expected": case["version"], "waits_for": "customer", "wanted": "批号的照片"}
    paused = await (await wang.post(f"cases/{case['id']}/do/pause", **body)).json()
    assert paused["waits_for"] == "顾客"
    resumed = await wang.post(f"cases/{case['id']}/do/resume", expected=paused["version"])
    assert (await resumed.json())["waits_for"] is None


async def test_facts_at_the_side_are_masked(door, wang):
    talk = await a_talk(door, "caller", "水有怪味", reading("water.odor", phone="13812345678"))
    case = await wang.get(f"cases/{(await wang.talk(talk))['cases'][0]['id']}")
    assert ["联系电话", "*******5678"] in case["facts"]
    assert "13812345678" not in str(case)


async def test_the_owner_of_a_closed_conversation_is_nobody_until_it_is_opened_again(door, wang, talk):
    await wang.act(talk, "claim")
    view = await wang.talk(talk)
    await door.parts.read_marks.by_agent(talk, view["last_seq"])
    assert (await wang.act(talk, "close")).status == 200
    assert (await door.desk.conversation()).owner is Owner.CLOSED
    assert (await wang.act(talk, "reopen")).status == 200
    assert (await door.desk.conversation()).agent_id == wang.id
