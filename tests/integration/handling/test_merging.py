"""Merged cases come apart again where they stood, and no merge goes in a circle."""

import pytest

from bot.domain.case import CaseState
from bot.domain.errors import ForbiddenMove, MissingValues, NotAllowed
from bot.domain.history import first_break
from bot.domain.people import Role
from tests.accepted import accepted, again, employ, history, version

TEA = {"product": "奶茶"}


@pytest.fixture
async def senior(desk):
    return await employ(desk, "wang", Role.SENIOR)


async def merged(desk, handling, senior):
    """One customer's case merged into another's: both."""
    first, second = await accepted(desk, "一", **TEA), await accepted(desk, "二", **TEA)
    await handling.merge(first.id, second.number, senior, await version(desk, first), "同一批")
    return first, second


async def test_a_merged_case_is_split_off_where_it_stood_and_both_histories_say_so(desk, handling, senior):
    first, second = await merged(desk, handling, senior)
    await handling.split(first.id, senior, await version(desk, first), "两回事")
    now = await again(desk, first)
    assert (now.state, now.merged_into, now.step) == (CaseState.ACCEPTED, None, first.step)
    assert (await history(desk, first, "split"))[0].payload["after"]["state"] == "accepted"
    assert (await history(desk, second, "parted"))[0].payload["parted"] == first.number
    assert first_break(await history(desk, first)) is None


async def test_a_merge_does_not_go_in_a_circle(desk, handling, senior):
    first, second = await merged(desk, handling, senior)
    with pytest.raises(ForbiddenMove, match=f"已经并入 {second.number}"):
        await handling.merge(second.id, first.number, senior, await version(desk, second), "反过来")
    assert (await again(desk, second)).state is CaseState.ACCEPTED


async def test_a_case_that_is_not_merged_is_not_split(desk, handling, senior):
    case = await accepted(desk, "一", **TEA)
    with pytest.raises(ForbiddenMove, match="没有并入"):
        await handling.split(case.id, senior, await version(desk, case), "两回事")


async def test_splitting_wants_a_reason_and_who_may_merge(desk, handling, senior):
    first, _ = await merged(desk, handling, senior)
    agent, seen = await employ(desk, "li"), await version(desk, first)
    with pytest.raises(MissingValues):
        await handling.split(first.id, senior, seen, " ")
    with pytest.raises(NotAllowed):
        await handling.split(first.id, agent, seen, "两回事")
    assert (await again(desk, first)).state is CaseState.MERGED


async def test_the_cases_that_went_into_another_are_found(desk, handling, senior):
    first, second = await merged(desk, handling, senior)
    async with desk.units() as uow:
        assert [case.id for case in await uow.judgements.absorbed(second.id)] == [first.id]
