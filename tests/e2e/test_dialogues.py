"""The bot as its customers meet it: the dialogues of dialogues.jsonl, life/ and talk/ through the real stack.

`kesu replay tests/e2e/dialogues.jsonl --transcripts` shows the same conversations.
"""

from pathlib import Path

import pytest

from bot.adapters.jsonl import read_dialogues
from bot.adapters.script import convert
from bot.domain import labels
from bot.domain.dialogue import failures
from tests.e2e.stack import have

pytestmark = pytest.mark.rasa

HERE = Path(__file__).parent
FILES = [HERE / "dialogues.jsonl", *sorted(HERE.glob("life/*.jsonl")), *sorted(HERE.glob("talk/*.jsonl"))]
DIALOGUES = [dialogue for file in FILES for dialogue in read_dialogues(file)]
QUESTIONS = ("K-ASK", "K-CONFIRM", "K-FACT-WRONG")
SHORTEST_QUOTATION = 10  # characters; a shorter sentence of an internal clause may stand in any text


def simplified(text):
    return convert(text, "hans")


@pytest.fixture(scope="module")
def replayed(rasa, tmp_path_factory):
    """The handbook, and each dialogue's outcome by its id: all are had in one go on one database."""
    handbook, outcomes = have(DIALOGUES, rasa, tmp_path_factory.mktemp("dialogues"))
    return handbook, dict(zip((dialogue.id for dialogue in DIALOGUES), outcomes, strict=True))


@pytest.fixture(params=DIALOGUES, ids=lambda dialogue: dialogue.id)
def dialogue(request):
    return request.param


def test_the_dialogue_goes_as_expected(dialogue, replayed):
    handbook, outcomes = replayed
    failed = failures(dialogue, outcomes[dialogue.id], handbook, simplified)
    assert not failed, [failure.to_json() for failure in failed]


def test_nothing_internal_unfilled_or_silent_is_said(dialogue, replayed):
    handbook, outcomes = replayed
    internal = [
        unit.text
        for clause in handbook.clauses.values()
        for unit in clause.wording
        if not clause.may_be_said and len(unit.text) >= SHORTEST_QUOTATION
    ]
    said = [line.text for line in outcomes[dialogue.id].transcript if line.who != "customer"]
    assert len(said) >= len(dialogue.turns)
    for text in said:
        assert "{" not in text
        plain = simplified(text)
        assert not any(sentence in plain for sentence in internal), text


def test_no_question_is_asked_twice_in_the_same_words(dialogue, replayed):
    _, outcomes = replayed
    lines = outcomes[dialogue.id].transcript
    asked = [line.text for line in lines if line.who == "bot" and (line.clause or "").startswith(QUESTIONS)]
    assert len(asked) == len(set(asked)), asked


def test_there_are_dialogues_enough_and_each_has_a_name_of_its_own():
    assert len(DIALOGUES) >= 90
    assert len({dialogue.id for dialogue in DIALOGUES}) == len(DIALOGUES)


def test_every_complaint_label_has_a_dialogue():
    assert {dialogue.expect.get("issue") for dialogue in DIALOGUES} >= labels.COMPLAINTS


@pytest.mark.parametrize("name", [dialogue.id for dialogue in DIALOGUES if dialogue.id.endswith("hant")])
def test_who_writes_traditional_characters_is_answered_in_them(name, replayed):
    _, outcomes = replayed
    for line in outcomes[name].transcript:
        if line.who != "customer":
            assert simplified(line.text) != line.text, line.text
