"""`python benchmarks/shadow.py`: how long a shadow replay of 10,000 messages takes (`--messages` for fewer).

Messages made of the training data, each worded differently, on a temporary database; the newest model, or
`--model`, reads them beside nothing else. docs/benchmarks.md says what is measured.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.database.schema import upgrade
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.live import NobodyWatches
from bot.adapters.model_files import model_id, newest_model
from bot.adapters.rasa_member import beside
from bot.adapters.training_files import read_training_files
from bot.domain.conversation import Author, Conversation, Customer, Delivery, Message
from bot.domain.model import Model, ModelState
from bot.domain.people import Role, User
from bot.domain.reading import Reading
from bot.domain.shadow import ShadowRun, ShadowState
from bot.domain.training_data import plain
from bot.replaying import temporary
from bot.services.ids import new_id
from bot.services.ports import Units
from bot.services.shadow import ShadowReplays
from bot.settings import ROOT, Settings, load_settings
from figures import Ratio
from kept import Around, keep
from sides import Failed

MESSAGES, GOAL_S = 10_000, 180.0
AT_ONCE = 1000
CLOCK = SystemClock()


async def measure(settings: Settings, archive: Path, messages: int) -> tuple[ShadowRun, float]:
    """Fill a database, have the model read it all; the run, and the seconds with the model's start."""
    with tempfile.TemporaryDirectory(prefix="kesu-shadow-") as folder:
        own = temporary(settings, Path(folder))
        await upgrade(own.database_url)
        database = Database(own.database_url, Sealer.from_base64(new_key()))
        try:
            units = database.units(NobodyWatches())
            user = await _fill(units, archive, messages)
            replays = ShadowReplays(
                units, partial(beside, own), lambda _: archive, CLOCK, reading=database.reading_units()
            )
            run = await replays.start(model_id(archive), 30, messages, user)
            began = time.monotonic()
            await replays.look()
            seconds = time.monotonic() - began
            async with units() as uow:
                return await uow.shadow.get(run.id), seconds
        finally:
            await database.close()


async def _fill(units: Units, archive: Path, messages: int) -> User:
    """A supervisor, a model, and customers' messages that were read as the label of their row."""
    now = CLOCK.now()
    user = User("su", "su", "su", Role.SUPERVISOR, "", now)
    async with units() as uow:
        uow.people.add(user)
        uow.models.add(Model(model_id(archive), ModelState.CANDIDATE, str(archive), "su", now))
        uow.customers.add(Customer("customer", "web", "customer", now))
        uow.conversations.add(Conversation("talk", "customer", "web", now, now))
        await uow.commit()
    rows = cycle(read_training_files(ROOT).rows)
    for first in range(0, messages, AT_ONCE):
        async with units() as uow:
            for number, row in enumerate(islice(rows, min(AT_ONCE, messages - first)), first + 1):
                at = now - timedelta(seconds=messages - number)
                message = Message(new_id(at), "talk", number, Author.CUSTOMER, "", at, Delivery.ANSWERED)
                message.text = f"{plain(row.written)}（{number}）"
                message.reading = Reading(row.label, 0.9, model=archive.name).to_json()
                uow.messages.add(message)
            await uow.commit()
    return user


def main() -> None:
    """Measure, print the figures as JSON; exit code 1 when they miss the goal."""
    parser = argparse.ArgumentParser(description="How long a shadow replay takes.")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="default: %(default)s")
    parser.add_argument("--model", type=Path, help="an archive; default: the newest")
    options = parser.parse_args()
    settings = load_settings()
    archive = options.model or newest_model(settings.models)
    if archive is None:
        raise Failed("there is no model: make train")
    around = Around.now()
    run, seconds = asyncio.run(measure(settings, archive, options.messages))
    if run.state is not ShadowState.DONE:
        raise Failed(run.error or run.state.value)
    found = {
        "messages": run.done,
        "seconds": round(seconds, 1),
        "seconds_of_reading": round(run.seconds, 1),
        "ms_a_message": round(1000 * run.seconds / run.done, 2),
        "read_differently": run.changed,
    }
    print(json.dumps(found))
    whole = options.messages >= MESSAGES
    took = Ratio(
        f"a shadow replay of {run.done:,} messages", seconds, goal=GOAL_S if whole else None, unit="s"
    )
    each = Ratio("reading one of them", found["ms_a_message"])
    keep("shadow", around, [took, each], archive.name)
    sys.exit(not took.met)


if __name__ == "__main__":
    main()
