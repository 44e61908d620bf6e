"""A report is made by a process of its own, and cross-validation by a program in Rasa's room."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from bot.adapters.reports import child
from bot.adapters.reports.child import ReportProcess
from bot.adapters.reports.cross_validation import (
    DoubtfulRow,
    cross_validate,
    doubtful_file,
    read_doubtful,
    write_doubtful,
)
from bot.domain.errors import ConfigurationError
from bot.domain.evaluation import Utterance
from bot.domain.model_report import CrossValidation
from bot.settings import Settings

CHILD = """
import json, os, pathlib, sys
given = sys.argv[1:]
value = {name: given[given.index(name) + 1] for name in ("--live", "--json")}
judged = next((part.partition("=")[2] for part in given if part.startswith("--judged")), None)
print("40% 两个模型读同样的消息", flush=True)
told = {
    "candidate": given[0],
    "live": value["--live"],
    "data": [part for part in given if part.startswith("--data")],
    "judged": pathlib.Path(judged).read_text("utf-8") if judged else "",
    "secrets": [name for name in os.environ if "KEY" in name or "SECRET" in name or "DATABASE" in name],
    "models": os.environ["KESU_MODELS"],
}
pathlib.Path(value["--json"]).write_text(json.dumps(told))
"""


def process(tmp_path, program=CHILD, extra=()):
    settings = Settings(var=tmp_path, models=tmp_path / "models")
    return ReportProcess(settings, lambda _: list(extra), command=[sys.executable, "-c", program])


async def test_the_process_gets_the_archives_the_folders_and_the_judged_messages_but_no_secret(
    tmp_path, monkeypatch
):
    make = process(tmp_path, extra=[Path("/corrections")])
    monkeypatch.setenv("KESU_DATA_KEY", "x")
    monkeypatch.setenv("KESU_DATABASE_URL", "x")
    said = []
    told = await make(
        Path("/c.tar.gz"), Path("/l.tar.gz"), [Utterance("救命", "illness")], lambda *word: said.append(word)
    )
    assert (told["candidate"], told["live"]) == ("/c.tar.gz", "/l.tar.gz")
    assert told["data"] == ["--data=/corrections"]
    assert json.loads(told["judged"]) == {"text": "救命", "label": "illness", "also": []}
    assert told["secrets"] == []
    assert told["models"] == str(tmp_path / "models")


WAITING = """
import os, pathlib, sys, time
given = sys.argv[1:]
folder = pathlib.Path(given[0]).parent
(folder / "pid").write_text(str(os.getpid()))
print("noise\\n40% 读消息\\nmore noise", flush=True)
while not (folder / "go").exists():
    time.sleep(0.01)
pathlib.Path(given[given.index("--json") + 1]).write_text("{}")
"""


@pytest.fixture
def _listens_often(monkeypatch):
    monkeypatch.setattr(child, "_LISTEN_EVERY_S", 0.01)


@pytest.mark.usefixtures("_listens_often")
async def test_how_far_it_is_is_passed_on_while_it_works_each_word_once(tmp_path):
    said = []

    def say(*word):
        said.append(word)
        (tmp_path / "go").touch()

    assert await process(tmp_path, WAITING)(tmp_path / "c.tar.gz", Path("/l"), [], say) == {}
    assert said == [(40, "读消息")]


@pytest.mark.usefixtures("_listens_often")
async def test_a_report_that_is_called_off_leaves_no_process_behind(tmp_path):
    under_way = asyncio.Event()
    make = process(tmp_path, WAITING)
    work = asyncio.create_task(make(tmp_path / "c.tar.gz", Path("/l"), [], lambda *_: under_way.set()))
    await under_way.wait()
    pid = int((tmp_path / "pid").read_text())
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_process_that_fails_is_told_with_its_last_words(tmp_path):
    make = process(tmp_path, "import sys; sys.exit('错误: 模型坏了')")
    with pytest.raises(ConfigurationError, match="模型坏了"):
        await make(Path("/c.tar.gz"), Path("/l.tar.gz"), [], lambda *_: None)


# -- Cross-validation, as the desk sees it --

ROOM = """
import json, sys
assert sys.argv[1] == "--data", sys.argv
print("some library talks")
row = {"text": "水有怪味", "label": "greet", "read_as": "water.odor", "confidence": 0.9}
row["own_confidence"] = 0.1
found = {"folds": 3, "messages": 2, "accuracy": 0.5, "recall": {"greet": 0.5}, "rows": [row]}
print(json.dumps(found))
"""
ROW = DoubtfulRow("水有怪味", "greet", "water.odor", 0.9, 0.1)


async def test_cross_validation_gives_its_figures_and_the_doubtful_rows(tmp_path):
    found, rows = await cross_validate([tmp_path], command=[sys.executable, "-c", ROOM])
    assert found == CrossValidation(3, 2, 0.5, 1, {"greet": 0.5})
    assert rows == [ROW]


async def test_cross_validation_that_fails_is_told():
    with pytest.raises(ConfigurationError, match="no data"):
        await cross_validate([], command=[sys.executable, "-c", "import sys; sys.exit('no data')"])


def test_doubtful_rows_are_kept_beside_the_archive(tmp_path):
    archive = tmp_path / "kesu-2.tar.gz"
    assert read_doubtful(archive) == []
    write_doubtful([ROW], archive)
    assert read_doubtful(archive) == [ROW]
    assert [path.name for path in tmp_path.iterdir()] == [doubtful_file(archive).name]
