"""Tasks whose payload names what deciding them makes true, on each database."""

from datetime import timedelta

import pytest

from bot.domain.task import TaskKind
from bot.services.following import EFFECTS
from bot.services.inbox import Outcome
from tests.desks import WORKDAY_MORNING as NOW
from tests.doors import make_door
from tests.records import a_case, a_conversation, a_customer, store
from tests.tasks import MANAGER, decide, history, put


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer, effects=EFFECTS)


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


@pytest.mark.parametrize("kind", [TaskKind.CALL, TaskKind.PROMISE, TaskKind.REVIEW])
async def test_a_task_that_names_no_deed_leaves_just_an_entry(door, case, kind):
    manager = await door.person(positions={"general_manager"})
    task = await put(door, kind, MANAGER, case_id=case)
    await decide(door.parts.inbox, task, manager, Outcome.DONE, "已回电")
    [entry] = await history(door, case)
    assert (entry.kind, entry.actor) == ("task_decided", manager.id)
    assert entry.payload == {"task": task.title, "of": kind, "approved": True, "note": "已回电"}
