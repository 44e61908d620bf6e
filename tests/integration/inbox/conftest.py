"""Fixtures of the inbox: a door whose approvals only remember what was decided, and an accepted case."""

from datetime import timedelta

import pytest

from bot.domain.task import TaskKind
from tests.desks import WORKDAY_MORNING as NOW
from tests.doors import make_door
from tests.records import a_case, a_conversation, a_customer, store
from tests.tasks import Decisions


@pytest.fixture
def decisions():
    return Decisions()


@pytest.fixture
def door(database, sealer, decisions):
    return make_door(database, sealer, effects={TaskKind.APPROVAL: decisions})


@pytest.fixture
def inbox(door):
    return door.parts.inbox


@pytest.fixture
async def case(door):
    """The number of an accepted case."""
    accepted = a_case()
    accepted.accept("K1234-56780", NOW, NOW + timedelta(days=5))
    await store(
        door.desk.units,
        ("customers", a_customer()),
        ("conversations", a_conversation()),
        ("cases", accepted),
    )
    return accepted.id
