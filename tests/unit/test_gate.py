"""What keeps a candidate from going live."""

from dataclasses import replace

import pytest

from bot.domain import resampling
from bot.domain.gate import Gate, is_worse, judge
from bot.domain.model_report import Dialogues, FailedDialogue
from bot.domain.resampling import Compared
from tests.model_reports import report, reread, well_read

ILL = reread("孩子喝完一直吐", "illness", "illness", "food.quality")


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    """Enough for what these messages show, and quick."""
    monkeypatch.setattr(resampling, "RESAMPLES", 200)


def condition(gate, key):
    return next(one for one in gate.conditions if one.key == key)


def unmet(gate):
    return [one.key for one in gate.conditions if not one.met]


def accepted(one, by="主管甲"):
    return {"text": one.text, "label": one.wanted, "by": by, "at": "2026-03-18T02:00:00+00:00"}


def test_a_candidate_that_reads_as_well_as_the_live_model_is_let_through():
    gate = judge(report(well_read()))
    assert unmet(gate) == []
    assert gate.open


def test_a_candidate_that_lost_one_illness_is_refused_and_the_message_named():
    gate = judge(report([*well_read(), ILL]))
    assert unmet(gate) == ["guarded"]
    assert not gate.open
    (example,) = condition(gate, "guarded").examples
    assert (example.text, example.live, example.candidate) == ("孩子喝完一直吐", "illness", "food.quality")
    assert (example.can_accept, example.accepted_by) == (True, "")


def test_a_lost_illness_that_a_supervisor_accepted_by_name_is_let_through():
    gate = judge(report([*well_read(), ILL]), [accepted(ILL)])
    assert gate.open
    assert condition(gate, "guarded").examples[0].accepted_by == "主管甲"


def test_an_acceptance_counts_for_its_own_message_and_label_and_needs_a_name():
    other = reread("喝完头晕", "illness", "illness", "food.quality")
    whole = report([*well_read(40), ILL, other])
    assert unmet(judge(whole, [accepted(ILL)])) == ["guarded"]
    assert unmet(judge(whole, [accepted(ILL), {**accepted(other), "label": "food.quality"}])) == ["guarded"]
    assert unmet(judge(whole, [accepted(ILL), accepted(other, by="")])) == ["guarded"]
    assert judge(whole, [accepted(ILL), accepted(other)]).open


@pytest.mark.parametrize("label", ["special.tampering", "special.legal", "request_human"])
def test_special_cases_and_who_wants_a_person_are_guarded_too(label):
    assert "guarded" in unmet(judge(report([*well_read(), reread("x", label, label, "chitchat")])))


def test_an_ordinary_message_may_be_lost():
    assert judge(report([*well_read(20), reread("x", "greet", "greet", "thank")])).open


def test_a_label_that_falls_below_its_floor_is_named_with_both_shares():
    rows = well_read(40)
    for number in range(25):
        rows[number] = replace(
            rows[number], by_candidate=replace(rows[number].by_candidate, label="chitchat")
        )
    gate = judge(report(rows))
    assert "floors" in unmet(gate)
    (example,) = condition(gate, "floors").examples
    assert rows[0].wanted in example.text
    assert (example.live, example.candidate) == ("100%", "38%")


def test_a_label_that_was_always_weak_may_stay_as_weak():
    weak = [reread(f"w{number}", "greet", *["thank"] * 2) for number in range(30)]
    assert judge(report([*well_read(), *weak])).open


def test_accepted_messages_do_not_pull_a_label_below_its_floor():
    rows = well_read()
    lost = [reread(f"ill {number}", "illness", "illness", "food.quality") for number in range(2)]
    assert unmet(judge(report([*rows, *lost]))) == ["guarded", "floors"]
    assert judge(report([*rows, *lost]), [accepted(one) for one in lost]).open


@pytest.mark.parametrize(
    ("name", "low", "high", "difference", "worse"),
    [
        ("accuracy", -0.02, -0.001, -0.004, True),  # small, but hardly chance
        ("accuracy", -0.03, 0.005, -0.012, True),  # may be chance, but more than a point
        ("accuracy", -0.012, 0.004, -0.004, False),
        ("accuracy", 0.001, 0.02, 0.01, False),
        ("facts", -0.03, 0.005, -0.014, False),  # of facts there are fewer
        ("facts", -0.04, 0.005, -0.021, True),
    ],
)
def test_worse_is_what_chance_hardly_explains_or_what_is_more_than_it_does(
    name, low, high, difference, worse
):
    assert is_worse(name, Compared(0.9, 0.9 + difference, low, high)) is worse


def test_an_overall_figure_that_got_worse_is_told_in_points():
    made = report(well_read())
    made = replace(made, overall={**made.overall, "complaint": Compared(0.98, 0.95, -0.04, -0.02)})
    gate = judge(made)
    assert unmet(gate) == ["no_worse"]
    assert "98.0% → 95.0%" in condition(gate, "no_worse").sentence


def test_every_replayed_dialogue_has_to_pass_and_a_failed_one_is_shown():
    failed = FailedDialogue("straw", "issue", "carton.no_straw", "carton.empty", live_too=True)
    gate = judge(report(well_read(), dialogues=Dialogues(20, (failed,))))
    assert unmet(gate) == ["replays"]
    told = condition(gate, "replays")
    assert told.sentence.startswith("19/20")
    assert "使用中的模型也不符合" in told.sentence
    assert told.examples[0].text == ("straw：投诉的问题应为 carton.no_straw的标题，实为 carton.empty的标题")


def test_without_dialogues_it_stays_closed():
    assert not judge(report(well_read(), dialogues=None)).open
    assert not judge(report(well_read(), dialogues=Dialogues(0))).open


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"missing": ("交叉检验没有做成（磁盘已满）",)}, "磁盘已满"),
        ({"cross_validation": None}, "交叉检验"),
        ({"messages": 120}, "120"),
    ],
)
def test_a_report_with_something_missing_keeps_it_closed_and_says_what(more, named):
    gate = judge(report(well_read(), **more))
    assert unmet(gate) == ["complete"]
    assert named in condition(gate, "complete").sentence


def test_a_test_set_without_a_guarded_label_proves_nothing_about_it():
    rows = [one for one in well_read() if one.wanted != "special.tampering"]
    assert "special.tampering的标题" in condition(judge(report(rows)), "complete").sentence


def test_a_gate_comes_back_from_json_as_it_was():
    gate = judge(report([*well_read(), ILL]))
    kept = gate.to_json()
    assert kept["open"] is False
    assert Gate.from_json(kept) == gate


def test_a_gate_without_conditions_is_closed():
    assert not Gate(()).open
