"""Who is there, who gets the next conversation, and why it went to a person."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.groups import Candidate, Group, Presence, State, chosen, pressing
from bot.domain.reasons import Reason, graver, title
from bot.services.anger import Heat, grows

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
AWAY, OFFLINE = timedelta(minutes=5), timedelta(minutes=1)
HOTEL = Group("hotel", "酒店组", NOW, packs=["hotel"])
TAIWAN = Group("taiwan", "繁体组", NOW, languages=["hant"])


def ago(**by):
    return NOW - timedelta(**by)


def somebody(name, load=0, groups=(), most=10, assigned_at=None):
    return Candidate(name, load, most, assigned_at, tuple(groups))


def picked(*people, script="hans", pack=None, group_id=None):
    found = chosen(people, script, pack, group_id)
    return found.user_id if found else None


@pytest.mark.parametrize(("presence", "state"), [
    ({}, State.OFFLINE),
    ({"alive_at": NOW, "sign_at": NOW}, State.ONLINE),
    ({"alive_at": ago(seconds=59), "sign_at": ago(seconds=59)}, State.ONLINE),
    ({"alive_at": ago(seconds=60), "sign_at": ago(seconds=60)}, State.OFFLINE),
    ({"alive_at": NOW, "sign_at": ago(minutes=5)}, State.AWAY),
    ({"alive_at": NOW, "sign_at": NOW, "chose_away": True}, State.AWAY),
    ({"alive_at": NOW, "sign_at": NOW, "left_at": NOW}, State.OFFLINE),
])  # fmt: skip
def test_whoever_says_nothing_is_away_and_whose_console_is_gone_is_offline(presence, state):
    assert Presence("li", **presence).at(NOW, AWAY, OFFLINE) is state


def test_the_one_with_the_least_to_do_for_what_they_can_bear_gets_it():
    assert picked(somebody("li", load=3), somebody("wang", load=2)) == "wang"
    assert picked(somebody("li", load=3, most=10), somebody("wang", load=2, most=4)) == "li"


def test_of_two_alike_the_one_who_has_waited_longest_for_one_gets_it():
    assert picked(somebody("li", assigned_at=NOW), somebody("wang", assigned_at=ago(minutes=5))) == "wang"
    assert picked(somebody("li", assigned_at=ago(minutes=5)), somebody("wang")) == "wang"


def test_nobody_gets_more_than_they_may_have():
    assert picked(somebody("li", load=10)) is None
    assert picked(somebody("li", most=0)) is None


def test_people_of_a_fitting_group_come_before_those_with_less_to_do():
    expert, other = somebody("li", load=5, groups=[HOTEL]), somebody("wang")
    assert picked(expert, other, pack="hotel") == "li"
    assert picked(expert, other, pack="bank") == "wang"


def test_a_language_counts_like_an_industry():
    assert picked(somebody("li", load=5, groups=[TAIWAN]), somebody("wang"), script="hant") == "li"


def test_people_of_another_industry_get_it_only_when_nobody_else_is_there():
    assert picked(somebody("li", groups=[HOTEL]), somebody("wang", load=10), pack="bank") is None
    assert picked(somebody("li", groups=[HOTEL]), pack="bank") == "li"


def test_what_was_passed_to_a_group_is_for_its_people_alone():
    people = somebody("li", load=9, groups=[HOTEL]), somebody("wang")
    assert picked(*people, group_id="hotel") == "li"
    assert picked(people[1], group_id="hotel") is None


@pytest.mark.parametrize(("due", "how_much"), [
    (None, 2), (timedelta(hours=24), 2), (timedelta(hours=23), 1), (timedelta(0), 1),
    (-timedelta(hours=1), 0),
])  # fmt: skip
def test_a_promised_day_presses_when_it_is_near(due, how_much):
    assert pressing(None if due is None else NOW + due, NOW) == how_much


@pytest.mark.parametrize(
    ("heats", "grown"),
    [
        ((3, 0, 0, 3), True),
        ((3,), False),
        ((1, 1, 2), True),
        ((1, 2, 2), True),
        ((2, 2, 2), True),
        ((1, 2, 3), True),
        ((0, 1, 2), False),
        ((2, 1, 2), False),
        ((1, 1, 1), False),
        ((1, 2), False),
    ],
)
def test_anger_grows_with_the_second_abuse_or_over_three_messages(heats, grown):
    assert grows([Heat(one) for one in heats]) is grown


def test_abuse_of_long_ago_is_forgotten():
    assert not grows([Heat.ABUSIVE, *[Heat.CALM] * 9, Heat.ABUSIVE])


def test_people_see_the_gravest_reason_first():
    assert graver(None, Reason.ASKED) == Reason.ASKED
    assert graver(Reason.ASKED, "danger.fire") == "danger.fire"
    assert graver("danger.fire", Reason.ASKED) == "danger.fire"
    assert graver(Reason.URGED, Reason.ASKED) == Reason.URGED


@pytest.mark.parametrize(("reason", "words"), [
    ("asked", "顾客要求"), ("risk.media", "媒体曝光"), ("danger.fire", "火灾、爆炸"),
    ("rule.发票找财务", "发票找财务"), ("illness", "illness"), ("risk.none", "risk.none"),
])  # fmt: skip
def test_every_reason_has_words(reason, words):
    assert title(reason) == words


def test_every_plain_reason_has_words_of_its_own():
    assert len({title(one) for one in Reason}) == len(Reason)
