"""A model is put into service and taken back on a real desk with real Rasas, while customers keep writing."""

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.schema import upgrade
from bot.adapters.listening import free_port
from bot.adapters.live import NobodyWatches
from bot.adapters.model_files import archive_of, archives, chosen_model
from bot.adapters.rasa_fleet import RasaFleet, launcher
from bot.app import open_desk
from bot.domain.conversation import Author, Delivery
from bot.services.live_at_start import register, settle

pytestmark = pytest.mark.rasa

CUSTOMERS = 4
TEXTS = ("你好", "水有怪味", "昨天买的", "怎么赔", "谢谢你")


class TheSharedRasa:
    """The session's one Rasa as the fleet's first; other tests need it, so it is never stopped."""

    restarts = 0

    def __init__(self, rasa, archive):
        self.model, self.url = archive_of(archive).id, rasa.process.url

    async def start(self):
        pass

    async def misread(self):
        return None

    async def stop(self):
        pass


@asynccontextmanager
async def writing(desk):
    """Customers write one line after the other, as soon as all are answered; gives their messages."""
    stored, stop = [], asyncio.Event()

    async def write(customer):
        number = 0
        while not stop.is_set():
            number += 1
            text = TEXTS[number % len(TEXTS)]
            message = await desk.intake.receive("web", f"v{customer}", text, client_id=str(number))
            stored.append(message)
            desk.runner.wake(message.conversation_id)
            await desk.runner.idle()

    async with asyncio.TaskGroup() as group:
        for customer in range(CUSTOMERS):
            group.create_task(write(customer))
        yield stored
        stop.set()
    await desk.runner.idle()


async def everybody_was_answered_once(desk, stored):
    """Whether each message is answered, and its answer stands in the transcript, in order."""
    async with desk.units() as uow:
        for conversation_id in {message.conversation_id for message in stored}:
            lines = await uow.messages.latest(conversation_id, limit=10_000)
            mine = [line for line in lines if line.author is Author.CUSTOMER]
            replied = [line.in_reply_to for line in lines if line.author is Author.BOT and line.in_reply_to]
            assert all(line.delivery is Delivery.ANSWERED for line in mine)
            order = {line.id: place for place, line in enumerate(mine)}
            places = [order[one] for one in replied]
            assert places == sorted(places)
    return True


async def test_customers_are_answered_without_a_gap_while_the_model_changes_and_changes_back(rasa, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    first = chosen_model(rasa.settings)
    second = shutil.copy(first, models / "kesu-20990101-000000.tar.gz")
    settings = rasa.desk_settings(tmp_path, models=models, model=None)
    await upgrade(settings.database_url)
    real = launcher(settings.having(rasa_port=free_port()))

    def launch(archive):
        return real(archive) if archive == second else TheSharedRasa(rasa, first)

    async with open_desk(settings, SystemClock(), NobodyWatches()) as desk:
        async with desk.units() as uow:
            await register(uow, archive_of(first))
            await uow.models.switch(archive_of(first).id, expected=0, by="li", now=desk.clock.now())
            await register(uow, archive_of(second))
            await uow.commit()
        fleet = RasaFleet(launch, await settle(desk.units, desk.clock, archives(settings)))
        fleet.attach(desk.rasa, desk.promotion)
        await fleet.begin()
        async with writing(desk) as stored:
            await desk.promotion.promote(archive_of(second).id, expected=1, by="li", unchecked=True)
            await fleet.look()
            assert (await desk.rasa.health())["model"] == second.name
            at_switch = len(stored)
            await desk.promotion.roll_back(expected=2, by="li")
            await fleet.look()
            assert (await desk.rasa.health())["model"] == first.name
        assert at_switch > CUSTOMERS
        assert len(stored) > at_switch
        assert await everybody_was_answered_once(desk, stored)
