"""Serves the assembled desk: its doors and its background work."""

import asyncio
from functools import partial
from pathlib import Path

from bot.adapters.background import RasaHealth, background, every
from bot.adapters.clock import SystemClock
from bot.adapters.model_files import model_id
from bot.adapters.rasa_fleet import RasaFleet
from bot.adapters.serving import listening
from bot.assembly import Desk, open_desk
from bot.books import Books
from bot.door import web_parts
from bot.draining import Drain
from bot.monitoring import measured, monitored, trace_requests, traced
from bot.neighbours import open_neighbours
from bot.services.promotion import Serving
from bot.settings import Settings
from bot.web.app import create_web_app
from bot.web.keys import LOOKING
from bot.web.live import Hub
from bot.wechat_channels import open_wechat

__all__ = ["Desk", "open_desk", "serve"]

SWEEP_SECONDS = 15.0
SHIFT_SECONDS = 5.0
KEYS_SECONDS = 2.0
RETENTION_SECONDS = 1800.0
JUDGING_SECONDS = 60.0
HEALTH_SECONDS = 1.0
PURGE_SECONDS = 600.0
TENDING_SECONDS = 6 * 3600.0
WEBHOOK_SECONDS = 2.0
TRAINING_SECONDS = 2.0
EDITION_SECONDS = 3.0
SHADOW_SECONDS = 2.0
REVIEW_SECONDS = 15.0
REQUEST_SECONDS = 5.0  # for requests under way at the end: a call of WeChat waits so long


async def serve(
    settings: Settings,
    started: asyncio.Event,
    fleet: RasaFleet | None = None,
    drain: Drain | None = None,
    books: Books | None = None,
) -> None:
    """Run the desk until `drain` ends it, or until cancelled; `started` is set once its doors are open.

    `fleet` keeps its Rasas; without one it talks to whatever listens on `settings.rasa_port`. The doors open
    before Rasa is ready: what customers write until then is stored, and answered when it is.
    """
    hub, drain, measures = Hub(), drain or Drain(), measured(settings)
    async with (
        traced() as traces,
        open_desk(settings, SystemClock(), hub, measures, traces, books) as desk,
        open_wechat(desk, hub) as wechat,
        open_neighbours(desk, hub) as neighbours,
    ):
        health = RasaHealth(desk.rasa, desk.runner.hurry)
        serving = partial(_serving, health, fleet)
        door = create_web_app(web_parts(desk, hub, health, serving, wechat, neighbours.count))
        trace_requests(door, traces)
        if fleet is not None:
            fleet.attach(desk.rasa, desk.promotion)
        async with (
            monitored(measures, desk, health, serving, fleet, wechat),
            listening(door, settings.host, settings.port, REQUEST_SECONDS) as opened,
            background(
                every(SWEEP_SECONDS, desk.see_to_silence),
                every(SWEEP_SECONDS, desk.refresh_calendar),
                every(KEYS_SECONDS, desk.refresh_keys),
                every(RETENTION_SECONDS, desk.forget_old),
                every(EDITION_SECONDS, desk.editions.refresh),
                every(SWEEP_SECONDS, desk.look_through),
                every(SHIFT_SECONDS, desk.shifts.look),
                every(JUDGING_SECONDS, desk.judge_cases),
                every(HEALTH_SECONDS, health.look),
                every(PURGE_SECONDS, desk.uploads.purge),
                every(SHADOW_SECONDS, desk.shadow.look),
                every(REVIEW_SECONDS, desk.review.look),
                every(TENDING_SECONDS, desk.webhooks.forget_old),
                every(TRAINING_SECONDS, desk.model_jobs.look),
                every(TENDING_SECONDS, desk.database.tend),
                every(TENDING_SECONDS, desk.index_older),
                *(every(seconds, work) for seconds, work in neighbours.rounds(door[LOOKING])),
            ),
            background(
                every(WEBHOOK_SECONDS, desk.webhooks.look, drain.over),
                *(
                    every(seconds, work, drain.over)
                    for seconds, work in (*desk.following.rounds(), *wechat.rounds())
                ),
            ) as sending,
        ):
            await desk.judging.begin()
            await desk.runner.take_up()
            started.set()
            await asyncio.to_thread(desk.actions.load)
            await drain.wait()
            await drain.carry_out(desk, health, hub, opened, sending)


def _serving(health: RasaHealth, fleet: RasaFleet | None) -> Serving:
    """Which model answers, by what Rasa itself said last, and where it is going."""
    wanted = fleet.serving if fleet else Serving(None)
    answering = model_id(Path(health.model)) if health.ready and health.model else None
    return Serving(answering, wanted.wanted, switching=wanted.switching)
