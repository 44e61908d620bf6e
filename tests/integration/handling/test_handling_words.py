"""What people type into a case and its customer is told: looked over before, like what agents write."""

import pytest

from bot.domain.outgoing import WarningKind
from bot.services.outgoing_checks import OVERRIDDEN, Unconfirmed
from tests.moves import TO_DEPARTMENT, go, version

RUDE = "这种事不可能发生，请打13900139000"
TO_REPLY = [*TO_DEPARTMENT, ("reply", {"plan": RUDE})]


async def overridden(desk):
    async with desk.units() as uow:
        return [one for one in await uow.audit.after(0, 1000) if one.deed == OVERRIDDEN]


async def refused(handling, case, user, arrow):
    """The warnings for which the move was refused."""
    seen = await version(handling, case, user)
    with pytest.raises(Unconfirmed) as refusal:
        await handling.move(case.id, arrow, user, seen)
    return refusal.value.warnings


async def test_what_the_customer_would_be_told_is_warned_of_and_the_case_stays(desk, handling, case, li):
    await go(handling, case, li, *TO_REPLY)
    before, step = await desk.transcript(), (await desk.cases())[0].step
    warnings = await refused(handling, case, li, "release")
    assert [one.kind for one in warnings] == [WarningKind.TABOO, WarningKind.PERSONAL]
    assert (await desk.cases())[0].step == step
    assert len(await desk.transcript()) == len(before)


async def test_what_was_confirmed_is_told_and_written_down_without_numbers(desk, handling, case, li):
    await go(handling, case, li, *TO_REPLY)
    meant = [one.id for one in await refused(handling, case, li, "release")]
    await handling.move(case.id, "release", li, await version(handling, case, li), confirmed=meant)
    assert RUDE in (await desk.transcript())[-1].text
    (entry,) = await overridden(desk)
    assert (entry.actor, entry.object) == (li.id, f"case:{case.number}")
    assert [one["kind"] for one in entry.details["warnings"]] == ["taboo", "personal"]
    assert "139" not in str(entry.details)


async def test_a_confirmation_of_other_words_counts_for_nothing(handling, case, li):
    seen = await version(handling, case, li)
    with pytest.raises(Unconfirmed) as refusal:
        await handling.pause(case.id, li, seen, "customer", "您这是无理取闹")
    meant = [one.id for one in refusal.value.warnings]
    with pytest.raises(Unconfirmed):
        await handling.pause(case.id, li, seen, "customer", RUDE, meant)


async def test_what_stays_inside_the_house_is_nobodys_to_warn_of(handling, case, li):
    await go(handling, case, li, *TO_REPLY)
    assert (await handling.moves(case.id, li)).case.findings["plan"] == RUDE


async def test_what_a_customer_is_asked_for_is_looked_over_too(desk, handling, case, li):
    seen = await version(handling, case, li)
    with pytest.raises(Unconfirmed):
        await handling.pause(case.id, li, seen, "customer", RUDE)
    await handling.pause(case.id, li, seen, "third_party", RUDE)
    assert (await desk.cases())[0].paused_for == "third_party"


async def test_the_customers_own_number_warns_nobody(desk, handling, case, li):
    await desk.say("我的电话13800138000")
    await handling.pause(
        case.id, li, await version(handling, case, li), "customer", "请确认电话是不是13800138000"
    )
    assert (await desk.cases())[0].paused_for == "customer"
