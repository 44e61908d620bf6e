"""Until when a request about personal data is to be done, and who may be trusted with one."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.errors import Conflict
from bot.domain.people import Deed, Role
from bot.domain.personal_requests import (
    RequestKind,
    RequestState,
    due_on,
)
from bot.domain.workdays import SHANGHAI, Calendar
from tests.records import NOW, a_request, a_user

CLOSES = time(18)


@pytest.mark.parametrize(
    ("asked_on", "due"),
    [
        (date(2025, 3, 3), date(2025, 3, 24)),  # three weeks without a holiday
        (date(2025, 3, 1), date(2025, 3, 21)),  # a Saturday: Monday is the first day
        (date(2025, 9, 19), date(2025, 10, 16)),  # 国庆 off, two weekend days worked instead
    ],
)
def test_fifteen_working_days_are_counted_from_the_day_after(asked_on, due):
    assert due_on(asked_on, Calendar(), CLOSES) == datetime.combine(due, CLOSES, SHANGHAI)


@pytest.mark.parametrize("role", Role)
def test_seniors_and_supervisors_can_be_trusted_and_agents_never(role):
    user = replace(a_user("li"), role=role, personal_data=True)
    trusted = {Role.SENIOR, Role.SUPERVISOR, Role.ADMIN}
    assert user.may(Deed.HANDLE_PERSONAL_DATA) is (role in trusted)


def test_a_request_is_late_by_the_time_it_was_done_or_by_now():
    request = a_request(due_at=datetime(2025, 3, 21, 10, tzinfo=UTC))
    assert not request.late(request.due_at)
    assert request.late(datetime(2025, 4, 1, tzinfo=UTC))
    request.decide(RequestState.DONE, "boss", NOW)
    assert not request.late(datetime(2025, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "request_",
    [a_request(state=RequestState.DONE), a_request(state=RequestState.PROPOSED)],
    ids=["done", "proposed"],
)
def test_what_was_expected_elsewhere_is_a_conflict(request_):
    with pytest.raises(Conflict):
        request_.expect(RequestKind.ERASE)
    with pytest.raises(Conflict):
        request_.expect(RequestKind.COPY, request_.state)
