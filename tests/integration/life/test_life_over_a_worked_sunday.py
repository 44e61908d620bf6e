"""A case over Sunday 20 September 2026, which is worked (调休).

Nobody works from 25 to 27 September (中秋) and from 1 to 7 October (国庆).
"""

from datetime import datetime

import pytest

from bot.domain.case import CaseState
from bot.domain.task import TaskState
from bot.services import extensions
from bot.services.inbox import Outcome
from tests.life import complain, deadlines, stands
from tests.rooms import reading


@pytest.mark.parametrize(
    ("day", "time", "due"),
    [("09-18", "17:00", "09-24 18:00"), ("09-19", "11:00", "09-28 18:00"), ("09-20", "17:59", "09-28 18:00"),
     ("09-20", "18:00", "09-29 18:00")],
    ids=["Friday", "the Saturday off", "the worked Sunday", "the worked Sunday after hours"],
)  # fmt: skip
async def test_a_worked_sunday_counts_as_the_working_day_it_is(life, day, time, due):
    life.begin(day, time)
    await complain(life.desk)
    assert await deadlines(life) == (due, None)


async def test_a_case_lives_over_a_worked_sunday_and_two_holidays(life, li, zhao, boss):
    life.begin("09-18", "17:00")
    await complain(life.desk)
    await life.until("09-20", "09:30")
    await life.take(li, "investigate")
    await life.take(li, "found", investigation="同批次有漏装")
    await life.take(li, "dispatch", department="responsible")
    assert (await deadlines(life))[1] == "09-23 18:00"
    wanted = datetime.fromisoformat("2026-09-30T18:00+08:00")
    asked = await extensions.ask(
        life.desk.units, life.desk.clock, (await life.case()).id, wanted, "等检验报告", li
    )
    await life.decide(boss, "申请延期", Outcome.APPROVED)
    assert (await deadlines(life))[0] == "09-30 18:00"
    await life.until("09-23", "17:59")
    await life.take(zhao, "reply", plan="换一箱新的")
    await life.take(li, "release")
    await life.desk.say("同意", reading("affirm"))
    await life.take(zhao, "implement", result="已换货")
    assert (await deadlines(life))[1] == "10-08 18:00"
    await life.until("09-28", "09:00")  # two working days on: the 24th, and the first after 中秋
    await life.desk.say("非常满意", choice="visit.1")
    assert await stands(life) == (CaseState.CLOSED, "closed", 0)
    assert await life.entries("due_broken", "task_broken") == []
    async with life.desk.units() as uow:
        assert (await uow.tasks.get(asked.id)).state is TaskState.DONE
