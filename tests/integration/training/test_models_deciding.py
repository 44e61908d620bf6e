"""What people decide about models, and whose word counts."""

import pytest

from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput
from bot.domain.model import ModelState
from bot.domain.people import Role
from bot.services.models.deciding import ModelDecisions
from tests.models import BAD_EXAMPLE, a_model, bad_report, good_report, put, stored
from tests.people import person

ID = "kesu-20260318-020000"


@pytest.fixture
async def wang(desk):
    return await person(desk, "wang", Role.SUPERVISOR)


@pytest.fixture
def decisions(desk):
    return ModelDecisions(desk.units, desk.clock)


async def deeds(desk):
    async with desk.units() as uow:
        return [(entry.deed, entry.actor, entry.object) for entry in await uow.audit.after(0, 100)]


async def test_a_training_waits_for_the_next_desk_that_has_time(desk, decisions, wang):
    model = await decisions.train(wang)
    found = await stored(desk.units, model.id)
    assert (found.state, found.made_by, found.runner) == (ModelState.TRAINING, "wang", None)
    assert model.id == f"kesu-{desk.clock.now():%Y%m%d-%H%M%S}"
    assert await deeds(desk) == [("model_training_asked", "wang", f"model:{model.id}")]


async def test_a_second_training_is_refused_while_one_goes_on(desk, decisions, wang):
    await decisions.train(wang)
    with pytest.raises(Conflict, match="已有一个模型正在训练"):
        await decisions.train(wang)


@pytest.mark.parametrize("state", [ModelState.FAILED, ModelState.CANCELLED])
async def test_a_training_that_came_to_nothing_is_begun_again(desk, decisions, wang, state):
    await put(desk.units, a_model(ID, state, error="磁盘已满", losses=2, runner="gone"))
    await decisions.again(ID, wang)
    found = await stored(desk.units, ID)
    assert (found.state, found.error, found.losses, found.runner) == (ModelState.TRAINING, "", 0, None)


async def test_a_model_from_the_terminal_gets_the_report_that_it_lacks(desk, decisions, wang):
    await put(desk.units, a_model(ID, made_by="terminal"))
    await decisions.again(ID, wang)
    assert (await stored(desk.units, ID)).state is ModelState.TRAINING


@pytest.mark.parametrize("state", [ModelState.LIVE, ModelState.RETIRED, ModelState.TRAINING])
async def test_a_model_that_is_done_is_not_begun_again(desk, decisions, wang, state):
    await put(desk.units, a_model(ID, state))
    with pytest.raises(ForbiddenMove):
        await decisions.again(ID, wang)


async def test_a_candidate_with_its_report_is_not_begun_again(desk, decisions, wang):
    await put(desk.units, a_model(ID, found=good_report()))
    with pytest.raises(ForbiddenMove):
        await decisions.again(ID, wang)


async def test_a_report_beside_a_model_that_is_no_longer_live_is_made_again(desk, decisions, wang):
    approved = {"approved_by": "li", "approved_at": desk.clock.now()}
    await put(
        desk.units, a_model("kesu-later"), a_model(ID, found=good_report(), **approved), live="kesu-later"
    )
    await decisions.again(ID, wang)
    found = await stored(desk.units, ID)
    assert (found.state, found.approved_by) == (ModelState.TRAINING, None)


async def test_a_training_is_cancelled_once(desk, decisions, wang):
    await put(desk.units, a_model(ID, ModelState.TRAINING, runner="a"))
    await decisions.cancel(ID, wang)
    found = await stored(desk.units, ID)
    assert (found.state, found.runner, found.ended_because) == (
        ModelState.CANCELLED, None, "wang取消了训练",
    )  # fmt: skip
    with pytest.raises(ForbiddenMove):
        await decisions.cancel(ID, wang)


async def test_a_closed_gate_is_opened_by_accepting_its_examples_by_name(desk, decisions, wang):
    await put(desk.units, a_model(ID, found=bad_report(), made_by="terminal"))
    with pytest.raises(ForbiddenMove, match="没有通过检验"):
        await decisions.approve(ID, wang)
    await decisions.accept(ID, *BAD_EXAMPLE, wang)
    found = await stored(desk.units, ID)
    assert found.gate["open"]
    assert [(one["text"], one["label"], one["by"]) for one in found.accepted] == [(*BAD_EXAMPLE, "wang")]
    await decisions.approve(ID, wang)
    assert (await stored(desk.units, ID)).approved_by == "wang"


@pytest.mark.parametrize("example", [("别的话", "illness"), (BAD_EXAMPLE[0], "greet")])
async def test_only_what_the_gate_asks_about_can_be_accepted(desk, decisions, wang, example):
    await put(desk.units, a_model(ID, found=bad_report()))
    with pytest.raises(InvalidInput):
        await decisions.accept(ID, *example, wang)
    assert not (await stored(desk.units, ID)).gate["open"]


async def test_who_had_it_trained_does_not_approve_it_where_somebody_else_may(desk, decisions, wang):
    await put(desk.units, a_model(ID, found=good_report(), made_by="wang"))
    chen = await person(desk, "chen", Role.ADMIN)
    with pytest.raises(ForbiddenMove, match="另一位主管"):
        await decisions.approve(ID, wang)
    await decisions.approve(ID, chen)
    assert (await stored(desk.units, ID)).approved_by == "chen"


@pytest.mark.parametrize("other", [Role.SENIOR, None])
async def test_who_is_alone_approves_what_they_had_trained(desk, decisions, wang, other):
    await put(desk.units, a_model(ID, found=good_report(), made_by="wang"))
    if other is None:
        await person(desk, "chen", Role.SUPERVISOR)
        async with desk.units() as uow:
            (await uow.people.get("chen")).active = False
            await uow.commit()
    else:
        await person(desk, "chen", other)
    await decisions.approve(ID, wang)
    assert (await stored(desk.units, ID)).approved_by == "wang"


async def test_a_candidate_without_a_report_is_not_approved(desk, decisions, wang):
    await put(desk.units, a_model(ID, made_by="terminal"))
    with pytest.raises(ForbiddenMove):
        await decisions.approve(ID, wang)


async def test_a_candidate_is_put_aside_with_a_reason(desk, decisions, wang):
    await put(desk.units, a_model(ID, found=good_report()))
    with pytest.raises(InvalidInput):
        await decisions.reject(ID, "  ", wang)
    await decisions.reject(ID, "漏听得太多", wang)
    found = await stored(desk.units, ID)
    assert (found.state, found.ended_because) == (ModelState.REJECTED, "漏听得太多")
    assert (await deeds(desk))[-1][0] == "model_rejected"


@pytest.mark.parametrize("state", [ModelState.LIVE, ModelState.REJECTED, ModelState.TRAINING])
async def test_only_candidates_are_approved_and_put_aside(desk, decisions, wang, state):
    await put(desk.units, a_model(ID, state, found=good_report()))
    with pytest.raises(ForbiddenMove):
        await decisions.approve(ID, wang)
    with pytest.raises(ForbiddenMove):
        await decisions.reject(ID, "不好", wang)
