"""A training: what it leaves behind when it ends, and when it is ended."""

import asyncio
import os
import sys

import pytest

from bot.adapters.training import train
from bot.domain.errors import ConfigurationError
from bot.settings import Settings

# Stands in for `bot.nlu.training`: writes an archive with the metadata of the labels.
FAKE_TRAIN = """
import argparse, io, json, os, sys, tarfile
from bot.domain.labels import ALL
options = argparse.ArgumentParser()
options.add_argument("--archive")
options.add_argument("--data", nargs="+")
given = options.parse_args()
path = given.archive
if {full!r}:
    open(path, "wb").write(b"half an archive")
    raise OSError(28, os.strerror(28))
content = json.dumps(dict(domain=dict(intents=sorted(ALL)))).encode()
with tarfile.open(path, "w:gz") as file:
    member = tarfile.TarInfo("metadata.json")
    member.size = len(content)
    file.addfile(member, io.BytesIO(content))
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(models=tmp_path / "models", var=tmp_path / "var")


@pytest.fixture
def trainer(tmp_path):
    def make(*, full=False):
        path = tmp_path / "train.py"
        path.write_text(FAKE_TRAIN.replace("{full!r}", str(full)))
        return (sys.executable, str(path))

    return make


async def test_a_finished_model_appears_whole_and_nothing_else_is_left(root, settings, trainer):
    trained = await train(settings, print, command=trainer(), root=root)
    assert list(settings.models.iterdir()) == [trained.model]


async def test_a_full_disk_is_one_clear_line_and_leaves_no_half_archive(root, settings, trainer):
    with pytest.raises(ConfigurationError, match=r"磁盘已满.*models") as caught:
        await train(settings, print, command=trainer(full=True), root=root)
    assert "\n" not in str(caught.value)
    assert list(settings.models.iterdir()) == []


async def test_a_training_that_fails_tells_the_last_line_of_its_log(root, settings):
    with pytest.raises(ConfigurationError, match=r"train\.log.*ran out of luck"):
        await train(settings, print, command=(sys.executable, "-c", "exit('ran out of luck')"), root=root)


async def test_an_interrupted_training_leaves_nothing_behind(root, settings):
    endless = (sys.executable, "-c", "import time; time.sleep(600)")
    task = asyncio.create_task(train(settings, print, command=endless, root=root))
    while not list(settings.models.glob(".training-*")):  # noqa: ASYNC110 -- a folder sets no event
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(settings.models.iterdir()) == []


async def test_what_a_killed_training_left_is_cleared_away_at_the_next(root, settings, trainer):
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await ended.wait()
    left, others = settings.models / f".training-{ended.pid}", settings.models / f".training-{os.getppid()}"
    left.mkdir(parents=True)
    others.mkdir()
    await train(settings, print, command=trainer(), root=root)
    assert not left.exists()
    assert others.exists()
