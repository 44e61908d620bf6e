import pytest
from pydantic import SecretStr

from bot.adapters.database.sealing import new_key
from bot.adapters.live_archive import live_or_newest, next_at_start
from bot.adapters.model_files import archive_of, archives
from bot.domain.labels import ALL
from bot.services.live_at_start import register, settle
from bot.services.promotion import Promotion
from bot.settings import Settings
from tests.archives import model_archive


@pytest.fixture
def settings(tmp_path, database_url):
    """Settings with another data key than the database's: which model is live is no secret."""
    models = tmp_path / "models"
    models.mkdir()
    key = SecretStr(new_key())
    return Settings(var=tmp_path, models=models, database_url=database_url, data_key=key)


@pytest.fixture
def made(settings):
    """Makes an archive of the desk's labels."""
    return lambda day: model_archive(settings.models / f"kesu-202601{day:02}-120000.tar.gz", sorted(ALL))


async def test_without_a_live_model_the_newest_archive_is_measured(settings, made):
    made(1)
    newest = made(2)
    assert await live_or_newest(settings) == newest
    assert await next_at_start(settings) == newest


async def test_a_missing_database_is_not_made_by_looking(settings, made, tmp_path):
    newest = made(1)
    elsewhere = settings.having(database_url=f"sqlite:///{tmp_path / 'missing.db'}")
    assert await live_or_newest(elsewhere) == newest
    assert not (tmp_path / "missing.db").exists()


async def test_while_nobody_promoted_any_the_newest_is_next_though_another_one_is_live(
    settings, made, units, desk
):
    live = made(1)
    await settle(units, desk.clock, archives(settings))
    newest = made(2)
    assert await live_or_newest(settings) == live
    assert await next_at_start(settings) == newest


async def test_a_promoted_model_is_the_one_that_is_measured_and_a_named_one_before_it(
    settings, made, units, desk
):
    made(2)
    await settle(units, desk.clock, archives(settings))
    promoted = made(1)
    async with units() as uow:
        await register(uow, archive_of(promoted))
        await uow.commit()
    promotion = Promotion(units, desk.clock, archives(settings).find)
    await promotion.promote(archive_of(promoted).id, expected=1, by="li", unchecked=True)
    assert await live_or_newest(settings) == promoted
    assert await next_at_start(settings) == promoted
    named = made(3)
    assert await next_at_start(settings.having(model=named)) == named
