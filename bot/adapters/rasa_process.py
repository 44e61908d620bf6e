"""Rasa, in its own environment, started beside the desk on a loopback port and watched."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.adapters.child import Child, ChildProcess, environment, last_lines
from bot.adapters.watcher import Clock, NeverReady, Policy, Watcher
from bot.domain.errors import ConfigurationError
from bot.settings import ROOT, Settings

ROOM_PYTHON = ROOT / "bot" / "nlu" / ".venv" / "bin" / "python"
SERVER = (str(ROOM_PYTHON), "-m", "bot.nlu.server", "--with-parent")
_NICE = shutil.which("nice")
NICED_SERVER = (_NICE, "-n", "10", *SERVER) if _NICE else SERVER  # beside the one that customers talk to
GIVING_WAY = 5  # the niceness of one that loads while customers talk to another
_ANSWER_WITHIN_S = 5.0

# Telemetry and crash reports would carry customers' text out of the company. Below WARNING Rasa logs
# messages verbatim, and so do some Python warnings.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def require_room() -> None:
    """Raise ConfigurationError when Rasa's environment has not been made."""
    if not ROOM_PYTHON.exists():
        raise ConfigurationError("Rasa 的运行环境尚未安装（bot/nlu/.venv）：请执行 make up")


class RasaProcess:
    """One Rasa with one model, listening on `settings.rasa_port`, which must have been chosen."""

    def __init__(
        self,
        settings: Settings,
        model: Path,
        *,
        command: Sequence[str] = SERVER,
        policy: Policy | None = None,
        clock: Clock | None = None,
        log: str = "rasa.log",
        gives_way: bool = False,
    ) -> None:
        if settings.pair_secret is None:
            raise ConfigurationError("缺少 KESU_PAIR_SECRET")
        self._settings = settings
        self._secret = settings.pair_secret.get_secret_value()
        self._model = model
        self._command = command
        self._gives_way = gives_way
        self._child: ChildProcess | None = None
        self.url = f"http://127.0.0.1:{settings.rasa_port}"
        self.log = settings.log_folder / log
        self.watcher = Watcher(self._launch, self._healthy, policy=policy, clock=clock)

    async def run(self) -> None:
        """Keep it running until cancelled. Raises ConfigurationError when it can't be started at all."""
        try:
            await self.watcher.run()
        except NeverReady as problem:
            raise ConfigurationError(
                f"Rasa 未能启动（{problem}），模型 {self._model}。"
                f"日志 {self.log} 的最后一行：{last_lines(self.log)}"
            ) from problem

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep it running while the block runs, which begins once it is healthy; ConfigurationError."""
        task = asyncio.create_task(self.run())
        ready = asyncio.create_task(self.watcher.ready.wait())
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            yield
        finally:
            ready.cancel()
            task.cancel()
            await asyncio.gather(task, ready, return_exceptions=True)

    @property
    def pid(self) -> int | None:
        """Of the one that was started last, if any was."""
        return self._child.pid if self._child is not None else None

    async def _launch(self) -> Child:
        port = str(self._settings.rasa_port)
        command = [*self._command, "--model", str(self._model), "--port", port]
        env = environment(
            KESU_PAIR_SECRET=self._secret,
            KESU_ACTIONS_URL=self._settings.actions_url,
            KESU_NLU_DATABASE_URL=self._settings.nlu_database_url,
            **QUIET,
        )
        self._child = await ChildProcess.spawn(command, env=env, log=self.log)
        if self._gives_way:
            self._child.give_way(GIVING_WAY)
        return self._child

    def hurry(self) -> None:
        """From now on it gives way to nobody."""
        self._gives_way = False
        if self._child is not None:
            self._child.give_way(0)

    async def _healthy(self) -> bool:
        """Whether it answers the health check with a model loaded."""
        headers = {"Authorization": f"Bearer {self._secret}"}
        timeout = aiohttp.ClientTimeout(total=_ANSWER_WITHIN_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
                session.get(f"{self.url}/webhooks/desk/health") as answer,
            ):
                return answer.status == 200  # noqa: PLR2004 -- OK
        except (aiohttp.ClientError, TimeoutError):
            return False
