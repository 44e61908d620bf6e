"""Who looks at a conversation, here and at the consoles of another process."""

import pytest

from bot.domain.people import Role, User
from bot.web.console_lookers import LOOKERS, Looker, Lookers
from bot.web.live import Hub, Listener
from tests.desks import WORKDAY_MORNING


@pytest.fixture
def processes(moment):
    """Two processes that tell one another."""
    hubs = Hub(), Hub()
    hubs[0].tell_others, hubs[1].tell_others = hubs[1].hear, hubs[0].hear
    lookers = [Lookers(hub.tell, moment) for hub in hubs]
    for hub, one in zip(hubs, lookers, strict=True):
        hub.hear_of(LOOKERS, one.hear)
    return lookers


def console(name):
    return Looker(User(name, name, name, Role.AGENT, "hash", WORKDAY_MORNING), Listener())


async def test_a_colleague_at_another_process_is_seen_to_look_to_type_and_to_go(processes):
    here, there = processes
    wang, li = console("王小雨"), console("李建国")
    here.look(wang, "talk")
    there.look(li, "talk")
    assert here.others(wang) == [{"name": "李建国", "typing": False}]
    assert there.others(li) == [{"name": "王小雨", "typing": False}]
    there.types(li)
    assert here.others(wang) == [{"name": "李建国", "typing": True}]
    assert LOOKERS in await wang.listener.news()
    there.look(li, None)
    assert here.others(wang) == []


async def test_whoever_came_later_learns_of_the_others_when_they_repeat(processes, moment):
    here, there = processes
    wang, li = console("王小雨"), console("李建国")
    here.look(wang, "talk")
    there._far.clear()  # as of a process that was started after that
    there.look(li, "talk")
    assert there.others(li) == []
    await here.repeat()
    assert there.others(li) == [{"name": "王小雨", "typing": False}]


async def test_consoles_of_a_process_that_died_are_forgotten(processes, moment):
    here, there = processes
    wang, li = console("王小雨"), console("李建国")
    here.look(wang, "talk")
    there.look(li, "talk")
    moment.now = 61.0
    await here.repeat()
    assert here.others(wang) == []
