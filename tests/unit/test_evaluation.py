import pytest

from bot.domain.calibration import calibration_error, reliability
from bot.domain.evaluation import Utterance, confusions, evaluate, facts, facts_by_kind, is_right, percentile
from bot.domain.reading import Entity, Reading


def read_as(label, *entities):
    found = tuple(Entity(kind, value, 0, len(value)) for kind, value in entities)
    return Reading(label, 0.9, entities=found, model="m")


@pytest.mark.parametrize(
    ("wanted", "also", "read", "right"),
    [
        ("illness", (), "illness", True),
        ("illness", ("food.quality",), "food.quality", True),
        ("illness", (), "food.quality", False),
        ("complaint", (), "food.quality", True),
        ("complaint", (), "greet", False),
        ("not_complaint", (), "greet", True),
        ("not_complaint", (), "food.quality", False),
        ("not_complaint", (), None, True),
        ("greet", (), None, False),
    ],
)
def test_a_reading_is_right_by_label_by_also_or_by_family(wanted, also, read, right):
    assert is_right(Utterance("…", wanted, also), read_as(read)) is right


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    wanted = [Utterance(str(n), label) for n, label in enumerate(["greet", "greet", "greet", "thank"])]
    found = evaluate(wanted, [read_as(one) for one in ("greet", "greet", "thank", "greet")], [1.0])
    assert found["labels"]["greet"] == {"precision": 0.6667, "recall": 0.6667, "f1": 0.6667, "support": 3}
    assert found["labels"]["thank"]["f1"] == 0.0
    assert (found["accuracy"], found["macro_f1"]) == (0.5, 0.3333)


def test_facts_count_for_annotated_messages_only_and_agree_after_nfkc_without_spaces():
    wanted = [
        Utterance("a", "inform", entities=(("phone", "139 0000"), ("date", "昨天"))),
        Utterance("b", "inform", entities=None),
    ]
    found = [
        read_as("inform", ("phone", "１３９0000"), ("place", "上海")),
        read_as("inform", ("date", "今天")),
    ]
    assert facts(wanted, found).to_json() == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    kinds = facts_by_kind(wanted, found)
    assert {kind: (one.hits, one.read, one.wanted) for kind, one in kinds.items()} == {
        "phone": (1, 1, 1),
        "date": (0, 0, 1),
        "place": (0, 1, 0),
    }


def test_a_fact_said_twice_must_be_found_twice():
    wanted = [Utterance("a", "inform", entities=(("quantity", "两箱"), ("quantity", "两箱")))]
    assert facts(wanted, [read_as("inform", ("quantity", "两箱"))]).to_json()["recall"] == 0.5


def test_the_most_frequent_confusion_comes_first_with_a_few_examples():
    rows = [("a", "x", "y"), ("b", "y", "x"), ("c", "y", "x"), ("d", "y", "x"), ("e", "x", "x")]
    assert confusions(rows, examples=2) == [
        {"label": "y", "read_as": "x", "count": 3, "examples": ["b", "c"]},
        {"label": "x", "read_as": "y", "count": 1, "examples": ["a"]},
    ]


def test_the_calibration_error_weighs_each_bin_by_its_messages():
    bins = reliability([(0.95, True), (0.95, True), (0.95, False), (0.35, False)])
    assert [(one.low, one.high, one.count) for one in bins] == [(0.3, 0.4, 1), (0.9, 1.0, 3)]
    assert calibration_error(bins) == pytest.approx((3 * abs(0.95 - 2 / 3) + 0.35) / 4)


def test_confidences_that_mean_what_they_say_have_no_error():
    pairs = [(0.75, True), (0.75, True), (0.75, True), (0.75, False), (1.0, True)]
    assert calibration_error(reliability(pairs)) == pytest.approx(0.0)
    assert calibration_error([]) == 0.0


def test_complete_certainty_belongs_to_the_last_bin():
    (only,) = reliability([(1.0, True)])
    assert (only.low, only.high) == (0.9, 1.0)


def test_percentiles_of_few_values():
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([1.0], 95) == 1.0
