"""Approvals: what a decision makes true, and four eyes, on each database."""

import pytest

from bot.domain.errors import Conflict, NotAllowed
from bot.domain.people import Role
from bot.domain.task import Assignee, TaskKind, TaskState
from bot.services.inbox import Outcome
from tests.tasks import MANAGER, decide, history, put, stored


async def test_an_approval_takes_effect_with_the_decision(door, inbox, decisions, case):
    await door.person("li", "小李", positions={"general_manager"})
    manager = await door.person(positions={"general_manager"})
    task = await put(door, TaskKind.APPROVAL, MANAGER, case_id=case)
    await decide(inbox, task, manager, Outcome.APPROVED, "同意赔付")
    assert decisions.made == [("t1", True, "wang", "同意赔付")]
    assert (await stored(door)).state is TaskState.DONE


async def test_a_refusal_takes_effect_with_its_reason(door, inbox, decisions):
    manager = await door.person(positions={"general_manager"})
    task = await put(door, TaskKind.APPROVAL, MANAGER)
    await decide(inbox, task, manager, Outcome.REFUSED, "金额太高")
    assert decisions.made == [("t1", False, "wang", "金额太高")]
    assert (await stored(door)).state is TaskState.REFUSED


async def test_a_decision_without_effect_is_no_decision(door, inbox, decisions, case):
    manager = await door.person(positions={"general_manager"})
    task = await put(door, TaskKind.APPROVAL, MANAGER, case_id=case, created_by=manager.id)
    decisions.broken = True
    with pytest.raises(Conflict, match="变化"):
        await decide(inbox, task, manager, Outcome.APPROVED)
    kept = await stored(door)
    assert (kept.state, kept.payload) == (TaskState.OPEN, {})
    assert await history(door, case) == []


async def test_who_proposed_may_not_approve_while_another_holds_the_position(door, inbox, decisions):
    proposer = await door.person(positions={"general_manager"})
    other = await door.person("li", "小李", positions={"general_manager"})
    task = await put(door, TaskKind.APPROVAL, MANAGER, created_by=proposer.id)
    assert "另一位同事" in (await inbox.of(proposer))[0].blocked
    with pytest.raises(NotAllowed, match="另一位同事"):
        await decide(inbox, task, proposer, Outcome.APPROVED)
    assert decisions.made == []
    await decide(inbox, task, other, Outcome.APPROVED)
    assert decisions.made == [("t1", True, "li", "")]


@pytest.mark.parametrize("other", ["nobody", "deactivated", "holds another position"])
async def test_the_only_holder_may_approve_their_own_and_the_history_says_so(door, inbox, case, other):
    proposer = await door.person(positions={"general_manager"})
    if other != "nobody":
        position = "general_manager" if other == "deactivated" else "finance"
        second = await door.person("li", "小李", positions={position})
        if other == "deactivated":
            await door.parts.staff.deactivate(second.id, by="the test")
    task = await put(door, TaskKind.APPROVAL, MANAGER, created_by=proposer.id, case_id=case)
    entry = (await inbox.of(proposer))[0]
    assert (entry.alone, entry.blocked) == (True, None)
    await decide(inbox, task, proposer, Outcome.APPROVED)
    (noted,) = await history(door, case)
    assert (noted.payload["outcome"], noted.payload["alone"]) == ("approved", True)
    assert (await stored(door)).payload["alone"] is True


async def test_four_eyes_hold_for_a_role_that_others_stand_in_for_too(door, inbox):
    proposer = await door.person(role=Role.SUPERVISOR)
    task = await put(door, TaskKind.APPROVAL, (Assignee.ROLE, "supervisor"), created_by=proposer.id)
    assert (await inbox.of(proposer))[0].alone
    admin = await door.person("root", "管理员", Role.ADMIN)
    with pytest.raises(NotAllowed, match="另一位同事"):
        await decide(inbox, task, proposer, Outcome.APPROVED)
    await decide(inbox, task, admin, Outcome.APPROVED)
