"""What the whole desk's figures say, and that every message is counted once."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.adapters.database.gauges import SqlGauges
from bot.adapters.database.tables import wechat_backlog
from bot.adapters.metrics.messages import counting_messages
from bot.domain.case import CaseState
from bot.domain.conversation import Delivery, Owner
from bot.domain.errors import UnderstandingUnavailable
from bot.domain.followup import Letter, Way
from bot.domain.personal_requests import RequestState
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.domain.webhook import Delivery as Event
from bot.domain.webhook import Webhook
from bot.domain.wechat_records import Sending, SendingState
from bot.monitoring import DatabaseHealth
from bot.services.ports import Backlog, Deadlines, Stage, TurnFailure
from bot.services.turns import Turns
from tests.complaints import EMPTY_PACK
from tests.records import NOW, a_case, a_conversation, a_customer, a_message, a_request, a_user, store
from tests.rooms import reading

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def gauges(database):
    return SqlGauges(database.engine)


class Heard:
    """Measures that are only remembered."""

    def __init__(self):
        self.times, self.answers, self.failures = {}, [], []

    def took(self, turn, stage, seconds):
        self.times.setdefault(turn, set()).add(stage)

    def answered(self, turn, seconds):
        self.answers.append((turn, seconds))

    def failed(self, turn, why):
        self.failures.append(why)


def a_task(id, due_at, **more):
    return Task(id, TaskKind.CALL, "回电", Assignee.ROLE, "agent", NOW, "desk", due_at=due_at, **more)


def an_open_case(name, due_at):
    accepted = {"state": CaseState.ACCEPTED, "number": f"K-{name}", "accepted_at": NOW - 5 * DAY}
    return a_case(name, due_at=due_at, **accepted)


def sending(id, state, at, seq):
    return Sending(id, "talk", seq, seq, 0, "text", {}, at, at, state)


async def test_an_empty_desk_has_nothing_to_do(gauges):
    standing = await gauges.standing(NOW)
    assert standing.owners == {"bot": 0, "queue": 0, "agent": 0}
    assert standing.queue == standing.unanswered == standing.webhooks == Backlog()
    assert dict.fromkeys(("cases", "tasks", "personal_requests"), Deadlines(0, {HOUR: 0, DAY: 0})) == (
        standing.deadlines
    )
    assert standing.letters == standing.sendings == {}


async def test_conversations_count_by_their_owner_and_the_bot_s_while_they_are_lively(gauges, units):
    talks = {
        "bot": {},
        "old": {"updated_at": NOW - 2 * HOUR},
        "first": {"owner": Owner.QUEUE, "waiting_since": NOW - HOUR},
        "second": {"owner": Owner.QUEUE, "waiting_since": NOW},
    }
    for name, more in talks.items():
        conversation = a_conversation(name, customer=name)
        for field, value in more.items():
            setattr(conversation, field, value)
        await store(units, ("customers", a_customer(name)))
        await store(units, ("conversations", conversation))
    standing = await gauges.standing(NOW)
    assert standing.owners == {"bot": 1, "queue": 2, "agent": 0}
    assert standing.queue == Backlog(2, NOW - HOUR)


async def test_messages_that_wait_for_an_answer_are_counted_with_the_oldest(gauges, units, talk):
    waiting = {"delivery": Delivery.WAITING}
    await store(units, ("messages", a_message("m1", 1, created_at=NOW - HOUR, **waiting)))
    await store(units, ("messages", a_message("m2", 2, **waiting)))
    await store(units, ("messages", a_message("m3", 3, delivery=Delivery.ANSWERED)))
    assert (await gauges.standing(NOW)).unanswered == Backlog(2, NOW - HOUR)


async def test_overdue_dates_are_told_from_those_that_come_next(gauges, units, talk):
    for name, due in {"over": -HOUR, "soon": HOUR / 2, "today": 5 * HOUR, "later": 3 * DAY}.items():
        case = an_open_case(name, NOW + due)
        await store(units, ("cases", case), ("tasks", a_task(name, NOW + due)))
    paused = an_open_case("paused", NOW - DAY)
    paused.paused_since = NOW - 2 * DAY
    await store(units, ("cases", paused), ("tasks", a_task("done", NOW - DAY, state=TaskState.DONE)))
    await store(units, ("tasks", a_task("undated", None)))
    standing = await gauges.standing(NOW)
    assert standing.deadlines["cases"] == standing.deadlines["tasks"] == Deadlines(1, {HOUR: 1, DAY: 2})


async def test_requests_about_personal_data_are_overdue_until_they_are_settled(gauges, units, talk):
    dues = {"over": -HOUR, "today": 5 * HOUR, "done": -DAY}
    await store(
        units,
        ("people", a_user("boss")),
        *(("personal_requests", a_request(name, NOW + due)) for name, due in dues.items()),
    )
    async with units() as uow:
        (await uow.personal_requests.get("done")).decide(RequestState.DONE, "boss", NOW)
        await uow.commit()
    assert (await gauges.standing(NOW)).deadlines["personal_requests"] == Deadlines(1, {HOUR: 0, DAY: 1})


async def test_what_waits_to_go_out_is_counted_by_its_way(gauges, units, talk):
    await store(units, ("cases", a_case()))
    letter = Letter("letter", "case", Way.MAIL, "a@b.example", "s", "t", NOW - DAY, NOW)
    await store(units, ("letters", letter))
    async with units() as uow:
        uow.webhooks.add(Webhook("hook", "https://b.example", "s", NOW, "li"))
        await uow.flush()
        uow._session.add(Event("e", "hook", "event", "case.accepted", {}, NOW - HOUR, NOW))
        await uow.commit()
    async with units() as uow:
        states = (SendingState.WAITING, SendingState.HELD, SendingState.FAILED, SendingState.SENT)
        for number, state in enumerate(states):
            uow.wechat.add_sending(sending(state, state, NOW - HOUR, number))
        uow.wechat.add_sending(sending("old", SendingState.FAILED, NOW - 2 * DAY, 9))
        await uow._session.execute(
            insert(wechat_backlog).values(key="k", kept_at=NOW - HOUR, place=0, body="{}")
        )
        await uow.commit()
    standing = await gauges.standing(NOW)
    assert standing.letters == {"mail": Backlog(1, NOW - DAY)}
    assert standing.webhooks == Backlog(1, NOW - HOUR)
    one = Backlog(1, NOW - HOUR)
    assert standing.kept == one
    assert standing.sendings == {"waiting": one, "held": one, "failed": one}


async def test_every_stored_message_is_counted_once_and_one_that_is_not_kept_never(desk, database):
    counted = []
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    with counting_messages(database.engine, lambda *of: counted.append(of)):
        await desk.say(EMPTY_PACK)
        talk = (await desk.conversation()).id
        async with desk.units() as uow:
            conversation = await uow.conversations.get(talk)
            uow.messages.add(a_message("lost", conversation.next_seq(), talk=conversation.id))
            await uow.flush()
    said = await desk.transcript()
    assert sorted(counted) == sorted(
        ("web", "in" if line.author.value == "customer" else line.author.value) for line in said
    )
    await desk.say("在吗")
    assert len(counted) == len(said)


async def test_the_stages_of_a_turn_are_measured_and_a_try_that_fails_is_counted(desk):
    heard = Heard()
    turns = Turns(desk.units, desk.units, desk.room, desk.words, desk.clock, heard)
    message = await desk.send(EMPTY_PACK)
    desk.room.down = True
    with pytest.raises(UnderstandingUnavailable):
        await turns.answer_next(message.conversation_id)
    assert heard.failures == [TurnFailure.RASA_AWAY]
    desk.room.down = False
    desk.clock.turn(seconds=5)
    await turns.answer_next(message.conversation_id)
    assert heard.answers == [(message.id, 5.0)]
    assert heard.times[message.id] >= {Stage.WAITING, Stage.READING, Stage.STORING}
    await turns.give_up(message.conversation_id)
    assert heard.failures[-1] is TurnFailure.GIVEN_UP


async def test_a_database_that_answers_is_told_from_one_that_is_gone(gauges, database):
    assert await DatabaseHealth(gauges).look()
    await database.close()

    class Gone:
        async def reachable(self):
            raise OSError

    assert not await DatabaseHealth(Gone()).look()


async def test_however_many_ask_the_database_is_asked_once_a_second(gauges):
    asked, time = [], [0.0]

    class Counted:
        async def reachable(self):
            asked.append(1)

    health = DatabaseHealth(Counted(), lambda: time[0])
    for _ in range(5):
        assert await health.look()
    assert len(asked) == 1
    time[0] += 1.0
    await health.look()
    assert len(asked) == 2
