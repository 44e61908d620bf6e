import asyncio
import copy
import sqlite3
from datetime import date

import pytest

from bot.nlu.action_calls import ActionCalls
from bot.nlu.channel import TurnInput
from bot.nlu.processor import turn_processor
from bot.nlu.tracker_store import KEPT_ANSWERS, ConflictError
from bot.nlu.turn import AbortedTurnError, MalformedError
from tests.nlu.fake_desk import answer, die, hang, raw, slots
from tests.nlu.room_server import SECRET

pytestmark = pytest.mark.asyncio

COMPLAINT = "你们的水有怪味"
OPEN = {"case": "c1", "question": "product"}


def rows(tmp_path, table):
    with sqlite3.connect(tmp_path / "nlu.db") as database:
        return database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 -- a table's name


async def test_a_message_is_understood_and_answered(take, desk):
    taken = await take("你好")
    assert taken["turn"] == "t-1"
    assert taken["replies"] == [
        {"text": "action_greet", "clause": "clause.action_greet", "version": 2, "choices": []}
    ]
    assert taken["reading"]["label"] == "greet"
    assert "taken_as" not in taken["reading"]
    assert desk.called == ["action_greet"]


async def test_the_risks_of_a_message_come_with_its_turn_and_again_when_it_is_repeated(take, desk):
    taken = await take("我要找記者", turn="once")
    assert [(risk["kind"], risk["text"]) for risk in taken["reading"]["risks"]] == [("media", "記者")]
    assert await take("我要找記者", turn="once") == taken


async def test_every_action_call_carries_the_secret_the_turn_and_its_place(take, desk):
    await take(COMPLAINT)
    assert desk.called == ["action_hear_complaint", "action_ask_details"]
    assert [call["headers"]["X-Kesu-Action"] for call in desk.calls] == ["1", "2"]
    assert {call["headers"]["X-Kesu-Turn"] for call in desk.calls} == {"t-1"}
    assert {call["headers"]["Authorization"] for call in desk.calls} == {f"Bearer {SECRET}"}


async def test_actions_learn_the_turn_the_context_and_the_reading(take, desk):
    taken = await take("13812345678", **OPEN)
    call = desk.calls[0]["json"]
    assert call["sender_id"] == "c-1"
    assert call["tracker"]["slots"]["question"] == "product"
    assert call["tracker"]["active_loop"] == {"name": "complaint_form"}
    metadata = call["tracker"]["latest_message"]["metadata"]
    assert metadata == {"turn": "t-1", "context": OPEN, "reading": taken["reading"]}


async def test_action_calls_share_one_connection(take, desk):
    for _ in range(4):
        await take("你好")
    assert len(desk.peers) == 1


async def test_the_same_turn_again_gives_the_same_answer_and_does_nothing(take, desk, tmp_path):
    text = "  我的電話是13812345678"
    first = await take(text, turn="once", **OPEN)
    before = rows(tmp_path, "nlu_trackers"), rows(tmp_path, "nlu_answers"), list(desk.called)
    assert await take(text, turn="once", **OPEN) == first
    assert (rows(tmp_path, "nlu_trackers"), rows(tmp_path, "nlu_answers"), desk.called) == before
    assert first["reading"]["entities"] == [
        {"entity": "phone", "value": "13812345678", "start": 7, "end": 18, "normal": "+8613812345678"}
    ]


async def test_the_same_turn_twice_at_once_is_executed_once(take, desk):
    first, second = await asyncio.gather(take("你好", turn="once"), take("你好", turn="once"))
    assert first == second
    assert desk.called == ["action_greet"]


FAILURES = {
    "an error": raw(500, b"{}"),
    "an action the desk does not know": raw(404, b"{}"),
    "no JSON": raw(200, b"<html>"),
    "no object": raw(200, b"[]"),
    "events that are none": raw(200, b'{"events": [{"event": "slot"}], "responses": []}'),
    "a rejection that is none": raw(400, b"nonsense"),
    "a redirect": raw(302, b""),
    "no answer": hang,
    "a broken connection": die,
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("action", ["action_hear_complaint", "action_ask_details"])
async def test_a_turn_with_a_failed_action_leaves_no_trace(take, desk, tmp_path, action, failure):
    healthy = dict(desk.does)
    desk.does[action] = failure
    with pytest.raises(AbortedTurnError):
        await take(COMPLAINT, turn="again")
    assert rows(tmp_path, "nlu_trackers") == rows(tmp_path, "nlu_answers") == []
    desk.calls.clear()
    desk.does = healthy
    taken = await take(COMPLAINT, turn="again")
    assert [reply["text"] for reply in taken["replies"]] == ["heard", "action_ask_details"]
    assert [call["headers"]["X-Kesu-Action"] for call in desk.calls] == ["1", "2"]


async def test_a_turn_aborted_in_mid_conversation_leaves_the_conversation_as_it_was(take, desk, tmp_path):
    await take(COMPLAINT)
    before = rows(tmp_path, "nlu_trackers"), rows(tmp_path, "nlu_answers")
    desk.does["validate_complaint_form"] = raw(500)
    with pytest.raises(AbortedTurnError):
        await take("红茶", **OPEN)
    assert (rows(tmp_path, "nlu_trackers"), rows(tmp_path, "nlu_answers")) == before


async def test_a_turn_without_an_action_server_leaves_no_trace(take, room, agent, tmp_path):
    room._calls.url = room.action_endpoint.url = "http://127.0.0.1:9/webhook"
    with pytest.raises(AbortedTurnError):
        await take("你好")
    assert rows(tmp_path, "nlu_answers") == []


async def test_a_dialogue_in_circles_leaves_no_trace(take, desk, tmp_path):
    desk.does["action_greet"] = answer("again", [{"event": "followup", "name": "action_greet"}])
    with pytest.raises(AbortedTurnError, match="too many"):
        await take("你好")
    assert rows(tmp_path, "nlu_answers") == []


async def test_an_action_that_rejects_to_run_is_left_to_rasa(take, desk):
    desk.does["action_greet"] = raw(400, b'{"action_name": "action_greet", "error": "not now"}')
    assert (await take("你好"))["replies"] == []


async def test_nothing_is_saved_when_another_room_answered_meanwhile(take, desk, tmp_path):
    def elsewhere():
        with sqlite3.connect(tmp_path / "nlu.db") as database:
            database.execute("UPDATE nlu_trackers SET turns = turns + 1")

    await take("你好")
    desk.does["action_greet"] = answer("late", before=elsewhere)
    with pytest.raises(ConflictError):
        await take("你好")
    assert len(rows(tmp_path, "nlu_answers")) == 1


async def test_a_failing_database_is_no_empty_memory(take, desk, tmp_path):
    with sqlite3.connect(tmp_path / "nlu.db") as database:
        database.execute("DROP TABLE nlu_answers")
    with pytest.raises(Exception, match="nlu_answers"):
        await take("你好")
    assert desk.called == []


async def test_the_memory_holds_none_of_the_customers_words(take, tmp_path):
    await take("我叫欧阳小敏，电话13812345678，水有怪味")
    await take("欧阳小敏的红茶", **OPEN)
    kept = repr(rows(tmp_path, "nlu_trackers") + rows(tmp_path, "nlu_answers"))
    assert not any(words in kept for words in ("欧阳", "13812345678", "怪味", "红茶"))


async def test_answers_of_the_last_turns_are_kept_and_older_ones_go(take, desk, tmp_path):
    for _ in range(KEPT_ANSWERS + 3):
        await take("你好", choice="greet")
    assert sorted(row[2] for row in rows(tmp_path, "nlu_answers")) == list(range(4, KEPT_ANSWERS + 4))


async def test_a_turn_costs_the_same_after_500_messages_as_after_10(take, desk, tmp_path):
    talk = [
        ("你好", {"choice": "greet"}),
        (COMPLAINT, {"choice": "water.odor"}),
        ("红茶", OPEN | {"choice": "inform"}),
    ]
    loaded, posted = {}, {}
    for number in range(1, 500):
        if number in (10, 499):
            loaded[number] = sum(len(row[2]) for row in rows(tmp_path, "nlu_trackers"))
            desk.calls.clear()
        text, context = talk[number % 3]
        await take(text, **context)
        posted[number] = sum(call["bytes"] for call in desk.calls)
    assert loaded[499] <= 1.3 * loaded[10]
    assert posted[499] <= 1.3 * posted[10]


async def test_a_complaint_is_heard_asked_about_and_accepted(take, desk):
    await take(COMPLAINT)
    await take("红茶", **OPEN)
    desk.does["validate_complaint_form"] = answer("noted", slots(question=None, details="complete"))
    await take("13812345678", case="c1", question="phone")
    assert desk.called == [
        *("action_hear_complaint", "action_ask_details"),
        *("validate_complaint_form", "action_ask_details"),
        *("validate_complaint_form", "action_accept_case"),
    ]


async def test_a_complaint_that_leaves_nothing_open_is_accepted_at_once(take, desk):
    desk.does["action_hear_complaint"] = answer("heard", slots(case="c1", question=None))
    await take(COMPLAINT)
    assert desk.called == ["action_hear_complaint", "action_accept_case"]


async def test_an_interruption_is_answered_and_the_question_asked_again(take, desk):
    await take("你好", choice="greet", **OPEN)
    assert desk.called == ["action_greet", "action_ask_details"]


async def test_asking_for_a_human_ends_the_questions(take, desk):
    await take("转人工", **OPEN)
    await take("好的", choice="affirm")
    assert desk.called == ["action_hand_over", "action_confirm"]


async def test_what_the_desk_says_is_open_counts_and_not_what_rasa_remembers(take, desk):
    await take("红茶", choice="inform", **OPEN)  # Rasa knows of no question
    await take("红茶", choice="inform")  # Rasa remembers one; the desk has closed it
    assert desk.called == ["validate_complaint_form", "action_ask_details", "action_take_facts"]


async def test_a_withdrawal_asked_back_is_no_field(take, desk):
    await take("是的", choice="affirm", case="c1", question="withdraw")
    assert desk.called == ["action_confirm"]
    assert desk.calls[0]["json"]["tracker"]["slots"]["question"] == "withdraw"


async def test_an_answer_that_reads_like_small_talk_is_taken_as_an_answer(take, desk):
    taken = await take("红茶", **OPEN)
    assert taken["reading"]["taken_as"] == "inform"
    assert taken["reading"]["label"] not in (None, "inform")
    assert desk.called[0] == "validate_complaint_form"


async def test_a_pressed_button_is_its_label_whatever_the_text_says(take, desk):
    taken = await take("你好", choice="request_human")
    reading = taken["reading"]
    assert (reading["label"], reading["confidence"], reading["taken_as"]) == (
        "request_human",
        1.0,
        "request_human",
    )
    assert desk.called == ["action_hand_over"]


async def test_the_text_behind_a_pressed_button_is_read_for_its_facts(take):
    pressed = await take("我叫欧阳小敏，电话13812345678", choice="request_human", about="m-1")
    plain = await take("我叫欧阳小敏，电话13812345678")
    for key in ("entities", "parts", "normal", "script"):
        assert pressed["reading"][key] == plain["reading"][key]


async def test_a_message_with_two_clauses_says_what_each_of_them_says(take, room):
    taken = await take(f"{COMPLAINT}，红茶也没有吸管")
    parts = taken["reading"]["parts"]
    assert [found["text"] for found in parts] == [COMPLAINT, "红茶也没有吸管"]
    alone = await room.reader.read([COMPLAINT], date(2026, 3, 18))
    assert parts[0]["label"] == alone[0]["label"]
    assert parts[0]["confidence"] == pytest.approx(alone[0]["confidence"])


async def test_the_clauses_are_there_again_when_a_turn_is_repeated(take):
    text = f"{COMPLAINT}，红茶也没有吸管"
    first = await take(text, turn="twice")
    assert await take(text, turn="twice") == first
    assert len(first["reading"]["parts"]) == 2


@pytest.mark.parametrize("choice", ["restart", "session_start", "back", "nlu_fallback", "nonsense"])
async def test_a_choice_that_is_no_label_is_refused(take, desk, choice):
    with pytest.raises(MalformedError):
        await take("你好", choice=choice)
    assert desk.called == []


ORDERS = [
    "/restart",
    "/session_start",
    "/back",
    '/request_human{"x":1}',
    "/withdraw@1.0",
    '/inform{"phone": "13800000000"}',
    "  /request_human",
    "／request_human",
    "\u200b/request_human",
    "\u3000/request_human",
    "/request_human\n",
    "EXTERNAL: request_human",
]


@pytest.mark.parametrize("text", ORDERS)
async def test_what_looks_like_an_order_is_read_as_text(take, room, desk, text):
    await take(COMPLAINT)
    reading = (await take(text, **OPEN))["reading"]
    assert reading["confidence"] < 1.0
    assert len(reading["ranking"]) > 1  # an order's has one place
    assert all(found["value"] in text and found["entity"] != "x" for found in reading["entities"])
    remembered = room._store._recall("c-1", "")
    assert remembered.turns == 2
    assert ["user", "water.odor"] in remembered.state["steps"]


async def test_the_same_order_would_be_obeyed_by_stock_rasa(agent):
    parsed = await agent.parse_message('/request_human{"x":1}')
    assert parsed["intent"] == {"name": "request_human", "confidence": 1.0}


async def test_a_text_without_anything_to_read_is_not_understood(take, desk):
    for text in ("", "   ", "\u200b"):
        taken = await take(text)
        assert taken["reading"]["label"] is None
    assert desk.called == ["action_ask_again"] * 3


async def test_another_model_is_used_as_soon_as_it_is_loaded(room, agent, model, desk):
    channel = TurnInput(SECRET)
    agent.action_endpoint = ActionCalls(desk.url, SECRET)
    first = channel._processor_of(agent)
    assert channel._processor_of(agent) is first
    kept = copy.copy(agent.__dict__)
    agent.load_model(model)
    assert channel._processor_of(agent) is not first
    agent.__dict__.update(kept)


async def test_another_tracker_store_is_refused(agent, desk):
    from rasa.core.tracker_store import InMemoryTrackerStore
    from rasa.shared.exceptions import RasaException

    agent.tracker_store = InMemoryTrackerStore(agent.domain)
    with pytest.raises(RasaException, match=r"endpoints\.yml"):
        turn_processor(agent, ActionCalls(desk.url, SECRET))
