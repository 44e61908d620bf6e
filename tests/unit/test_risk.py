"""What the desk makes of the risks that the room found."""

import ast

import pytest

from bot.domain import labels
from bot.domain.handbook.situations import SITUATIONS
from bot.domain.reading import Reading, Risk
from bot.domain.risk import DANGERS, ISSUES, TITLES, RiskKind, dangers_now, needs_a_doctor, said, words
from bot.settings import ROOT


def risk(kind, text="……", **marks):
    return Risk(kind, text, 0, len(text), **marks)


def test_every_kind_has_its_words_and_a_title():
    assert {file.stem for file in (ROOT / "data" / "risks").glob("*.txt")} == set(RiskKind)
    assert set(TITLES) == set(RiskKind)


def test_every_danger_has_words_to_say_and_an_issue_to_file_it_under():
    assert set(DANGERS.values()) <= set(SITUATIONS)
    assert set(ISSUES) == set(DANGERS)
    assert set(ISSUES.values()) <= labels.COMPLAINTS


def test_the_room_calls_the_same_kinds_dangers():
    tree = ast.parse((ROOT / "bot" / "nlu" / "risks.py").read_text(encoding="utf-8"))
    named = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(named["DANGERS"].args[0]) == set(DANGERS)


def test_denied_risks_and_kinds_of_a_newer_room_are_left_out():
    found = [risk("media", denied=True), risk("weather"), risk("legal")]
    assert [one.kind for one in said(found)] == ["legal"]


def test_of_several_dangers_the_fastest_killer_is_answered_first():
    found = [risk("lift_trapped", now=True), risk("choking", now=True), risk("gas"), risk("media")]
    assert dangers_now(found) == [RiskKind.CHOKING, RiskKind.LIFT_TRAPPED]


@pytest.mark.parametrize(
    ("found", "needed"),
    [
        ([risk("urgent", "抽搐")], True),
        ([risk("urgent", "抽搐", denied=True)], False),
        ([risk("illness", "拉肚子")], False),
        ([risk("minor", "婴儿")], False),
        ([risk("illness", "拉肚子"), risk("minor", "婴儿")], True),
        ([risk("illness", "吐了"), risk("minor", "八個月大")], True),
        ([risk("illness", "吐了"), risk("minor", "孕妇")], True),
        ([risk("illness", "吐了"), risk("minor", "儿子")], False),
    ],
)
def test_grave_symptoms_and_any_of_a_babys_need_a_doctor(found, needed):
    assert needs_a_doctor(found) is needed


def test_words_are_shown_by_kind_each_once():
    found = [risk("media", "记者"), risk("legal", "起诉"), risk("media", "曝光"), risk("media", "记者")]
    assert words(found) == ("媒体曝光：记者、曝光", "法律：起诉")


def test_a_reading_carries_its_risks_through_json():
    reading = Reading(label=None, confidence=0.1, risks=(risk("gas", "煤气味", now=True),))
    assert Reading.from_json(reading.to_json()) == reading


def test_a_reading_of_an_older_model_has_no_risks():
    data = Reading(label=None, confidence=0.1).to_json()
    del data["risks"]
    assert Reading.from_json(data).risks == ()
