"""A fact's normal form travels with the customer's words and may be expected in their place."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.domain.case import Case, CaseState
from bot.domain.dialogue import Dialogue, Outcome, failures
from bot.domain.reading import Entity, Reading

DAY = datetime(2026, 3, 18, tzinfo=UTC)
HANDBOOK = SimpleNamespace(fields={"bought_when": SimpleNamespace(filled_by=("date",))})


@pytest.fixture
def case():
    return Case(
        "1", "c", "v", "web", "porridge.sour", "食品", "轻微", "", "酸了", DAY, DAY, CaseState.ACCEPTED
    )


def test_an_entity_keeps_its_normal_form_when_it_is_stored():
    entity = Entity("date", "昨天", 0, 2, "2026-03-17")
    stored = Reading("inform", 1.0, entities=(entity,)).to_json()
    assert Reading.from_json(stored).entities == (entity,)


def test_an_entity_from_before_there_were_normal_forms_can_be_read():
    stored = Reading("inform", 1.0, entities=(Entity("date", "昨天", 0, 2),)).to_json()
    del stored["entities"][0]["normal"]
    assert Reading.from_json(stored).entities[0].normal is None


def test_a_field_without_a_normal_form_keeps_none_of_its_former_words(case):
    case.fill("bought_when", "昨天", "2026-03-17")
    case.fill("phone", "13900001234", "+8613900001234")
    case.fill("bought_when", "忘了")
    case.refuse("phone")
    assert case.normals == {}


@pytest.fixture
def failed(case):
    """What fails where a value of `date` is wanted and the customer said 「昨天晚上」."""
    case.fill("bought_when", "昨天晚上", "2026-03-17")

    def judged(wanted):
        dialogue = Dialogue("d", ("昨天晚上",), expect={"fields": {"date": wanted}})
        return failures(dialogue, Outcome((), (case,), escalated=False), HANDBOOK, str)

    return judged


@pytest.mark.parametrize("wanted", ["昨天晚上", "2026-03-17", ["前天", "2026-03-17"]])
def test_a_replayed_dialogue_may_expect_the_words_or_their_normal_form(failed, wanted):
    assert failed(wanted) == []


@pytest.mark.parametrize("wanted", ["2026-03-16", None])
def test_a_replayed_dialogue_fails_on_another_value(failed, wanted):
    assert [one.got for one in failed(wanted)] == [["昨天晚上"]]
