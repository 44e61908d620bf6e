"""Training a candidate: where it lies, what it was trained from, how gently, and what is heard of it."""

import asyncio
import os
import sys
from datetime import UTC, datetime

import pytest

from bot.adapters.model_trainer import CandidateTrainer, fingerprint
from bot.domain.correction import Correction, CorrectionKind, Part
from bot.domain.errors import ConfigurationError
from bot.domain.labels import ALL
from bot.settings import Settings
from tests.models import a_model

# Stands in for `bot.nlu.training`: says what Rasa says, writes an archive with the metadata of the labels.
FAKE_TRAIN = """
import argparse, io, json, os, sys, tarfile
from bot.domain.labels import ALL
options = argparse.ArgumentParser()
options.add_argument("--verbose", action="store_true")
options.add_argument("--archive")
options.add_argument("--data", nargs="+")
given = options.parse_args()
print("INFO rasa - Starting to train component 'SentenceEncoder'.", flush=True)
print("nice", os.nice(0), "cores", len(os.sched_getaffinity(0)), flush=True)
print("data", *given.data, flush=True)
content = json.dumps(dict(domain=dict(intents=sorted(ALL)))).encode()
with tarfile.open(given.archive, "w:gz") as file:
    member = tarfile.TarInfo("metadata.json")
    member.size = len(content)
    file.addfile(member, io.BytesIO(content))
"""
ID = "kesu-20260318-020000"


@pytest.fixture
def settings(tmp_path):
    return Settings(models=tmp_path / "models", var=tmp_path / "var")


@pytest.fixture
def trainer(settings, root, tmp_path):
    def make(program=FAKE_TRAIN):
        path = tmp_path / "train.py"
        path.write_text(program)
        return CandidateTrainer(settings, command=(sys.executable, str(path)), root=root)

    return make


def a_correction(text="粥里有头发", label="illness"):
    at = datetime(2026, 3, 18, tzinfo=UTC)
    return Correction("c1", "m1", "wang", at, CorrectionKind.LABEL, (Part(text, label),))


async def test_a_candidate_lies_apart_from_the_models_that_are_started_by_themselves(trainer, settings):
    made = await trainer().train(ID, [], lambda _: None)
    assert made.file == str(settings.models / "candidates" / f"{ID}.tar.gz")
    assert list(settings.models.glob("*.tar.gz")) == []


async def test_what_the_process_says_is_heard_line_by_line(trainer):
    heard = []
    await trainer().train(ID, [], heard.append)
    assert heard[0] == "INFO rasa - Starting to train component 'SentenceEncoder'."


async def test_a_candidate_is_trained_at_low_priority_on_one_core(trainer):
    heard = []
    await trainer().train(ID, [], heard.append)
    assert heard[1] == f"nice {min(19, os.nice(0) + 10)} cores 1"


async def test_corrections_are_trained_with_and_kept_beside_the_model(trainer, settings):
    heard, training = [], trainer()
    made = await training.train(ID, [a_correction()], heard.append)
    [folder] = training.folders(ID)
    assert folder.is_relative_to(settings.models / "candidates")
    assert heard[2].endswith(str(folder))
    assert "粥里有头发" in (folder / "illness.yml").read_text()
    assert (made.rows, made.data["corrections"]) == (len(ALL) + 1, 1)


async def test_a_candidate_without_corrections_is_trained_from_the_project_alone(trainer):
    made = await trainer().train(ID, [], lambda _: None)
    assert (made.rows, made.data["corrections"]) == (len(ALL), 0)


async def test_a_correction_that_no_model_may_learn_stops_the_training_and_names_it(trainer):
    with pytest.raises(ConfigurationError, match=r"corrections/illness\.yml:8.*未知实体"):
        await trainer().train(ID, [a_correction("[头发](hair)")], lambda _: None)


async def test_a_training_that_fails_tells_the_last_line_of_its_log(trainer):
    training = trainer("exit('ran out of luck')")
    with pytest.raises(ConfigurationError, match="ran out of luck"):
        await training.train(ID, [], lambda _: None)
    assert training.log(ID, 5) == ["ran out of luck"]


async def test_who_calls_a_training_off_ends_its_process(trainer):
    heard = asyncio.Queue()
    training = trainer("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    task = asyncio.create_task(training.train(ID, [], heard.put_nowait))
    pid = int(await heard.get())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_an_archive_is_found_where_it_is_now(trainer, settings):
    training = trainer()
    made = await training.train(ID, [], lambda _: None)
    assert str(training.archive(a_model(ID, file="/somewhere/else.tar.gz"))) == made.file
    assert training.archive(a_model("kesu-20260101-000000", file="/gone.tar.gz")) is None


def test_the_fingerprint_changes_with_any_file_and_with_nothing_else(root):
    before = fingerprint(root)
    assert fingerprint(root) == before
    rules = root / "data" / "rules" / "all.yml"
    rules.write_text(rules.read_text() + "\n")
    after = fingerprint(root)
    assert after["hash"] != before["hash"]
    changed = [one["name"] for one, was in zip(after["files"], before["files"], strict=True) if one != was]
    assert changed == ["data/rules/all.yml"]


def test_the_fingerprint_counts_the_rows_of_each_file(root):
    rows = {one["name"]: one["rows"] for one in fingerprint(root)["files"]}
    assert (rows["data/nlu/all.yml"], rows["data/rules/all.yml"]) == (len(ALL), 0)
