"""LibreOffice as a program that may hang, fail, or be waited for no longer."""

import asyncio
import os

import pytest

from bot.adapters.papers import pdf as pdfs
from bot.domain.errors import ConfigurationError


@pytest.fixture
def office(tmp_path):
    """A stand-in that, like `soffice`, is a script with a child; while one of them runs, the pipe is open."""
    script, pipe = tmp_path / "soffice", tmp_path / "pipe"
    os.mkfifo(pipe)
    script.write_text(f"#!/bin/sh\nexec 3> {pipe}\nsleep 60 &\nwait\n")
    script.chmod(0o755)
    return str(script), pipe


async def opened(pipe):
    """The pipe, once the program has opened it."""
    return await asyncio.to_thread(pipe.open)


async def ended(pipe):
    """Return when nothing holds the pipe open any more."""
    async with asyncio.timeout(30):
        assert await asyncio.to_thread(pipe.read) == ""


async def test_a_program_that_takes_too_long_is_ended_with_its_children(office, monkeypatch):
    program, path = office
    monkeypatch.setattr(pdfs, "_SECONDS", 0.5)
    opening = asyncio.create_task(opened(path))
    with pytest.raises(ConfigurationError, match="超过了"):
        await pdfs.pdf(b"", program)
    with await opening as pipe:
        await ended(pipe)


async def test_nothing_runs_on_when_nobody_waits_any_more(office):
    program, path = office
    waiting = asyncio.create_task(pdfs.pdf(b"", program))
    with await opened(path) as pipe:
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await ended(pipe)


async def test_what_the_program_says_when_it_fails_is_told(tmp_path):
    script = tmp_path / "soffice"
    script.write_text("#!/bin/sh\necho 'source file could not be loaded' >&2\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(ConfigurationError, match="source file could not be loaded"):
        await pdfs.pdf(b"", str(script))
