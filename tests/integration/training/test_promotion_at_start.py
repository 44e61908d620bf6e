from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ConfigurationError
from bot.domain.model import ModelState
from bot.services.live_at_start import AT_START, Archive, Archives, settle
from bot.services.promotion import BY_ITSELF, Promotion


@pytest.fixture
def there():
    """The names of the archives that can be used."""
    return set()


@pytest.fixture
def find(there):
    return lambda model: f"models/{model.id}.tar.gz" if model.id in there else None


@pytest.fixture
def archive(desk, there):
    """An archive that lies there; the later made the newer."""

    def archive(name):
        there.add(name)
        made_at = desk.clock.now() + timedelta(minutes=len(there))
        return Archive(name, f"models/{name}.tar.gz", made_at)

    return archive


@pytest.fixture
def start(desk, units, find):
    """Starts a desk; the model that it takes."""

    async def start(newest=None, pinned=None):
        wanted = await settle(units, desk.clock, Archives(find, newest, pinned))
        return wanted and wanted.model

    return start


@pytest.fixture
def promotion(desk, units, find):
    return Promotion(units, desk.clock, find)


async def live_row(units):
    async with units() as uow:
        return await uow.models.live()


async def test_a_first_start_takes_the_newest_archive_and_registers_it(units, start, archive):
    assert await start(archive("a")) == "a"
    live = await live_row(units)
    assert (live.model, live.version, live.by) == ("a", 1, AT_START)
    async with units() as uow:
        model = await uow.models.get("a")
    assert (model.state, model.file) == (ModelState.LIVE, "models/a.tar.gz")


async def test_without_any_model_there_is_none_to_start_with(units, start):
    assert await start() is None
    assert (await live_row(units)).version == 0


async def test_starting_again_changes_nothing(units, start, archive):
    newest = archive("a")
    await start(newest)
    before = await live_row(units)
    assert await start(newest) == "a"
    assert await live_row(units) == before


async def test_while_nobody_has_promoted_anything_a_newer_archive_is_taken(units, start, archive):
    await start(archive("a"))
    assert await start(archive("b")) == "b"
    async with units() as uow:
        assert (await uow.models.get("a")).state is ModelState.RETIRED


async def test_once_somebody_has_promoted_a_model_newer_archives_are_left_alone(
    units, start, archive, promotion
):
    await start(archive("a"))
    await start(archive("b"))
    await promotion.roll_back(expected=2, by="li")
    assert await start(archive("c")) == "a"
    assert (await live_row(units)).by == "li"


async def test_after_a_model_was_refused_the_newest_is_not_taken_again(start, archive, promotion):
    await start(archive("a"))
    bad = archive("b")
    await start(bad)
    await promotion.refuse(await promotion.wanted(), "damaged")
    assert await start(bad) == "a"


async def test_the_setting_wins_over_the_row(units, start, archive, promotion):
    await start(archive("a"))
    await start(archive("b"))
    await promotion.roll_back(expected=2, by="li")
    elsewhere = replace(archive("pinned"), path="/elsewhere/pinned.tar.gz")
    assert await start(archive("c"), pinned=elsewhere) == "pinned"
    async with units() as uow:
        assert (await uow.models.get("pinned")).file == "/elsewhere/pinned.tar.gz"


async def test_a_live_model_whose_archive_is_gone_gives_way_to_the_one_before_with_a_word_to_supervisors(
    units, start, archive, promotion, there
):
    await start(archive("a"))
    await start(archive("b"))
    await promotion.promote("a", expected=2, by="li", unchecked=True)
    there.remove("a")
    assert await start(archive("c")) == "b"
    async with units() as uow:
        assert (await uow.models.get("a")).ended_because
        assert "a" in (await uow.tasks.get("model-3")).title
    assert (await live_row(units)).by == BY_ITSELF


async def test_if_none_before_is_left_the_newest_archive_serves(start, archive, promotion, there):
    await start(archive("a"))
    await start(archive("b"))
    await promotion.roll_back(expected=2, by="li")
    there.difference_update({"a", "b"})
    assert await start(archive("c")) == "c"


async def test_if_nothing_is_left_the_start_says_what_to_do(units, start, archive, promotion, there):
    await start(archive("a"))
    await start(archive("b"))
    await promotion.roll_back(expected=2, by="li")
    there.clear()
    with pytest.raises(ConfigurationError, match="make train"):
        await start()
    assert (await live_row(units)).model == "a"
