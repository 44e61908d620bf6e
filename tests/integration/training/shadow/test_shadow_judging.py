"""What is judged of a shadow replay joins the test set, and nobody sees what they keep out of."""

import pytest

from bot.domain.errors import NotFound
from bot.domain.people import Avoidance, Avoiding
from bot.domain.shadow import Verdict
from tests.records import a_case, store
from tests.rooms import reading
from tests.shadows import replayed
from tests.training_data import a_model

NEW = "kesu-2.tar.gz"


async def test_a_judged_message_joins_the_test_set_without_anything_personal(units, judging, su, changed):
    message, run = changed
    shown = await judging.judge(run.id, message, "old", "", su)
    assert shown.verdict is Verdict.OLD
    async with units() as uow:
        judged = await uow.shadow.judged()
    assert [one.label for one in judged] == ["carton.empty"]
    assert "盒子是空的" in judged[0].text
    assert "13812345678" not in judged[0].text
    assert "赵小芳" not in judged[0].text


async def test_a_judgement_counts_for_the_next_candidate_too(units, desk, judging, su, changed):
    message, run = changed
    await judging.judge(run.id, message, "old", "", su)
    await store(units, ("models", a_model("kesu-3")))
    again = await desk.shadow.start("kesu-3", 7, 100, su)
    await desk.shadow.look()
    found = await judging.overview(again.id, su)
    assert (found.count, found.open, found.tally) == (1, 0, (0, 1, 0))


async def test_a_judgement_can_be_changed_and_taken_back(judging, su, changed):
    message, run = changed
    await judging.judge(run.id, message, "new", "", su)
    await judging.judge(run.id, message, "neither", "illness", su)
    assert (await judging.overview(run.id, su)).tally == (0, 0, 1)
    await judging.withdraw(run.id, message, su)
    assert (await judging.overview(run.id, su)).open == 1


async def test_what_models_are_trained_with_is_not_measured_with(units, desk, judging, su, changed):
    message, run = changed
    await judging.judge(run.id, message, "old", "", su)
    async with units() as uow:
        (await uow.reviews.find(message, lock=True)).state = "settled"
        await uow.commit()
    async with units() as uow:
        assert await uow.shadow.judged() == []


async def test_who_keeps_out_of_a_case_learns_nothing_of_its_messages(units, desk, judging, su, changed):
    message, run = changed
    row = Avoidance("su", "case", "talk", Avoiding.BY_HAND, desk.clock.now())
    await store(units, ("cases", a_case()), ("avoidances", row))
    assert (await judging.overview(run.id, su)).count == 0
    with pytest.raises(NotFound):
        await judging.messages(run.id, "carton.empty", "carton.spoiled", su)
    with pytest.raises(NotFound):
        await judging.judge(run.id, message, "old", "", su)


async def test_long_changes_come_in_pages(desk, su, said, candidate, judging, monkeypatch):
    monkeypatch.setattr("bot.services.shadow_judging.PAGE", 2)
    for n in range(3):
        await said(f"第{n}句", "greet")
        candidate[f"第{n}句"] = reading("thank")
    run = await replayed(desk, su)
    first = await judging.messages(run.id, "greet", "thank", su)
    second = await judging.messages(run.id, "greet", "thank", su, first.next)
    assert [one.message.text for one in (*first.messages, *second.messages)] == ["第2句", "第1句", "第0句"]
    assert second.next is None


async def test_every_deed_is_in_the_audit_log(units, judging, su, changed):
    message, run = changed
    await judging.judge(run.id, message, "old", "", su)
    await judging.withdraw(run.id, message, su)
    async with units() as uow:
        deeds = [entry.deed for entry in await uow.audit.after(0, 100)]
    assert deeds == ["shadow_started", "shadow_judged", "shadow_withdrawn"]
