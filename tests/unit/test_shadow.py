"""What a change of reading means, in which order changes are shown, and what a judgement says."""

import pytest

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.evaluation import NOT_UNDERSTOOD
from bot.domain.shadow import (
    Change,
    Difference,
    Risk,
    ShadowJudgement,
    ShadowRun,
    ShadowState,
    Verdict,
    bounded,
    in_order,
    judged_label,
    risk_of,
)
from tests.records import NOW

DIFFERENCE = Difference("run", "m1", "talk", "carton.empty", "carton.spoiled", 0.7, 0.8, Risk.NONE)


def a_run(**more):
    values = {
        "days": 7,
        "most": 100,
        "since": NOW,
        "created_at": NOW,
        "created_by": "su",
        "total": 40,
        **more,
    }
    return ShadowRun("run", "kesu-2", "kesu-1", **values)


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ("illness", "food.quality", Risk.LOST),
        ("request_human", NOT_UNDERSTOOD, Risk.LOST),
        ("special.legal", "illness", Risk.LOST),
        ("chitchat", "special.tampering", Risk.GAINED),
        ("carton.empty", "carton.spoiled", Risk.NONE),
    ],
)
def test_losing_a_guarded_label_is_riskier_than_gaining_one(before, after, risk):
    assert risk_of(before, after) is risk


def test_the_riskiest_changes_come_first_then_the_most_frequent():
    changes = [
        Change("greet", "thank", Risk.NONE, 90),
        Change("greet", "illness", Risk.GAINED, 2),
        Change("illness", "greet", Risk.LOST, 1),
        Change("thank", "greet", Risk.NONE, 91),
    ]
    assert [one.count for one in in_order(changes)] == [1, 2, 91, 90]


def test_of_a_change_those_nobody_has_judged_are_left():
    assert Change("greet", "thank", Risk.NONE, 9, new=3, old=2, neither=1).open == 3


@pytest.mark.parametrize(
    ("label", "verdict"),
    [("carton.spoiled", Verdict.NEW), ("carton.empty", Verdict.OLD), ("illness", Verdict.NEITHER)],
)
def test_a_judgement_of_a_message_says_which_of_two_readings_was_right(label, verdict):
    assert ShadowJudgement("m1", "坏了", label, "su", NOW).of(DIFFERENCE) is verdict


def test_a_verdict_names_the_label_of_whoever_was_right():
    assert judged_label("new", "", DIFFERENCE) == "carton.spoiled"
    assert judged_label("old", "", DIFFERENCE) == "carton.empty"
    assert judged_label("neither", "illness", DIFFERENCE) == "illness"
    assert judged_label("neither", NOT_UNDERSTOOD, DIFFERENCE) == NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("verdict", "chosen"), [("neither", ""), ("neither", "坏奶"), ("both", "illness"), ("", "")]
)
def test_a_verdict_that_names_no_label_is_refused(verdict, chosen):
    with pytest.raises(InvalidInput):
        judged_label(verdict, chosen, DIFFERENCE)


@pytest.mark.parametrize(
    ("days", "most"), [("0", "10"), ("366", "10"), ("7", "0"), ("7", "50001"), ("七", "10"), ("", "")]
)
def test_days_and_messages_out_of_bounds_are_refused(days, most):
    with pytest.raises(InvalidInput):
        bounded(days, most)


def test_days_and_messages_within_bounds_are_taken():
    assert bounded("30", "10000") == (30, 10_000)


def test_progress_is_a_share_of_the_messages_there_were():
    assert [a_run(done=done).percent for done in (0, 10, 40)] == [0, 25, 100]


def test_a_run_that_ended_is_not_cancelled_and_one_that_runs_does_not_go_on():
    with pytest.raises(Conflict):
        a_run(state=ShadowState.DONE).cancel(NOW)
    with pytest.raises(Conflict):
        a_run().go_on()
