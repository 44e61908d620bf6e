"""A child process that never outlives the desk: own process group, on a leash, its output in a log file."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self

from bot.adapters import leash
from bot.adapters.folders import make_private
from bot.settings import ROOT

GRACE_S = 5.0
_LOG_LIMIT = 5_000_000  # bytes; one older file is kept beside it
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PASSED_ON = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED",
    "RASA_CACHE_DIRECTORY",
)  # fmt: skip


class Child(Protocol):
    """A running program."""

    async def wait(self) -> int:
        """Its exit code, once it has ended."""

    async def stop(self) -> None:
        """End it and all that it started; returns when it is gone."""


class ChildProcess:
    """A `Child` made of a real process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    @classmethod
    async def spawn(cls, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> Self:
        """Start `command` at the project's root with exactly this environment; its output goes to `log`."""
        command = [sys.executable, "-I", leash.__file__, str(os.getpid()), *command]
        with _opened(log) as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd=ROOT,
                env=dict(env),
                start_new_session=True,  # a Ctrl-C at the terminal is ours to pass on, in our order
            )
        return cls(process)

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        return await self._process.wait()

    def give_way(self, nice: int) -> None:
        """Let other programs of this machine go first (0: no longer), where Linux groups sessions for that.

        Unlike a process's own niceness, that of its session's group may be lowered again without privileges.
        """
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/autogroup").write_text(str(nice), encoding="ascii")

    async def stop(self) -> None:
        """Ask it to end, kill it after `GRACE_S` seconds, and kill whatever is left of its group."""
        if self._process.returncode is None:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), GRACE_S)
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


@contextlib.contextmanager
def _opened(log: Path) -> Iterator[int]:
    """The log as a file descriptor, readable by its owner only; a long one is set aside first."""
    make_private(log.parent)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
    number = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield number
    finally:
        os.close(number)


def environment(**given: str) -> dict[str, str]:
    """A child's environment: what any program needs, and what is given here; none of the desk's secrets."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | given


def resident_bytes(pid: int) -> int:
    """How much memory a process has in use; 0 where that can't be read (it has ended, no Linux)."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def last_lines(log: Path, count: int = 1) -> str:
    """The last lines of a log that hold something, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join([line for line in _COLOURS.sub("", text).splitlines() if line.strip()][-count:])
