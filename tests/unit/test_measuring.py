"""Which messages a report reads, and with what they are read and timed."""

import json
import sys

import pytest

from bot.adapters.reports.curve import learning_curve
from bot.adapters.reports.sets import measuring_sets
from bot.adapters.reports.stock import FIGURES, data_version, keep_stock, kept_stock, stock_folder
from bot.domain.errors import ConfigurationError
from bot.domain.evaluation import Utterance
from bot.domain.measuring import Measure, MeasuringSet
from bot.domain.reading import Reading
from bot.services.measuring import read_all, sample, short_ones, slowest


class Room:
    """Rasa's room, noting what it is asked."""

    def __init__(self):
        self.asked = []

    async def parse(self, texts):
        self.asked.append(list(texts))
        return [Reading(f"label of {text}", 1.0) for text in texts]


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


def row(text, label):
    return {"text": text, "label": label}


async def test_many_messages_are_read_in_large_requests_each_once():
    room = Room()
    texts = [str(number) for number in range(450)]
    read = await read_all(room, [*texts, *texts])
    assert read.readings["449"].label == "label of 449"
    warm_up, *requests = [len(asked) for asked in room.asked]
    assert (warm_up, requests) == (200, [200, 200, 50])


async def test_the_slowest_are_sought_among_the_longest_three_times_each():
    room = Room()
    found = await slowest(room, ["短"] + ["长" * number for number in range(10, 60)])
    assert len(found) == 10
    assert len(room.asked) == 3 * 40
    assert not any("短" in asked[0] for asked in room.asked)


def test_a_sample_is_spread_evenly():
    assert sample([str(number) for number in range(10)], 5) == ["0", "2", "4", "6", "8"]
    assert sample(["a", "b"], 5) == ["a", "b"]


def test_times_are_taken_on_short_messages_or_on_long_ones_where_there_are_no_others():
    assert short_ones(["短", "长" * 31]) == ["短"]
    assert short_ones(["长" * 31]) == ["长" * 31]


def test_the_projects_own_messages_come_first_then_each_file_of_the_folder(tmp_path):
    write(tmp_path / "tests/nlu/heldout_a.jsonl", row("你好", "greet"))
    write(tmp_path / "tests/nlu/heldout_b.jsonl", row("谢谢", "thank"))
    write(tmp_path / "more/b.jsonl", row("漏水", "complaint"), row("放首歌", "not_complaint"))
    write(tmp_path / "more/a.jsonl", row("放首歌", "not_complaint"))
    own, first, second = measuring_sets(tmp_path, tmp_path / "more")
    assert (own.own, len(own.utterances), own.measure) == (True, 2, Measure.LABELS)
    assert (first.name, first.measure) == ("a", Measure.TAKEN)
    assert (second.name, second.measure) == ("b", Measure.COMPLAINT_OR_NOT)


def test_traditional_complaints_are_read_in_simplified_as_well(tmp_path):
    write(tmp_path / "t.jsonl", row("難喝", "complaint"), row("價錢太貴", "complaint"))
    write(tmp_path / "s.jsonl", row("难喝", "complaint"))
    simplified, traditional = measuring_sets(tmp_path, tmp_path)
    assert traditional.simplified == ("难喝", "价钱太贵")
    assert traditional.measure is Measure.SEEN
    assert simplified.simplified == ()


def test_a_missing_folder_or_nothing_to_measure_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="KESU_MEASURING_DIR"):
        measuring_sets(tmp_path, tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match="heldout"):
        measuring_sets(tmp_path, None)


@pytest.fixture
def project(tmp_path):
    for name, text in (("benchmarks/stock/understanding.yml", "pipeline: []"), ("data/nlu/a.yml", "nlu: []")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def keep(project, epochs=None, seconds=100.0):
    folder = stock_folder(project / "reports", data_version(project, "pipeline: []"), epochs)
    folder.mkdir(parents=True)
    reading = Reading("greet", 0.5, ranking=(("greet", 0.5),)).to_json()
    about = {"training_seconds": seconds, "epochs": epochs}
    keep_stock(folder, {"你好": reading}, [3.0, 1.0, 2.0], about)
    return folder


def test_what_stock_read_is_kept_for_the_version_of_the_data(project):
    keep(project)
    kept = kept_stock(project / "reports", project)
    assert kept.current
    assert kept.side.readings["你好"].label == "greet"
    assert (kept.side.one, kept.side.training, kept.epochs) == (2.0, 100.0, None)


def test_stock_trained_in_fewer_epochs_is_shown_as_such_until_it_was_trained_whole(project):
    keep(project, epochs=10, seconds=20.0)
    kept = kept_stock(project / "reports", project)
    assert (kept.current, kept.epochs, kept.side.training) == (True, 10, 20.0)
    keep(project)
    kept = kept_stock(project / "reports", project)
    assert (kept.current, kept.epochs, kept.side.training) == (True, None, 100.0)


def test_after_a_change_of_the_data_the_older_figures_are_shown_as_such(project):
    keep(project)
    (project / "data/nlu/a.yml").write_text("nlu: [more]", encoding="utf-8")
    assert kept_stock(project / "reports", project).current is False


def test_a_stock_model_that_was_not_measured_yet_does_not_count(project):
    (keep(project) / FIGURES).unlink()
    assert kept_stock(project / "reports", project) is None


ROOM = """
import json, sys
asked = json.load(sys.stdin)
print("some library talks")
for rows in asked["rows"][:1] + asked["rows"][-1:]:
    labels = ["greet" if rows is None else None for _ in asked["texts"]]
    print(json.dumps({"rows": rows, "messages": len(labels), "labels": labels}))
"""


async def test_the_curve_scores_what_the_room_reads_after_each_training():
    greetings = MeasuringSet("g", (Utterance("你好", "greet"), Utterance("谢谢", "thank")))
    points = await learning_curve([greetings], command=[sys.executable, "-c", ROOM])
    assert [(point.rows, dict(point.figures)) for point in points] == [(10, {"g": 0.0}), (None, {"g": 0.5})]


async def test_a_curve_that_fails_is_told_with_the_rooms_last_words():
    with pytest.raises(ConfigurationError, match="no data"):
        await learning_curve([], command=[sys.executable, "-c", "import sys; sys.exit('no data')"])
