"""How a report is made: both models read the same messages, and are timed in turn."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.reports.sets import replay_files, unseen
from bot.domain.errors import ConfigurationError
from bot.domain.evaluation import NOT_UNDERSTOOD, Utterance
from bot.domain.model import LiveModel
from bot.domain.model_report import ModelReport
from bot.domain.reading import Reading
from bot.domain.shadow import ShadowJudgement
from bot.services.model_reports import (
    Extra,
    Readable,
    ReportMaker,
    measure,
    put_together,
    time_in_turn,
)
from bot.settings import ROOT
from tests.model_reports import report, well_read

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
FIXED = [Utterance("水有怪味", "water.odor"), Utterance("你好", "greet"), Utterance("在吗", "greet")]


class Reader:
    """A model that reads by a table, noting what it was asked, and when in the common order."""

    def __init__(self, table, asked=None):
        self.table, self.asked = table, asked if asked is not None else []

    async def parse(self, texts, day=None):
        self.asked.append((self, list(texts)))
        return [Reading(self.table.get(text), 0.8) for text in texts]


def models():
    live = Reader({"水有怪味": "water.odor", "你好": "greet"})
    candidate = Reader({"你好": "greet", "在吗": "greet", "救命": "illness"})
    return Readable("kesu-1", 100, live), Readable("kesu-2", 200, candidate)


async def test_both_models_read_the_same_messages_and_the_report_tells_them_apart():
    measured = await measure(*models(), FIXED, [Utterance("救命", "illness")])
    made = put_together(measured, NOW, Extra(titles=str.upper))
    assert (made.messages, made.judged) == (4, 1)
    assert (made.live.model, made.live.bytes) == ("kesu-1", 100)
    assert (made.candidate.model, made.candidate.bytes) == ("kesu-2", 200)
    assert [one.text for one in made.lost] == ["水有怪味"]
    assert {one.text for one in made.gained} == {"在吗", "救命"}
    assert (made.overall["accuracy"].live, made.overall["accuracy"].candidate) == (0.5, 0.75)
    assert made.titles["greet"] == "GREET"
    assert made.titles[NOT_UNDERSTOOD] == "没听懂"
    assert ModelReport.from_json(json.loads(json.dumps(made.to_json()))) == made


async def test_a_judged_message_of_the_fixed_set_counts_once_and_as_it_stands_there():
    measured = await measure(*models(), FIXED, [Utterance("你好", "thank"), Utterance("救命", "illness")])
    assert measured.judged == 1
    assert [one.wanted for one in measured.reread] == ["water.odor", "greet", "greet", "illness"]


async def test_times_are_taken_in_turn_and_each_model_is_first_every_other_time():
    order = []
    live, candidate = Reader({}, order), Reader({}, order)
    times = await time_in_turn(live, candidate, ["a", "b"])
    assert [len(one) for one in times] == [2, 2]
    assert [(one is live, texts) for one, texts in order] == [
        (False, ["a"]), (True, ["a"]), (True, ["b"]), (False, ["b"]),
    ]  # fmt: skip


# -- From the registry to the report --


class Units:
    """One unit of work with a live model and judgements."""

    def __init__(self, live):
        self.models = self.shadow = self
        self._live = live

    def __call__(self):
        return self

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return None

    async def live(self):
        return LiveModel(self._live, 1, NOW, "u")

    async def judged(self):
        return [ShadowJudgement("m1", "救命", "illness", "u", NOW)]


async def test_the_live_row_and_the_judgements_go_into_the_report_and_the_gate_is_judged():
    asked = []

    async def run(*given):
        asked.append(given[:3])
        return report(well_read()).to_json()

    make = ReportMaker(Units("kesu-1"), run, lambda model: Path(f"/models/{model}.tar.gz"))
    made, gate = await make("/models/candidates/kesu-2.tar.gz")
    assert gate["open"] is True
    assert made["candidate"]["model"] == "kesu-2"
    assert asked == [
        (
            Path("/models/candidates/kesu-2.tar.gz"),
            Path("/models/kesu-1.tar.gz"),
            [Utterance("救命", "illness")],
        )
    ]


@pytest.mark.parametrize("live", [None, "gone"])
async def test_without_a_live_model_there_is_nothing_to_compare_with(live):
    make = ReportMaker(Units(live), None, lambda _: None)
    with pytest.raises(ConfigurationError, match="使用中的模型"):
        await make("/models/kesu-2.tar.gz")


# -- What it is measured with --


def test_a_judged_message_that_was_learned_measures_nothing(tmp_path):
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    (tmp_path / "data" / "nlu" / "a.yml").write_text(
        "nlu:\n- intent: water.odor\n  examples: |\n    - 這桶[水](product)有怪味\n", encoding="utf-8"
    )
    judged = [Utterance("这桶水有怪味！", "water.odor"), Utterance("水很臭", "water.odor")]
    assert unseen(judged, tmp_path) == judged[1:]


def test_the_candidate_is_tried_with_every_dialogue_of_the_project():
    names = {path.name for path in replay_files(ROOT)}
    assert {"dialogues.jsonl", "illness.jsonl", "truth.jsonl"} <= names
