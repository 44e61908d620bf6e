"""One Rasa of the fleet: kept running, and asked whether its model is fit; and one beside the fleet."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from bot.adapters.database.sealing import new_key
from bot.adapters.listening import free_port
from bot.adapters.model_files import check_labels, model_id
from bot.adapters.rasa_process import NICED_SERVER, SERVER, RasaProcess
from bot.adapters.understanding import RasaClient
from bot.adapters.watcher import Policy
from bot.domain.errors import ConfigurationError, UnderstandingUnavailable
from bot.domain.health_questions import QUESTIONS, first_problem
from bot.settings import Settings

ANSWER_WITHIN_S = 5.0  # a health question; a customer would be kept waiting as long
PARSE_WITHIN_S = 600.0  # what the room gives a parse of a thousand texts
_START_BESIDE_S = 600.0  # on a busy machine it gets what the others leave
_NOWHERE = 9  # the port on which nobody answers: a Rasa that only reads must not reach the desk's actions


class Member(Protocol):
    """A Rasa with one model, as the fleet needs it."""

    model: str
    url: str

    @property
    def restarts(self) -> int:
        """How often it was started again, after it had died or hung."""

    @property
    def pid(self) -> int | None:
        """Its process id, if there is one."""

    async def start(self) -> None:
        """Start it, and come back once it is healthy; ConfigurationError."""

    async def misread(self) -> str | None:
        """Ask it the health questions: what is wrong, in Chinese, or None."""

    async def stop(self) -> None:
        """End it; nothing of it is left."""


Launch = Callable[[Path], Member]


class RasaMember:
    """A `Member` made of a real process, on the port that `settings.rasa_port` names."""

    def __init__(
        self,
        settings: Settings,
        archive: Path,
        *,
        is_first: bool = True,
        command: Sequence[str] = SERVER,
    ) -> None:
        """`is_first`: customers wait for this one; one that loads beside another lets that go first."""
        if settings.pair_secret is None:
            raise ConfigurationError("缺少 KESU_PAIR_SECRET")
        self.model, self._archive = model_id(archive), archive
        policy = Policy() if is_first else Policy(start_within=_START_BESIDE_S)
        self._process = RasaProcess(settings, archive, command=command, policy=policy, gives_way=not is_first)
        self.url = self._process.url
        self._asking = RasaClient(self.url, settings.pair_secret.get_secret_value(), ANSWER_WITHIN_S)
        self._running: asyncio.Task[None] | None = None

    @property
    def restarts(self) -> int:
        """How often it was started again, after it had died or hung."""
        return max(0, self._process.watcher.starts - 1)

    @property
    def pid(self) -> int | None:
        """Its process id, if there is one."""
        return self._process.pid

    async def start(self) -> None:
        """Start it, and come back once it is healthy; it is started again whenever it dies."""
        await asyncio.to_thread(check_labels, self._archive)
        self._running = asyncio.create_task(self._process.run())
        ready = asyncio.create_task(self._process.watcher.ready.wait())
        try:
            await asyncio.wait({self._running, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self._running.done():
            self._running.result()
        self._process.hurry()

    async def misread(self) -> str | None:
        """Ask it the health questions, one at a time as customers would."""
        try:
            loaded = Path((await self._asking.health()).get("model") or "")
            if loaded.name != self._archive.name:
                return f"它读入的是另一个模型：{loaded.name}"
            readings = [(await self._asking.parse([question.text]))[0] for question in QUESTIONS]
        except UnderstandingUnavailable as problem:
            return f"没有在 {ANSWER_WITHIN_S:.0f} 秒内回答健康检查（{problem}）"
        return first_problem(QUESTIONS, readings)

    async def stop(self) -> None:
        """End the process, however far it is."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._asking.close()


def launcher(settings: Settings) -> Launch:
    """Starts real Rasas: the first on the port of the settings, further ones on free ports."""
    ports = chain([settings.rasa_port], iter(free_port, None))

    def launch(archive: Path) -> RasaMember:
        port = next(ports)
        return RasaMember(settings.having(rasa_port=port), archive, is_first=port == settings.rasa_port)

    return launch


@asynccontextmanager
async def beside(
    settings: Settings, archive: Path, *, command: Sequence[str] = NICED_SERVER
) -> AsyncIterator[RasaClient]:
    """A client of a further Rasa that only reads texts with this model, beside the live one and niced.

    It has a port, a secret and a scratch memory of its own, and no way to the desk's actions: it is there for
    `parse`. All of it is gone afterwards. ConfigurationError when it can't be started.
    """
    await asyncio.to_thread(check_labels, archive)
    secret = new_key()
    with tempfile.TemporaryDirectory(prefix="kesu-beside-") as folder:
        own = settings.having(
            nlu_database_url=f"sqlite:///{Path(folder) / 'rasa.db'}",
            pair_secret=SecretStr(secret),
            actions_port=_NOWHERE,
            rasa_port=free_port(),
        )
        process = RasaProcess(own, archive, command=command, log="rasa-beside.log")
        client = RasaClient(process.url, secret, PARSE_WITHIN_S)
        async with process.running():
            try:
                yield client
            finally:
                await client.close()
