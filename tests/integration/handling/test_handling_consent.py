"""A customer answers the solution in the chat, and the case moves."""

import pytest

from tests.complaints import complain
from tests.moves import TO_PLAN, go
from tests.rooms import reading


@pytest.fixture
async def offered(handling, case, li):
    """A case whose customer has just been told the solution."""
    await go(handling, case, li, *TO_PLAN)


async def stands(desk):
    (case,) = await desk.cases()
    return case.step, case.round


@pytest.mark.parametrize("label", ["affirm", "satisfied"])
async def test_a_yes_to_the_solution_sets_it_going(desk, offered, label):
    said = await desk.say("可以，就这样办", reading(label))
    assert await stands(desk) == ("implementing", 0)
    assert any("就按这个方案办" in text for text in said)


@pytest.mark.parametrize("label", ["deny", "dissatisfied"])
async def test_a_no_to_the_solution_goes_back_to_the_department_in_the_customers_words(desk, offered, label):
    said = await desk.say("不行，我要退款", reading(label))
    (case,) = await desk.cases()
    assert (case.step, case.round, case.findings["objection"]) == ("dispatched", 1, "不行，我要退款")
    assert any("重新考虑" in text for text in said)


async def test_who_answered_is_in_the_history(desk, offered):
    await desk.say("同意", reading("affirm"))
    (case,) = await desk.cases()
    async with desk.units() as uow:
        entries = await uow.cases.history(case.id)
    assert [entry.actor for entry in entries if (entry.payload or {}).get("arrow") == "agree"] == ["customer"]


async def test_a_yes_after_something_else_was_said_moves_nothing(desk, offered):
    await desk.say("你是机器人吗", reading("bot_challenge"))
    await desk.say("好的", reading("affirm"))
    assert await stands(desk) == ("consulting", 0)


async def test_a_yes_while_no_solution_is_open_moves_nothing(desk):
    await complain(desk)
    await desk.silence(minutes=9)
    await desk.say("好的", reading("affirm"))
    assert await stands(desk) == ("accepted", 0)
