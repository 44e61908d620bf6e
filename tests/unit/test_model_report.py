"""The figures of a candidate beside the live model, counted once more by hand."""

import pytest

from bot.domain.comparing import (
    by_label,
    calibration,
    changes,
    confused_pairs,
    facts_of_kinds,
    overall,
)
from bot.domain.evaluation import NOT_UNDERSTOOD, Utterance
from bot.domain.model_report import ModelReport
from bot.domain.reading import Entity, Reading, Risk
from bot.domain.readings_compared import Reread
from tests.model_reports import report


def read(label, *entities, risks=(), confidence=0.9):
    found = tuple(Entity(kind, value, 0, len(value)) for kind, value in entities)
    return Reading(label, confidence, entities=found, risks=tuple(risks))


def rows(*given):
    """Messages as (text, label, live, candidate)."""
    return [Reread(Utterance(text, label), read(live), read(new)) for text, label, live, new in given]


TALK = rows(
    ("a", "greet", "greet", "greet"),
    ("b", "greet", "greet", "thank"),
    ("c", "greet", "thank", "greet"),
    ("d", "thank", "thank", "thank"),
    ("e", "thank", "greet", None),
)


def test_figures_of_a_label_are_those_that_a_count_by_hand_gives():
    greet, thank = by_label(TALK)
    assert (greet.label, greet.support, greet.few) == ("greet", 3, True)
    assert (greet.recall.live, greet.recall.candidate) == (0.6667, 0.6667)  # a, b of three; a, c of three
    assert (greet.precision.live, greet.precision.candidate) == (0.6667, 1.0)  # e was taken for one
    assert (thank.precision.live, thank.precision.candidate) == (0.5, 0.5)
    assert (thank.f1.live, thank.f1.candidate) == (0.5, 0.5)


def test_overall_figures_count_every_message_and_every_label_once():
    found = overall(TALK)
    assert (found["accuracy"].live, found["accuracy"].candidate) == (0.6, 0.6)
    assert found["macro_f1"].live == pytest.approx((0.6667 + 0.5) / 2, abs=1e-4)
    assert "facts" not in found


def test_seeing_a_complaint_counts_whichever_issue_is_read():
    found = overall(
        rows(
            ("a", "water.odor", "tea.turbid", "greet"),
            ("b", "illness", "illness", "illness"),
            ("c", "greet", "greet", "illness"),
        )
    )["complaint"]
    assert (found.live, found.candidate) == (1.0, 0.5)


def test_confused_pairs_begin_with_those_that_only_the_candidate_mixes_up():
    old, *_ = rows(("x", "deny", "affirm", "affirm"))
    pairs = confused_pairs([old, *TALK])
    assert [(one.label, one.read_as, one.live, one.candidate) for one in pairs] == [
        ("greet", "thank", 1, 1),
        ("thank", NOT_UNDERSTOOD, 0, 1),
        ("deny", "affirm", 1, 1),
        ("thank", "greet", 1, 0),
    ]
    assert (pairs[0].new, pairs[0].old) == (("b",), ())
    assert (pairs[2].new, pairs[2].old) == ((), ("x",))


def test_lost_and_gained_messages_are_named_and_guarded_ones_come_first():
    lost, gained = changes([*TALK, *rows(("f", "illness", "illness", "food.quality"))])
    assert [(one.text, one.guards) for one in lost] == [("f", ("illness",)), ("b", ())]
    assert [one.text for one in gained] == ["c"]


def test_a_second_right_label_is_right_and_guards_the_message_too():
    asked = Utterance("喝完拉肚子", "food.quality", also=("illness",))
    right = Reread(asked, read("illness"), read("food.quality"))
    assert not right.is_lost
    lost, _ = changes([Reread(asked, read("illness"), read("thank"))])
    assert lost[0].guards == ("illness",)


def test_a_danger_that_only_the_live_model_hears_is_lost_though_the_label_is_right():
    gas = Risk("gas", "煤气味", 0, 3, now=True)
    asked = Utterance("家里一股煤气味", "property.equipment")
    heard = read("property.equipment", risks=[gas])
    lost, _ = changes([Reread(asked, heard, read("property.equipment"))])
    assert [(one.text, one.guards) for one in lost] == [("家里一股煤气味", ("danger.gas",))]
    assert changes([Reread(asked, heard, heard)]) == ((), ())


def test_facts_are_compared_kind_by_kind_and_together_on_annotated_messages_only():
    asked = Utterance("a", "inform", entities=(("phone", "139"), ("date", "昨天")))
    pair = Reread(asked, read("inform", ("phone", "139")), read("inform", ("phone", "139"), ("date", "昨天")))
    bare = Reread(Utterance("b", "inform"), read("inform", ("phone", "1")), read("inform"))
    assert [(one.kind, one.support, one.live, one.candidate) for one in facts_of_kinds([pair, bare])] == [
        ("date", 1, 0.0, 1.0),
        ("phone", 1, 1.0, 1.0),
    ]
    found = overall([pair, bare])["facts"]
    assert (found.live, found.candidate) == (0.6667, 1.0)


def test_calibration_is_told_with_the_bins_it_comes_from():
    asked = [Utterance(text, "greet") for text in "abcd"]
    error, bins = calibration(asked, [*[read("greet", confidence=0.75)] * 3, read("thank", confidence=0.75)])
    assert (error, [(one.count, one.confidence, one.right) for one in bins]) == (0.0, [(4, 0.75, 0.75)])


def test_a_report_comes_back_from_json_as_it_was():
    made = report(TALK)
    assert ModelReport.from_json(made.to_json()) == made


@pytest.mark.parametrize("broken", [{}, {"made": "yesterday"}])
def test_what_is_no_report_is_refused(broken):
    with pytest.raises(ValueError, match="validation error"):
        ModelReport.from_json(broken)
