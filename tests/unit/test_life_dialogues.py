"""The replay files of tests/e2e/life: one for each kind of complaint, with the handbook's own words."""

from pathlib import Path

import pytest

from bot.adapters.jsonl import read_dialogues
from bot.adapters.script import convert
from bot.domain import labels
from tests.desks import handbook

E2E = Path(__file__).parents[1] / "e2e"
FILES = sorted((E2E / "life").glob("*.jsonl"))
ISSUES = {
    "carton_empty": {"carton.empty"},
    "carton_spoiled": {"carton.spoiled", "illness"},  # one of them turns out to be graver
    "carton_no_straw": {"carton.no_straw"},
    "carton_no_date": {"carton.no_date"},
    "porridge_foreign_object": {"porridge.foreign_object"},
    "porridge_sour": {"porridge.sour"},
    "water_odor": {"water.odor"},
    "tea_turbid": {"tea.turbid"},
    "illness": {"illness"},
    "inspection": {"special.inspection"},
    "association": {"special.consumer_association"},
    "tampering": {"special.tampering"},
    "courier": {"courier.service", "courier.transport", "courier.fee"},
    "property": {"property.building", "property.equipment", "property.security", "property.environment"},
    "hotel": {"hotel.service"},
    "bank": {"bank.service"},
    "concrete": {"building_material.concrete"},
    "cinema": {"cinema.service"},
}


def plain(text):
    return convert(text, "hans")


@pytest.fixture(scope="module")
def said():
    """Every way in which a clause may be said to customers, in one line each."""
    clauses = [clause for clause in handbook().clauses.values() if clause.may_be_said]
    return [plain("".join(unit.sent for unit in way)) for clause in clauses for way in clause.ways]


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request):
    return request.param


def test_each_kind_of_complaint_has_a_file():
    assert {file.stem for file in FILES} == set(ISSUES)


def test_a_file_has_two_to_four_dialogues_about_its_issues_in_both_scripts(file):
    dialogues = read_dialogues(file)
    assert 2 <= len(dialogues) <= 4
    assert {dialogue.expect["issue"] for dialogue in dialogues} == ISSUES[file.stem] <= labels.COMPLAINTS
    traditional = [one.id.endswith("hant") for one in dialogues]
    assert set(traditional) == {True, False}
    for dialogue, is_traditional in zip(dialogues, traditional, strict=True):
        assert (plain(dialogue.turns[0]) != dialogue.turns[0]) is is_traditional, dialogue.id


def test_a_file_expects_words_of_the_handbook_and_fields_that_there_are(file, said):
    fields = set(handbook().fields)
    for dialogue in read_dialogues(file):
        assert set(dialogue.expect.get("fields", {})) <= fields | labels.ENTITIES
        assert dialogue.expect["must_reply_contain"]
        for phrase in dialogue.expect["must_reply_contain"]:
            assert any(plain(phrase) in way for way in said) or phrase.endswith("个工作日"), phrase


def test_no_dialogue_begins_like_another():
    files = [*FILES, E2E / "dialogues.jsonl"]
    begun = [dialogue.turns[0] for file in files for dialogue in read_dialogues(file)]
    assert all(begun.count(dialogue.turns[0]) == 1 for file in FILES for dialogue in read_dialogues(file))


def test_every_dialogue_has_a_name_of_its_own():
    names = [dialogue.id for file in [*FILES, E2E / "dialogues.jsonl"] for dialogue in read_dialogues(file)]
    assert len(set(names)) == len(names)
