"""The models in the database: one training at a time, one live row, whoever asks at once."""

import asyncio

import pytest

from bot.domain.errors import Conflict, NotFound
from bot.domain.model import LiveModel, ModelState
from tests.models import a_model, put, stored
from tests.records import NOW


async def test_a_model_comes_back_as_it_was_stored(units):
    given = {"data": {"hash": "a"}, "accepted": [{"text": "吐了", "label": "illness"}], "report": {"a": 1}}
    await put(units, a_model("m1", seconds=3.5, rows=9, gate={"open": False}, live_from=NOW, **given))
    found = await stored(units, "m1")
    assert (found.data, found.accepted, found.report) == tuple(given.values())
    assert (found.seconds, found.rows, found.gate, found.live_from) == (3.5, 9, {"open": False}, NOW)


async def test_an_unknown_model_is_not_found(units):
    async with units() as uow:
        assert await uow.models.find("m1") is None
        with pytest.raises(NotFound):
            await uow.models.get("m1")


async def test_only_one_model_is_trained_at_a_time(units):
    await put(units, a_model("m1", ModelState.TRAINING), a_model("m2"))
    with pytest.raises(Conflict):
        await put(units, a_model("m3", ModelState.TRAINING))


async def test_of_desks_that_ask_for_a_training_at_once_one_gets_it(units):
    asked = (put(units, a_model(f"m{number}", ModelState.TRAINING)) for number in range(4))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers if answer] == [Conflict] * 3


async def test_before_the_first_model_nothing_is_live(units):
    async with units() as uow:
        assert await uow.models.live() == LiveModel()


async def test_the_live_row_counts_its_switches(units):
    await put(units, a_model("m1"), a_model("m2"), live="m1")
    async with units() as uow:
        assert await uow.models.switch("m2", expected=1, by="li", now=NOW)
        await uow.commit()
    async with units() as uow:
        assert await uow.models.live() == LiveModel("m2", 2, NOW, "li")


@pytest.mark.parametrize("expected", [0, 1, 3])
async def test_who_saw_another_version_switches_nothing(units, expected):
    await put(units, a_model("m1"), a_model("m2"), live="m1")
    await put(units, live="m2")
    async with units() as uow:
        assert not await uow.models.switch("m1", expected=expected, by="li", now=NOW)
        await uow.commit()
    async with units() as uow:
        assert (await uow.models.live()).model == "m2"


@pytest.mark.parametrize("first", [True, False])
async def test_of_those_who_switch_at_once_one_wins(units, first):
    await put(units, *(a_model(f"m{number}") for number in range(5)), live=None if first else "m0")

    async def switch(id):
        async with units() as uow:
            done = await uow.models.switch(id, expected=0 if first else 1, by="li", now=NOW)
            await uow.commit()
            return done

    done = await asyncio.gather(*(switch(f"m{number}") for number in range(1, 5)))
    assert sorted(done) == [False, False, False, True]


async def test_a_beat_of_who_does_not_train_it_changes_nothing(units):
    await put(units, a_model("m1", ModelState.TRAINING, runner="a"))
    async with units() as uow:
        assert not await uow.models.beat("m1", "b", 50, "学习", NOW)
        assert await uow.models.beat("m1", "a", 60, "学习", NOW)
        await uow.commit()
    found = await stored(units, "m1")
    assert (found.progress, found.phase, found.beat_at) == (60, "学习", NOW)


async def test_the_newest_model_comes_first(units):
    await put(units, a_model("m1"), a_model("m3"), a_model("m2"))
    async with units() as uow:
        assert [model.id for model in await uow.models.all()] == ["m3", "m2", "m1"]
