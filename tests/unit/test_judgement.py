"""Every rule by which cases are judged: at its threshold, just under it and just over it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.handbook_files import load_handbook
from bot.domain.case import Case, CaseState
from bot.domain.errors import InvalidInput
from bot.domain.handbook.severity import Flag, Heat, Priority, Severity
from bot.domain.judgement import Correction, Facts, flags_of, judge, unsolved
from bot.settings import ROOT

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
ONE_SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def scheme():
    return load_handbook(ROOT / "data" / "handbook").scheme


def facts(severity="严重", heat="一般", **known):
    flags = frozenset(Flag(name) for name in known.pop("flags", ()))
    return Facts(Severity(severity), Heat(heat), flags=flags, **known)


def rules(verdict):
    return [reason.rule for reason in verdict.reasons]


@pytest.mark.parametrize(
    ("flags", "severity", "expected"),
    [
        (["on_the_spot", "compensation_no"], "轻微", ["C-SEV-1"]),
        (["on_the_spot", "compensation_no", "major_impact"], "轻微", ["C-SEV-1"]),
        (["on_the_spot_no", "compensation_no"], "严重", ["C-SEV-2"]),
        (["on_the_spot_no", "compensation_no", "major_impact"], "严重", ["C-SEV-2"]),
        (["on_the_spot_no", "compensation", "major_impact"], "重大", ["C-SEV-3", "C-SEV-4"]),
        (["on_the_spot_no", "compensation", "major_impact_no"], "严重", ["C-SEV-4"]),
        (["on_the_spot_no", "compensation"], "严重", ["C-SEV-4"]),
        (["on_the_spot", "compensation"], "严重", ["C-SEV-5"]),
        (["on_the_spot", "compensation", "major_impact"], "严重", ["C-SEV-5"]),
    ],
)
def test_severity_is_d25s_with_its_two_gaps_decided(scheme, flags, severity, expected):
    verdict = judge(scheme, facts("重大" if severity == "轻微" else "轻微", flags=flags))
    assert (verdict.severity, rules(verdict)) == (severity, expected)


@pytest.mark.parametrize("flags", [[], ["on_the_spot"], ["compensation"], ["major_impact"]])
def test_without_enough_knowledge_a_case_is_as_grave_as_its_issue(scheme, flags):
    verdict = judge(scheme, facts("重大", flags=flags))
    assert (verdict.severity, verdict.reasons) == (Severity.MAJOR, ())


@pytest.mark.parametrize(
    ("flag", "heat", "rule"),
    [
        ("may_sue", "热点", "C-HOT-1"),
        ("may_be_exposed", "热点", "C-HOT-1"),
        ("lawsuit", "重大", "C-MAJ-1"),
        ("media", "重大", "C-MAJ-2"),
    ],
)
def test_a_lawsuit_or_the_media_make_a_case_hot(scheme, flag, heat, rule):
    verdict = judge(scheme, facts(flags=[flag]))
    assert (verdict.heat, rules(verdict)) == (heat, [rule])


@pytest.mark.parametrize(
    ("people", "heat", "expected"),
    [
        (1, "一般", []),
        (2, "一般", []),
        (3, "热点", ["C-HOT-3"]),
        (4, "热点", ["C-HOT-3"]),
        (9, "热点", ["C-HOT-3"]),
        (10, "重大", ["C-HOT-3", "C-MAJ-3"]),
        (11, "重大", ["C-HOT-3", "C-MAJ-3"]),
    ],
)
def test_so_many_people_together_make_a_case_hot(scheme, people, heat, expected):
    verdict = judge(scheme, facts(together=people))
    assert (verdict.heat, rules(verdict)) == (heat, expected)


@pytest.mark.parametrize(
    ("people", "heat", "expected"),
    [(2, "一般", []), (3, "热点", ["C-HOT-2"]), (4, "热点", ["C-HOT-2"]), (100, "热点", ["C-HOT-2"])],
)
def test_the_same_complaint_from_three_different_people_is_hot(scheme, people, heat, expected):
    verdict = judge(scheme, facts(repeated=people))
    assert (verdict.heat, rules(verdict)) == (heat, expected)


@pytest.mark.parametrize(
    ("age", "heat", "expected"),
    [
        (timedelta(days=7) - ONE_SECOND, "一般", []),
        (timedelta(days=7), "一般", []),
        (timedelta(days=7) + ONE_SECOND, "热点", ["C-HOT-4"]),
        (timedelta(days=30) - ONE_SECOND, "热点", ["C-HOT-4"]),
        (timedelta(days=30), "热点", ["C-HOT-4"]),
        (timedelta(days=30) + ONE_SECOND, "重大", ["C-HOT-4", "C-MAJ-4"]),
    ],
)
def test_a_case_without_solution_gets_hot_after_a_week_and_major_after_a_month(scheme, age, heat, expected):
    verdict = judge(scheme, facts(unsolved=age))
    assert (verdict.heat, rules(verdict)) == (heat, expected)


@pytest.mark.parametrize(
    ("age", "again"),
    [(0, 7), (7, 7), (7.1, 30), (30, 30), (30.1, None)],
)
def test_the_verdict_says_at_which_age_time_alone_changes_it_next(scheme, age, again):
    verdict = judge(scheme, facts(unsolved=timedelta(days=age)))
    assert verdict.again_after == (timedelta(days=again) if again else None)


def test_what_the_issue_is_hot_for_is_not_taken_away(scheme):
    assert judge(scheme, facts(heat="热点")).heat is Heat.HOT


def test_a_reason_tells_the_rule_its_wording_its_source_and_what_fits_it(scheme):
    (reason,) = judge(scheme, facts(repeated=4)).reasons
    assert reason.rule == "C-HOT-2"
    for part in ("30天内有4位不同的顾客", "一个月内累计三次以上不同投诉人的相同投诉", "D37 [003:48]"):
        assert part in reason.text


@pytest.mark.parametrize(
    ("severity", "heat", "health", "priority"),
    [
        ("轻微", "一般", True, "urgent"),
        ("轻微", "重大", False, "urgent"),
        ("重大", "热点", False, "urgent"),
        ("严重", "热点", False, "high"),
        ("轻微", "热点", False, "high"),
        ("重大", "一般", False, "high"),
        ("严重", "一般", False, "normal"),
        ("轻微", "一般", False, "low"),
    ],
)
def test_priority_follows_from_severity_heat_and_health(scheme, severity, heat, health, priority):
    verdict = judge(scheme, facts(severity, heat, health=health))
    assert verdict.priority is Priority(priority)


def test_levels_set_by_hand_go_before_the_rules_which_stay_as_reasons(scheme):
    verdict = judge(scheme, facts(together=10, fixed_heat=Heat.NORMAL, fixed_severity=Severity.MINOR))
    assert (verdict.heat, verdict.severity, verdict.priority) == ("一般", "轻微", "low")
    assert "C-MAJ-3" in rules(verdict)


def a_case(**more):
    case = Case("c", "u", "t", "web", "water.odor", "产品质量", "严重", "一般", "", NOW, NOW)
    case.state, case.accepted_at = CaseState.ACCEPTED, NOW
    for name, value in more.items():
        setattr(case, name, value)
    return case


def test_time_in_which_we_wait_for_others_does_not_count():
    rested = a_case(paused_seconds=3 * 86400)
    assert unsolved(rested, NOW + timedelta(days=8)) == timedelta(days=5)
    resting = a_case(paused_since=NOW + timedelta(days=2))
    assert unsolved(resting, NOW + timedelta(days=8)) == timedelta(days=2)


def test_a_clock_that_jumped_back_gives_no_negative_age():
    assert unsolved(a_case(), NOW - timedelta(days=1)) == timedelta()
    assert unsolved(a_case(paused_since=NOW), NOW - timedelta(days=1)) == timedelta()


def test_a_case_in_a_departments_hands_could_not_be_solved_on_the_spot():
    assert Flag.NOT_ON_THE_SPOT in flags_of(a_case(department="production"))
    assert flags_of(a_case(department="production", flags=["on_the_spot"])) == {Flag.ON_THE_SPOT}
    assert flags_of(a_case(flags=["something_else", "media"])) == {Flag.MEDIA}


def test_a_correction_takes_the_opposite_away_and_refuses_both():
    case = a_case(flags=["compensation_no", "media"])
    Correction(flags={Flag.COMPENSATION: True, Flag.MEDIA: False}).apply(case)
    assert case.flags == ["compensation"]
    with pytest.raises(InvalidInput, match="不能同时成立"):
        Correction(flags={Flag.ON_THE_SPOT: True, Flag.NOT_ON_THE_SPOT: True}).apply(case)


@pytest.mark.parametrize(
    ("correction", "said"),
    [
        (Correction(people=0), "人数"),
        (Correction(people=1_000_001), "人数"),
        (Correction(severity="很重"), "没有“很重”这一级"),
        (Correction(heat="轻微"), "没有“轻微”这一级"),
    ],
)
def test_a_correction_that_can_not_be_leaves_the_case_as_it_was(correction, said):
    case = a_case(people=2)
    with pytest.raises(InvalidInput, match=said):
        correction.apply(case)
    assert (case.people, case.judged) == (2, None)


def test_a_level_set_by_hand_can_be_given_back_to_the_rules():
    case = a_case()
    Correction(severity="重大").apply(case)
    assert case.judged["fixed"] == {"severity": "重大"}
    Correction(severity="").apply(case)
    assert case.judged["fixed"] == {}
