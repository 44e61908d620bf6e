"""What an agent is about to send is looked over; sending it anyway is possible and written down."""

from dataclasses import replace

import pytest

from bot.domain.outgoing import WarningKind
from bot.domain.reading import Entity
from bot.domain.task import TaskKind
from bot.services.outgoing import Quote
from bot.services.outgoing_checks import Unconfirmed
from bot.services.promises import Promises
from tests.rooms import reading

TABOO = "这种事不可能发生。"
PROMISE = "给您添麻烦了，我们48小时内给您回电。"


@pytest.fixture
def outgoing(assistance):
    return assistance.outgoing


async def kinds(outgoing, talk, li, text):
    looked = await outgoing.look_over(talk, text, li)
    return [(one.kind, text[one.start : one.end]) for one in looked.warnings]


async def send(desk, outgoing, talk, li, text, confirmed=(), quote=None):
    looked = await outgoing.cleared(talk, text, li, confirmed, quote)
    return await desk.agents.write(talk, li.id, text, looked)


async def tasks(desk, kind):
    (case,) = await desk.cases()
    async with desk.units() as uow:
        return [task for task in await uow.tasks.of_case(case.id) if task.kind is kind]


async def test_a_taboo_is_named_with_its_reason_and_something_better(outgoing, talk, li):
    (warning,) = (await outgoing.look_over(talk, TABOO, li)).warnings
    assert (warning.kind, warning.taboo, warning.words) == (WarningKind.TABOO, "T-P3", "不可能")
    assert warning.reason == "没有核实就否认"
    assert (warning.better.clause, "待填" in warning.better.text) == ("S-DEEP-2", True)


async def test_a_taboo_is_found_in_traditional_characters(outgoing, talk, li):
    assert await kinds(outgoing, talk, li, "俗話說一分價錢一分貨") == [(WarningKind.TABOO, "一分價錢一分貨")]


async def test_somebody_elses_number_warns_the_customers_own_and_the_companys_dont(outgoing, talk, li, desk):
    await desk.say("我的电话13800138000")
    text = "核对一下：13800138000，热线400-000-0000，同事13900139000"
    assert await kinds(outgoing, talk, li, text) == [(WarningKind.PERSONAL, "13900139000")]
    (warning,) = (await outgoing.look_over(talk, text, li)).warnings
    assert warning.words == "*******9000"


async def test_an_identity_number_of_somebody_else_warns(outgoing, talk, li):
    text = "证件号是110101199003071233吧"
    assert await kinds(outgoing, talk, li, text) == [(WarningKind.PERSONAL, "110101199003071233")]


async def test_a_blank_that_was_left_open_warns(outgoing, talk, li):
    text = "我们会在【待填：回电时间】联系您。"
    assert await kinds(outgoing, talk, li, text) == [(WarningKind.BLANK, "【待填：回电时间】")]


async def test_nothing_is_wrong_with_a_kind_sentence(outgoing, talk, li):
    assert await kinds(outgoing, talk, li, "很抱歉给您添了麻烦，我马上核实。") == []


async def test_what_was_not_confirmed_is_not_sent(outgoing, talk, li, desk):
    with pytest.raises(Unconfirmed) as refused:
        await send(desk, outgoing, talk, li, TABOO)
    assert [one.taboo for one in refused.value.warnings] == ["T-P3"]
    assert TABOO not in [line.text for line in await desk.transcript()]


async def test_what_was_confirmed_is_sent_and_written_down_without_numbers(outgoing, talk, li, desk):
    text = f"{TABOO}请打13900139000"
    looked = await outgoing.look_over(talk, text, li)
    message = await send(desk, outgoing, talk, li, text, [one.id for one in looked.warnings])
    async with desk.units() as uow:
        written = [one for one in await uow.audit.after(0, 1000) if one.deed == "warning_overridden"]
    (entry,) = written
    assert (entry.actor, entry.object) == (li.id, f"conversation:{talk}")
    assert entry.details["message"] == message.id
    assert [one["taboo"] for one in entry.details["warnings"]] == ["T-P3", None]
    assert "139" not in str(entry.details)


async def test_a_confirmation_of_other_words_counts_for_nothing(outgoing, talk, li, desk):
    looked = await outgoing.look_over(talk, TABOO, li)
    with pytest.raises(Unconfirmed):
        await send(desk, outgoing, talk, li, "您这是无理取闹", [one.id for one in looked.warnings])


async def test_a_promise_hinders_nobody_and_is_asked_about_afterwards(outgoing, talk, li, desk):
    await send(desk, outgoing, talk, li, PROMISE)
    await Promises(desk.units, desk.units, desk.room, desk.words, desk.clock).look()
    (task,) = await tasks(desk, TaskKind.REVIEW)
    assert task.payload["words"] == "48小时内"


async def test_a_promise_that_was_confirmed_is_a_task_at_once_and_only_once(outgoing, talk, li, desk):
    (warning,) = (await outgoing.look_over(talk, PROMISE, li)).warnings
    assert (warning.kind, warning.must_be_confirmed) == (WarningKind.PROMISE, False)
    message = await send(desk, outgoing, talk, li, PROMISE, [warning.id])
    await Promises(desk.units, desk.units, desk.room, desk.words, desk.clock).look()
    (task,) = await tasks(desk, TaskKind.PROMISE)
    assert (task.due_at, task.payload["message"], task.assignee) == (warning.due_at, message.id, li.id)
    assert await tasks(desk, TaskKind.REVIEW) == []


async def test_while_rasa_is_away_a_promise_is_still_seen_and_asked_about_later(outgoing, talk, li, desk):
    desk.room.down = True
    (warning,) = (await outgoing.look_over(talk, PROMISE, li)).warnings
    await send(desk, outgoing, talk, li, PROMISE, [warning.id])
    assert await tasks(desk, TaskKind.PROMISE) == []
    desk.room.down = False
    await Promises(desk.units, desk.units, desk.room, desk.words, desk.clock).look()
    assert len(await tasks(desk, TaskKind.REVIEW)) == 1


async def test_a_day_that_rasa_reads_is_a_promise_too(outgoing, talk, li, desk):
    text = "我们明天上午给您答复。"
    day = Entity("date", "明天上午", 2, 6, normal="2026-03-19")
    desk.room.table[text] = replace(reading("inform"), entities=(day,))
    (warning,) = (await outgoing.look_over(talk, text, li)).warnings
    await send(desk, outgoing, talk, li, text, [warning.id])
    (task,) = await tasks(desk, TaskKind.PROMISE)
    assert task.payload["words"] == "明天上午"


async def test_what_quotes_the_handbook_carries_clause_and_version(outgoing, assistance, talk, li, desk):
    found = (await assistance.handbook.find(talk, "S-DEEP-3", li))[0]
    quote = Quote(found.clause, found.version)
    sent = await send(desk, outgoing, talk, li, found.text, quote=quote)
    own = await send(desk, outgoing, talk, li, f"{found.text}真的。", quote=quote)
    assert (sent.clause, sent.clause_version) == ("S-DEEP-3", 1)
    assert (own.clause, own.clause_version) == (None, None)


async def test_a_printed_clause_that_may_be_said_is_not_warned_of(outgoing, assistance, talk, li):
    found = (await assistance.handbook.find(talk, "S-BEV-TETRA-1", li))[0]
    assert "绝非" in found.text
    looked = await outgoing.look_over(talk, found.text, li, Quote(found.clause, found.version))
    assert [one for one in looked.warnings if one.kind is WarningKind.TABOO] == []
    assert [one.taboo for one in (await outgoing.look_over(talk, found.text, li)).warnings if one.taboo]
