"""The whole stack on a temporary database, beside a running desk: for `kesu replay` and `kesu evaluate`."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.adapters.database.schema import upgrade
from bot.adapters.database.sealing import new_key
from bot.adapters.listening import free_port
from bot.adapters.live import NobodyWatches
from bot.adapters.live_archive import next_at_start
from bot.adapters.model_files import check_labels
from bot.adapters.rasa_process import NICED_SERVER, SERVER, RasaProcess
from bot.app import Desk, open_desk
from bot.domain.conversation import Author, Message, Owner
from bot.domain.dialogue import NUMBER, WEB, Dialogue, Line, Outcome
from bot.domain.errors import ConfigurationError, KesuError
from bot.domain.wechat_accounts import OFFICIAL, OfficialAccount
from bot.domain.wechat_inbound import Inbound, InboundKind
from bot.services.silence import SILENCE
from bot.services.wechat.events import Events
from bot.services.wechat.official import official_terms
from bot.services.wechat.planning import pieces
from bot.services.wechat.receiving import Receiving
from bot.settings import Settings

_BETWEEN_TURNS = timedelta(seconds=20)


class TurnedClock:
    """A clock that only moves when it is turned; it starts on a working day within office hours."""

    def __init__(self, start: datetime = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)) -> None:
        self._now = self._start = start

    def now(self) -> datetime:
        """The time it stands at."""
        return self._now

    def turn(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by

    def restart(self) -> None:
        """Go back to where it began: every dialogue happens on the same morning."""
        self._now = self._start


def temporary(settings: Settings, folder: Path) -> Settings:
    """`settings` with a database, secrets, logs and ports of its own."""
    return settings.having(
        var=folder,
        files=folder / "files",
        database_url=f"sqlite+aiosqlite:///{folder / 'kesu.db'}",
        nlu_database_url=f"sqlite:///{folder / 'rasa.db'}",
        data_key=SecretStr(new_key()),
        pair_secret=SecretStr(new_key()),
        actions_port=free_port(),
        rasa_port=free_port(),
        metrics_port=None,
    )


@asynccontextmanager
async def temporary_desk(
    settings: Settings, clock: TurnedClock, model: Path | None = None
) -> AsyncIterator[Desk]:
    """A desk with its own Rasa on `model`, or else the one that `kesu up` would take; all gone afterwards.

    With `model` it is a candidate that is tried while customers write: its Rasa is niced.
    """
    archive = model or await next_at_start(settings)
    if archive is None:
        raise ConfigurationError(f"{settings.models} 里还没有模型：请先执行 make train。")
    check_labels(archive)
    with tempfile.TemporaryDirectory(prefix="kesu-") as folder:
        own = temporary(settings, Path(folder))
        await upgrade(own.database_url)
        rasa = RasaProcess(own, archive, command=NICED_SERVER if model else SERVER)
        async with open_desk(own, clock, NobodyWatches()) as desk, rasa.running():
            yield desk


async def talk(desk: Desk, clock: TurnedClock, dialogues: Sequence[Dialogue]) -> list[Outcome]:
    """Have every dialogue, each by a customer of its own; silence follows the last turn."""
    outcomes = []
    page, phone = _Page(desk), _Phone(desk)
    for number, dialogue in enumerate(dialogues):
        clock.restart()
        visitor = f"{number}:{dialogue.id}"
        mouth: _Page | _Phone = phone if dialogue.channel == OFFICIAL else page
        if dialogue.before:
            await _have(desk, clock, page, visitor, dialogue.before)
        turns = [turn.replace(NUMBER, await _number(desk, visitor)) for turn in dialogue.turns]
        shown = await _have(desk, clock, mouth, visitor, turns)
        outcomes.append(await _outcome(desk, mouth.channel, visitor, shown))
    return outcomes


class _Page:
    """Customers who write on the web page."""

    channel = WEB

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def say(self, visitor: str, place: int, text: str) -> str:
        """Hand a message in; the id of its conversation."""
        message = await self._desk.intake.receive(WEB, visitor, text, client_id=str(place))
        return message.conversation_id

    def shown(self, lines: Sequence[Message]) -> tuple[str, ...]:
        """The messages as they are read there."""
        return tuple(line.text for line in lines)


class _Phone:
    """Customers of a 公众号 that may send no menus: choices come as numbers, which they answer with."""

    channel = OFFICIAL

    def __init__(self, desk: Desk) -> None:
        account = OfficialAccount(app_id="wxReplay", secret="", token="")
        self._terms = official_terms(account)
        events = Events(desk.units, desk.words, desk.clock, account.app_id, self._terms)
        self._receiving = Receiving(
            desk.intake, desk.words, desk.clock, account=account.app_id, terms=self._terms, events=events
        )
        self._clock = desk.clock

    async def say(self, visitor: str, place: int, text: str) -> str:
        """Hand a message in as the account's door does; the id of its conversation."""
        created = int(self._clock.now().timestamp())
        message = Inbound("gh_replay", visitor, created, InboundKind.TEXT, text=text, msg_id=str(place + 1))
        heard = await self._receiving.take(message)
        if heard is None:
            raise KesuError("the message of a dialogue was not heard")
        return heard.conversation_id

    def shown(self, lines: Sequence[Message]) -> tuple[str, ...]:
        """The messages as WeChat shows them: few, short enough, choices numbered."""
        return tuple(str(piece.body["text"]) for piece in pieces(lines, self._terms))


async def _have(
    desk: Desk, clock: TurnedClock, mouth: _Page | _Phone, visitor: str, turns: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """Say each turn, and fall silent; what the customer was shown in answer to each."""
    shown = []
    for place, text in enumerate(turns):
        clock.turn(_BETWEEN_TURNS)
        conversation_id = await mouth.say(visitor, place, text)
        while await desk.turns.answer_next(conversation_id):
            pass
        async with desk.units() as uow:
            latest = await uow.messages.latest(conversation_id, limit=1000)
        heard = max(line.seq for line in latest if line.author is Author.CUSTOMER)
        shown.append(mouth.shown([line for line in latest if line.seq > heard]))
    clock.turn(SILENCE + timedelta(minutes=1))
    await desk.see_to_silence()
    return tuple(shown)


async def _number(desk: Desk, visitor: str) -> str:
    """The number of the case that this visitor told of on the web page, if they told of one."""
    conversation_id = await desk.intake.conversation_id(WEB, visitor)
    if conversation_id is None:
        return ""
    async with desk.units() as uow:
        cases = await uow.cases.of_conversation(conversation_id)
    return next((case.number for case in cases if case.number), "")


async def _outcome(desk: Desk, channel: str, visitor: str, shown: tuple[tuple[str, ...], ...]) -> Outcome:
    conversation_id = await desk.intake.conversation_id(channel, visitor)
    if conversation_id is None:
        return Outcome((), (), escalated=False)
    async with desk.units() as uow:
        conversation = await uow.conversations.get(conversation_id)
        messages = await uow.messages.latest(conversation_id, limit=1000)
        cases = await uow.cases.of_conversation(conversation_id)
    lines = tuple(Line(message.author.value, message.text, message.clause) for message in messages)
    escalated = conversation.owner in (Owner.QUEUE, Owner.AGENT)
    return Outcome(lines, tuple(reversed(cases)), escalated, shown)
