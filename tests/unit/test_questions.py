"""The questions of all packs: each can be asked again without repeating itself."""

import pytest

from bot.domain import labels
from tests.desks import handbook

PERSONAL = {"phone", "name"}
GRAVE_ORDER = {"illness": "symptoms", "special.inspection": "organisation"}


def texts(situation):
    return [
        "".join(unit.sent for unit in way.clause.ways[way.variant]) for way in handbook().situation(situation)
    ]


@pytest.mark.parametrize("field", sorted(handbook().fields))
def test_every_field_can_be_asked_for_in_two_different_ways(field):
    ways = texts(f"ask.{field}")
    assert len(ways) >= 2
    assert len(set(ways)) == len(ways)


def test_no_two_fields_are_asked_for_in_the_same_words():
    ways = [way for field in handbook().fields for way in texts(f"ask.{field}")]
    assert len(set(ways)) == len(ways)


@pytest.mark.parametrize("situation", ["ask_again", "confirm_case.again", "fact_wrong", "postponed", "abuse"])
def test_what_may_be_said_more_than_once_is_said_differently(situation):
    ways = texts(situation)
    assert len(set(ways)) == len(ways) >= 2


@pytest.mark.parametrize("label", sorted(labels.COMPLAINTS))
def test_a_form_asks_about_the_matter_before_it_asks_about_the_person(label):
    issue = handbook().issue(label)
    if issue.human:
        return  # a person calls back: the phone may come early
    places = [issue.ask.index(name) for name in issue.ask if name in PERSONAL]
    assert places == list(range(len(issue.ask) - len(places), len(issue.ask)))


@pytest.mark.parametrize(("label", "first"), GRAVE_ORDER.items())
def test_a_grave_form_begins_with_what_is_gravest(label, first):
    assert handbook().issue(label).ask[0] == first


@pytest.mark.parametrize("label", sorted(labels.COMPLAINTS))
def test_whether_somebody_is_unwell_is_asked_before_numbers_and_dates(label):
    ask = handbook().issue(label).ask
    if "unwell" in ask:
        assert ask.index("unwell") <= 1
