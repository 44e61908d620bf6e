"""Programs in Rasa's room that answer one question on their standard output."""

import asyncio
from collections.abc import Sequence

from bot.adapters.child import environment
from bot.adapters.rasa_process import QUIET
from bot.domain.errors import ConfigurationError
from bot.settings import ROOT


async def answer_of(command: Sequence[str], question: bytes, failed: str) -> list[bytes]:
    """The JSON objects that a program writes, one a line; it is killed when nobody waits any more.

    Raises ConfigurationError with `failed` and the program's last words when it fails.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=environment(**QUIET),
    )
    try:
        answer, complaint = await process.communicate(question)
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        reason = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise ConfigurationError(f"{failed}：{reason}")
    return [line for line in answer.splitlines() if line.startswith(b"{")]
