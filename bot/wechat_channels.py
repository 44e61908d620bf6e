"""Opens the channels over WeChat that the settings describe, on top of the assembled desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.adapters.speech import recognizer
from bot.adapters.wechat.callbacks import OfficialCallbacks
from bot.adapters.wechat.clients import WechatClients, wechat_clients
from bot.adapters.wechat.config import official_account, wecom
from bot.adapters.wechat.kf_callbacks import KfCallbacks
from bot.assembly import Desk
from bot.domain.wechat_accounts import KF, OFFICIAL, OfficialAccount, Wecom
from bot.services.traced_sending import TracedCarrier
from bot.services.wechat.carrying import Carrier
from bot.services.wechat.kf_channel import KfChannel, KfWorld
from bot.services.wechat.media import MediaFetcher, Source
from bot.services.wechat.news import News as Waiting
from bot.services.wechat.notices import Results
from bot.services.wechat.official import OfficialCarrier
from bot.services.wechat.official_door import OfficialDoor, World
from bot.services.wechat.outward import Outward
from bot.services.wechat.pauses import Pause, Pauses
from bot.web.live import Hub, News
from bot.wechat_people import Round, people_rounds

LOOK_SECONDS = 1.0
READY_SECONDS = 120.0
PAUSE = "pause"  # what processes tell one another


@dataclass(frozen=True)
class WechatChannels:
    """The accounts there are (None: the channel is off), their clients, and what runs for them."""

    official: OfficialAccount | None
    corp: Wecom | None
    clients: WechatClients
    outward: Outward
    media: MediaFetcher
    people: tuple[Round, ...]
    door: OfficialDoor | None = None
    kf: KfChannel | None = None

    def rounds(self) -> tuple[Round, ...]:
        """What is done again and again, each with the seconds in between."""
        if not self.outward.carriers:
            return ()
        return (
            *self.outward.rounds(),
            (LOOK_SECONDS, self.media.look),
            (READY_SECONDS, self.clients.keep_ready),
            *self.people,
            *(self.door.rounds() if self.door else ()),
            *(self.kf.rounds() if self.kf else ()),
        )


@asynccontextmanager
async def open_wechat(desk: Desk, hub: Hub) -> AsyncIterator[WechatChannels]:
    """The channels, while the block runs; without accounts nothing is opened. ConfigurationError."""
    official, corp = official_account(desk.settings), wecom(desk.settings)
    async with wechat_clients(official, corp, desk.units, desk.clock) as clients:
        media = _media(desk, clients)
        kf = _kf(desk, corp, clients, media)
        carriers: dict[str, Carrier] = {
            channel: TracedCarrier(carrier, channel, desk.traces)
            for channel, carrier in _carriers(official, clients, kf).items()
        }
        types = partial(clients.official.typing, on=True) if clients.official else None
        reading, pressure = desk.database.reading_units(), desk.intake.pressure
        outward = Outward.of(desk.units, reading, desk.clock, carriers, types, pressure=pressure)
        if carriers:
            hub.watch(outward.dispatcher.wake)
            _share(outward.pauses, hub)
        if outward.typing:
            hub.watch_agents_typing(outward.typing.agent_types)
        if kf:
            hub.watch(kf.sessions.wake)
        door = _door(desk, hub, official, media, outward.pauses) if official else None
        try:
            yield WechatChannels(
                official=official,
                corp=corp,
                clients=clients,
                outward=outward,
                media=media,
                people=people_rounds(desk, official, clients),
                door=door,
                kf=kf,
            )
        finally:
            if kf:
                await kf.sync.stop()
            if door:
                await door.stop()
            await media.stop()
            await outward.stop()


def _carriers(
    official: OfficialAccount | None, clients: WechatClients, kf: KfChannel | None
) -> dict[str, Carrier]:
    """What sends to whom, by channel."""
    carriers: dict[str, Carrier] = {}
    if official is not None and clients.official is not None:
        carriers[OFFICIAL] = OfficialCarrier(clients.official, official)
    if kf is not None:
        carriers[KF] = kf.carrier
    return carriers


def _kf(desk: Desk, corp: Wecom | None, clients: WechatClients, media: MediaFetcher) -> KfChannel | None:
    """What fetches and says things at 微信客服."""
    if corp is None or clients.kf is None:
        return None
    reading, wake = desk.database.reading_units(), desk.runner.wake
    hears = media.hears_voice
    world = KfWorld(desk.units, reading, desk.intake, desk.words, desk.clock, wake, hears_voice=hears)
    return KfChannel.of(corp, clients.kf, KfCallbacks(corp), world)


def _media(desk: Desk, clients: WechatClients) -> MediaFetcher:
    """What fetches the photos that customers send, and hears their voices; ConfigurationError."""
    sources: dict[str, Source] = {}
    if clients.official is not None:
        sources[OFFICIAL] = clients.official
    if clients.kf is not None:
        sources[KF] = clients.kf
    return MediaFetcher(
        desk.units,
        desk.uploads,
        desk.words,
        desk.clock,
        reading=desk.database.reading_units(),
        sources=sources,
        wake=desk.runner.wake,
        recognizer=recognizer(desk.settings),
    )


def _share(pauses: Pauses, hub: Hub) -> None:
    """Let other processes know which account may call nothing for now."""

    def tell(channel: str, pause: Pause) -> None:
        until = pause.until.isoformat()
        hub.tell({"kind": PAUSE, "channel": channel, "until": until, "why": pause.why})

    def hear(news: News) -> None:
        pauses.hear(news["channel"], Pause(datetime.fromisoformat(news["until"]), news["why"]))

    pauses.tell_others = tell
    hub.hear_of(PAUSE, hear)


def _door(
    desk: Desk, hub: Hub, account: OfficialAccount, media: MediaFetcher, pauses: Pauses
) -> OfficialDoor:
    """What the 公众号 calls."""
    news, reading = Waiting(), desk.database.reading_units()
    hub.watch(news.tell, everywhere=True)
    world = World(desk.units, reading, desk.words, desk.clock, desk.runner.wake, pauses=pauses)
    callbacks, results = OfficialCallbacks(account), Results(desk.words)
    return OfficialDoor.of(callbacks, account, desk.intake, media, news, world, others=results)
