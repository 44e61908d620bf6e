"""Trainings carried out: progress, ends of all kinds, and what happens when a desk process dies over one."""

import asyncio

import pytest

from bot.domain.model import ModelState
from bot.services.models import jobs
from bot.services.models.jobs import ModelJobs
from tests.desks import TurnedClock
from tests.models import DATA, Reporter, Trainer, a_model, good_report, put, stored

ID = "kesu-20260318-020000"


@pytest.fixture
def clock():
    return TurnedClock()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Beats without pauses."""
    monkeypatch.setattr(jobs, "BEAT_S", 0.01)


async def begun(units, trainer, clock, reporter=None):
    """A training that is under way in a desk process, as its background does it."""
    process = ModelJobs(units, clock, trainer, reporter or Reporter())
    task = asyncio.create_task(process.look())
    await asyncio.wait_for(trainer.began.wait(), 10)
    return task


async def finished(units, trainer, clock, reporter=None):
    trainer.go.set()
    await asyncio.wait_for(ModelJobs(units, clock, trainer, reporter or Reporter()).look(), 10)
    return await stored(units, ID)


async def put_training(units, **more):
    await put(units, a_model(ID, ModelState.TRAINING, file="", **more))


async def test_a_training_becomes_a_candidate_with_its_report_and_its_data(units, clock):
    await put_training(units)
    reporter = Reporter()
    model = await finished(units, Trainer(), clock, reporter)
    assert (model.state, model.progress, model.runner) == (ModelState.CANDIDATE, 100, None)
    assert (model.seconds, model.rows) == (42.0, 3003)
    assert (model.report, model.gate["open"]) == (good_report().to_json(), True)
    assert {name: model.data[name] for name in DATA} == DATA
    assert [str(file) for file in reporter.asked] == [model.file]


async def test_nothing_is_trained_unless_it_was_asked_for(units, clock):
    trainer = Trainer()
    await put(units, a_model(ID))
    await ModelJobs(units, clock, trainer, Reporter()).look()
    assert trainer.asked == []


async def test_what_goes_on_stands_in_the_row(units, clock):
    await put_training(units)
    trainer = Trainer(["INFO - Starting to train component 'SentenceEncoder'."])
    task = await begun(units, trainer, clock)
    while (await stored(units, ID)).phase != "计算句子的意思":  # noqa: ASYNC110 -- a row sets no event
        await asyncio.sleep(0)
    trainer.go.set()
    await task
    assert (await stored(units, ID)).phase == ""


async def test_the_percentage_is_that_of_the_last_trainings_times(units, clock):
    await put(units, a_model("kesu-20260101-000000", data={"steps": {"start": 1000.0, "report": 9e6}}))
    await put_training(units)
    trainer = Trainer(["INFO - Starting to train component 'Novelty'."])
    task = await begun(units, trainer, clock)
    trainer.go.set()
    await task
    steps = (await stored(units, ID)).data["steps"]
    assert set(steps) == {"start", "Novelty", "report"}
    assert steps["report"] < 9e6


async def test_a_training_that_fails_says_why_and_is_kept(units, clock):
    await put_training(units)
    model = await finished(units, Trainer(fault="磁盘已满"), clock)
    assert (model.state, model.error, model.runner) == (ModelState.FAILED, "磁盘已满", None)


async def test_a_report_that_fails_is_told_and_only_the_report_is_made_again(units, clock):
    await put_training(units)
    trainer = Trainer()
    failed = await finished(units, trainer, clock, Reporter(fault="没有测试集"))
    assert (failed.state, failed.error) == (ModelState.FAILED, "没有测试集")
    async with units() as uow:
        (await uow.models.get(ID, lock=True)).state = ModelState.TRAINING
        await uow.commit()
    model = await finished(units, trainer, clock)
    assert model.state is ModelState.CANDIDATE
    assert len(trainer.asked) == 1


async def test_a_model_from_the_terminal_gets_a_report_and_is_not_trained_again(units, clock):
    await put(units, a_model(ID, ModelState.TRAINING, made_by="terminal"))
    trainer = Trainer()
    model = await finished(units, trainer, clock)
    assert (model.state, trainer.asked) == (ModelState.CANDIDATE, [])
    assert model.report == good_report().to_json()


async def test_a_fault_of_our_own_is_told_without_its_words(units, clock, caplog):
    await put_training(units)

    class Broken(Trainer):
        async def train(self, *_):
            raise ZeroDivisionError("a customer's words")

    model = await finished(units, Broken(), clock)
    assert model.state is ModelState.FAILED
    assert "程序出错" in model.error
    assert "customer" not in model.error


async def test_who_cancels_ends_the_process_within_a_beat(units, clock):
    await put_training(units)
    trainer = Trainer()
    task = await begun(units, trainer, clock)
    async with units() as uow:
        (await uow.models.get(ID, lock=True)).state = ModelState.CANCELLED
        await uow.commit()
    await asyncio.wait_for(task, 10)
    assert trainer.given_up == [ID]
    assert (await stored(units, ID)).state is ModelState.CANCELLED


async def test_a_training_under_way_is_left_alone_by_other_processes(units, clock):
    await put_training(units)
    first, second = Trainer(), Trainer()
    task = await begun(units, first, clock)
    await ModelJobs(units, clock, second, Reporter()).look()
    first.go.set()
    await task
    assert second.asked == []


async def test_of_processes_that_look_at_once_one_trains(units, clock):
    await put_training(units)
    trainers = [Trainer() for _ in range(3)]
    looking = [asyncio.create_task(ModelJobs(units, clock, one, Reporter()).look()) for one in trainers]
    began = [asyncio.create_task(one.began.wait()) for one in trainers]
    await asyncio.wait(began, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    for one in trainers:
        one.go.set()
    await asyncio.gather(*looking)
    assert sum(len(one.asked) for one in trainers) == 1
    assert (await stored(units, ID)).state is ModelState.CANDIDATE
    for waiting in began:
        waiting.cancel()


async def test_a_desk_that_is_stopped_leaves_its_training_to_the_next_at_once(units, clock):
    await put_training(units)
    task = await begun(units, Trainer(), clock)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    model = await finished(units, Trainer(), clock)
    assert (model.state, model.losses) == (ModelState.CANDIDATE, 0)


async def test_a_training_whose_process_was_killed_is_begun_again(units, clock):
    await put_training(units, runner="killed", beat_at=clock.now())
    trainer = Trainer()
    waiting = ModelJobs(units, clock, trainer, Reporter())
    await waiting.look()
    assert trainer.asked == []
    clock.turn(seconds=21)
    model = await finished(units, trainer, clock)
    assert (model.state, model.losses) == (ModelState.CANDIDATE, 1)


async def test_a_training_that_kills_its_process_twice_is_given_up_with_a_clear_word(units, clock):
    await put_training(units, runner="killed", beat_at=clock.now(), losses=1)
    clock.turn(seconds=21)
    trainer = Trainer()
    model = await finished(units, trainer, clock)
    assert (model.state, trainer.asked) == (ModelState.FAILED, [])
    assert "两次意外中断" in model.error


async def test_a_training_that_another_process_took_over_is_given_up(units, clock):
    await put_training(units)
    trainer = Trainer()
    task = await begun(units, trainer, clock)
    async with units() as uow:
        (await uow.models.get(ID, lock=True)).runner = "another"
        await uow.commit()
    await asyncio.wait_for(task, 10)
    model = await stored(units, ID)
    assert (model.state, model.runner) == (ModelState.TRAINING, "another")
    assert trainer.given_up == [ID]
