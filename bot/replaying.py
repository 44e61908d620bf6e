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
from bot.domain.conversation import Owner
from bot.domain.dialogue import Dialogue, Line, Outcome
from bot.domain.errors import ConfigurationError
from bot.services.silence import SILENCE
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
    for number, dialogue in enumerate(dialogues):
        clock.restart()
        visitor = f"{number}:{dialogue.id}"
        for place, text in enumerate(dialogue.turns):
            clock.turn(_BETWEEN_TURNS)
            message = await desk.intake.receive("web", visitor, text, client_id=str(place))
            while await desk.turns.answer_next(message.conversation_id):
                pass
        clock.turn(SILENCE + timedelta(minutes=1))
        await desk.see_to_silence()
        outcomes.append(await _outcome(desk, visitor))
    return outcomes


async def _outcome(desk: Desk, visitor: str) -> Outcome:
    conversation_id = await desk.intake.conversation_id("web", visitor)
    if conversation_id is None:
        return Outcome((), (), escalated=False)
    async with desk.units() as uow:
        conversation = await uow.conversations.get(conversation_id)
        messages = await uow.messages.latest(conversation_id, limit=1000)
        cases = await uow.cases.of_conversation(conversation_id)
    lines = tuple(Line(message.author.value, message.text, message.clause) for message in messages)
    escalated = conversation.owner in (Owner.QUEUE, Owner.AGENT)
    return Outcome(lines, tuple(reversed(cases)), escalated)
