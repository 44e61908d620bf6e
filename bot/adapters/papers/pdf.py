"""Turns Word documents into PDF with LibreOffice, where it is installed."""

import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.domain.errors import ConfigurationError

MISSING = (
    "没有安装 LibreOffice，只能给出 Word 文件（Debian/Ubuntu：apt-get install libreoffice-writer-nogui）。"
)
_SECONDS = 90.0


def converter() -> str | None:
    """The program that makes PDF files; None without LibreOffice."""
    return shutil.which("soffice") or shutil.which("libreoffice")


async def pdf(document: bytes, program: str, kind: str = ".docx") -> bytes:
    """The document as PDF; `kind` is the ending of its files. ConfigurationError if it can't be made in time.

    LibreOffice gets a profile of its own: two LibreOffices can't share one, and a person's may be open.
    """
    with tempfile.TemporaryDirectory(prefix="kesu-pdf-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / f"paper{kind}"
        source.write_bytes(document)
        arguments = (
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--headless", "--norestore", "--nolockcheck",
            "--convert-to", "pdf", "--outdir", folder, str(source),
        )  # fmt: skip
        process = await _started(program, *arguments)
        try:
            _, said = await asyncio.wait_for(process.communicate(), _SECONDS)
        except TimeoutError:
            raise ConfigurationError(f"LibreOffice 转换 PDF 超过了 {_SECONDS:.0f} 秒。") from None
        finally:
            await _end(process)
        made = source.with_suffix(".pdf")
        if process.returncode or not made.is_file():
            reason = said.decode(errors="replace").strip().splitlines()
            raise ConfigurationError(
                f"LibreOffice 没有转成 PDF：{reason[-1] if reason else '没有说明原因'}。"
            )
        return made.read_bytes()


async def _started(*command: str) -> asyncio.subprocess.Process:
    """The program, running; whoever is cancelled while it starts doesn't leave it behind."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave nothing running, also when nobody waits for the file any more.

    `soffice` is a script that starts the real program: both are in a group of their own.
    """
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
