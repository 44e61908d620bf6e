"""Shadow replay: what it reads, and that it goes on where it stopped."""

from datetime import timedelta

import pytest

from bot.domain.errors import Conflict, InvalidInput, UnderstandingUnavailable
from bot.domain.evaluation import NOT_UNDERSTOOD
from bot.domain.model import ModelState
from bot.domain.review import ReviewReason
from bot.domain.shadow import Risk, ShadowState
from bot.services import shadow
from tests.records import store
from tests.rooms import reading
from tests.shadows import replayed, stored
from tests.training_data import a_model

NEW = "kesu-2.tar.gz"


async def differences(judging, run, su):
    found = await judging.overview(run.id, su)
    return {(one.change.before, one.change.after): one.change.count for one in found.changes}


async def test_messages_that_the_candidate_reads_otherwise_are_counted_by_change(
    desk, su, said, candidate, judging
):
    for text in ("盒子是空的", "箱里没东西"):
        await said(text, "carton.empty")
        candidate[text] = reading("carton.spoiled")
    await said("谢谢", "thank")
    candidate["谢谢"] = reading("thank")
    run = await replayed(desk, su)
    assert (run.state, run.done, run.changed) == (ShadowState.DONE, 3, 2)
    assert await differences(judging, run, su) == {("carton.empty", "carton.spoiled"): 2}


async def test_a_message_that_is_not_understood_any_more_counts_as_a_change(desk, su, said, judging):
    await said("我想找个人说话", "request_human")
    run = await replayed(desk, su)
    found = await judging.overview(run.id, su)
    assert [(one.change.after, one.change.risk) for one in found.changes] == [(NOT_UNDERSTOOD, Risk.LOST)]


@pytest.mark.parametrize(
    "more",
    [{"choice": "means.greet"}, {"text": ""}, {"created_at": None}],
    ids=["a pressed button", "a photo alone", "an older one"],
)
async def test_only_words_of_these_days_that_a_model_read_are_read_again(desk, su, said, candidate, more):
    if "created_at" in more:
        more = {"created_at": desk.clock.now() - timedelta(days=8)}
    await said(**{"text": "空的", "label": "carton.empty"} | more)
    await said("谢谢", "thank")
    assert (await replayed(desk, su)).total == 1


async def test_the_newest_are_read_when_there_are_more_than_wanted(desk, su, said, candidate, judging):
    for text in ("旧的", "新的"):
        await said(text, "greet")
        candidate[text] = reading("thank")
    run = await replayed(desk, su, most=1)
    page = await judging.messages(run.id, "greet", "thank", su)
    assert [one.message.text for one in page.messages] == ["新的"]


async def test_a_run_over_nothing_is_refused(desk, su):
    with pytest.raises(InvalidInput, match="天数"):
        await desk.shadow.start("kesu-2", 7, 100, su)


async def test_a_model_that_is_not_trained_is_refused(units, desk, su, said):
    await said("谢谢", "thank")
    await store(units, ("models", a_model("kesu-3", ModelState.FAILED)))
    with pytest.raises(InvalidInput):
        await desk.shadow.start("kesu-3", 7, 100, su)


async def test_the_same_words_are_read_once(desk, su, said, candidate):
    asked = []

    async def note(texts):
        asked.extend(texts)

    desk.beside.before_batch = note
    for _ in range(5):
        await said("谢谢", "greet")
    candidate["谢谢"] = reading("thank")
    assert (await replayed(desk, su)).changed == 5
    assert asked == ["谢谢"]


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(shadow, "BATCH", 2)


@pytest.mark.usefixtures("small_batches")
async def test_a_run_that_was_broken_off_goes_on_where_it_stopped(desk, su, said, candidate):
    texts = [f"第{n}句" for n in range(5)]
    for text in texts:
        await said(text, "greet")
        candidate[text] = reading("thank")
    asked = []

    async def break_off(batch):
        asked.extend(batch)
        if len(asked) > 2:
            raise UnderstandingUnavailable("gone")

    desk.beside.before_batch = break_off
    broken = await replayed(desk, su)
    assert (broken.state, broken.done) == (ShadowState.FAILED, 2)
    assert broken.error
    desk.beside.before_batch = None
    await desk.shadow.go_on(broken.id, su)
    await desk.shadow.look()
    ended = await stored(desk, broken.id)
    assert (ended.state, ended.done, ended.changed, ended.error) == (ShadowState.DONE, 5, 5, None)


@pytest.mark.usefixtures("small_batches")
async def test_a_cancel_is_heard_at_the_next_batch(desk, su, said, candidate):
    for n in range(5):
        await said(f"第{n}句", "greet")
    run = await desk.shadow.start("kesu-2", 7, 100, su)

    async def cancel(_texts):
        desk.beside.before_batch = None
        await desk.shadow.cancel(run.id, su)

    desk.beside.before_batch = cancel
    await desk.shadow.look()
    assert ((await stored(desk, run.id)).state, (await stored(desk, run.id)).done) == (
        ShadowState.CANCELLED,
        0,
    )
    with pytest.raises(Conflict):
        await desk.shadow.cancel(run.id, su)


async def test_two_desks_do_not_work_at_one_run(desk, su, said):
    await said("谢谢", "thank")
    run = await desk.shadow.start("kesu-2", 7, 100, su)
    opened = []

    async def another(_texts):
        await desk.shadow.look()
        opened.extend(desk.beside.opened)

    desk.beside.before_batch = another
    await desk.shadow.look()
    assert opened == [NEW]
    assert (await stored(desk, run.id)).done == 1


async def test_another_desk_goes_on_when_the_first_has_fallen_silent(units, desk, su, said):
    await said("谢谢", "thank")
    run = await desk.shadow.start("kesu-2", 7, 100, su)
    async with units() as uow:
        (await uow.shadow.get(run.id, lock=True)).taken_at = desk.clock.now()
        await uow.commit()
    await desk.shadow.look()
    assert (await stored(desk, run.id)).done == 0
    desk.clock.turn(minutes=3)
    await desk.shadow.look()
    assert (await stored(desk, run.id)).state is ShadowState.DONE


async def test_a_model_that_does_not_start_is_told(desk, su, said):
    await said("谢谢", "thank")
    desk.beside.down.add(NEW)
    run = await replayed(desk, su)
    assert run.state is ShadowState.FAILED
    assert "继续" in run.error


async def test_messages_that_an_older_model_read_are_counted(units, desk, su, said):
    async with units() as uow:
        uow.models.add(a_model("kesu-1", ModelState.LIVE))
        await uow.flush()
        await uow.models.switch("kesu-1", expected=0, by="su", now=desk.clock.now())
        await uow.commit()
    await said("谢谢", "thank")
    await said("你好", "greet", model="kesu-0.tar.gz")
    assert (await replayed(desk, su)).others == 1


async def test_a_message_that_two_models_read_differently_is_put_before_reviewers(
    units, desk, su, said, candidate
):
    message = await said("空的", "carton.empty")
    await replayed(desk, su)
    async with units() as uow:
        assert (await uow.reviews.find(message)).reasons == [ReviewReason.SHADOW]
