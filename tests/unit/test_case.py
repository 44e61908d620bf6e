from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import history
from bot.domain.case import Case, new_number, read_number
from bot.domain.history import first_break

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)


def make_case(issue="carton.empty"):
    return Case(
        id="c", customer_id="u", conversation_id="v", channel="web", issue=issue, category="产品质量",
        severity="轻微", heat="一般", text="一箱里有一包是空的", opened_at=NOW, heard_at=NOW,
    )  # fmt: skip


def make_history(count):
    events = []
    for number in range(count):
        previous = events[-1] if events else None
        events.append(
            history.entry(
                "c",
                previous,
                id=str(number),
                kind="noted",
                actor="bot",
                at=NOW + timedelta(minutes=number),
                payload={"place": number},
            )
        )
    return events


def test_a_case_number_is_read_back_however_it_was_typed():
    number = new_number()
    for typed in (number, number.lower(), number.replace("-", ""), number.replace("-", " "), f" {number} "):
        assert read_number(typed) == number


def test_one_wrong_digit_in_a_case_number_is_noticed():
    number = new_number()
    for place in (1, 4, 6, 10):
        wrong = str((int(number[place]) + 1) % 10)
        assert read_number(number[:place] + wrong + number[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "K", "13900001234", "K1234", "王小姐"])
def test_what_is_no_case_number_is_not_read_as_one(text):
    assert read_number(text) is None


def test_illness_raises_the_case_and_keeps_the_first_issue_as_second():
    case = make_case()
    assert case.note_issue("illness")
    assert (case.issue, case.second_issue) == ("illness", "carton.empty")


def test_an_ordinary_issue_beside_illness_stays_second():
    case = make_case("illness")
    assert not case.note_issue("carton.empty")
    assert (case.issue, case.second_issue) == ("illness", "carton.empty")


def test_the_same_issue_again_changes_nothing():
    case = make_case()
    assert not case.note_issue("carton.empty")
    assert case.second_issue is None


def test_a_whole_history_has_no_break():
    assert first_break(make_history(4)) is None


def test_a_changed_value_breaks_the_history_where_it_was_changed():
    events = make_history(4)
    events[2].payload = {"place": 99}
    assert first_break(events) == 3


def test_a_removed_entry_breaks_the_history():
    events = make_history(4)
    assert first_break([*events[:1], *events[2:]]) == 3


def test_a_changed_actor_breaks_the_history():
    events = make_history(3)
    events[1].actor = "somebody"
    assert first_break(events) == 2


def test_an_erased_value_leaves_the_history_whole():
    events = make_history(4)
    events[1].payload, events[1].salt = None, ""
    assert first_break(events) is None
