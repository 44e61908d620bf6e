"""The hub: who hears of what."""

import asyncio

import pytest

from bot.web import live
from bot.web.live import AGENT_TYPES, ALL, CHANGED, CUSTOMER_TYPES, Hub


class Socket:
    def __init__(self):
        self.closed_with = None

    async def close(self, *, code, message):
        self.closed_with = code


@pytest.fixture
def hub():
    return Hub()


def heard(listener):
    """Whether there is news, taking it."""
    news, listener._heard = listener._heard, set()
    listener._news.clear()
    return news


def test_a_listener_hears_of_its_own_conversation_only(hub):
    with hub.listening(Socket()) as listener:
        hub.follow(listener, "mine")
        heard(listener)
        hub.changed("another")
        assert not heard(listener)
        hub.changed("mine")
        assert heard(listener)


def test_the_agents_list_hears_of_every_conversation(hub):
    with hub.listening(Socket()) as listener:
        hub.follow(listener, ALL)
        heard(listener)
        hub.changed("any")
        assert heard(listener)


def test_following_starts_with_a_look(hub):
    with hub.listening(Socket()) as listener:
        hub.follow(listener, "mine")
        assert heard(listener)


async def test_news_nobody_has_taken_yet_melt_into_one(hub):
    with hub.listening(Socket()) as listener:
        hub.follow(listener, "mine")
        for _ in range(1000):
            hub.changed("mine")
        assert await listener.news() == {CHANGED}
        assert not heard(listener)


def test_a_sign_of_typing_is_for_those_who_look_at_the_conversation(hub):
    with hub.listening(Socket()) as listener, hub.listening(Socket()) as everything:
        hub.follow(listener, "mine")
        hub.follow(everything, ALL)
        for one in (listener, everything):
            heard(one)
        hub.typing("mine", AGENT_TYPES)
        assert heard(listener) == {AGENT_TYPES}
        assert not heard(everything)


def test_who_has_gone_is_forgotten(hub):
    with hub.listening(Socket()) as listener:
        hub.follow(listener, "mine")
    hub.changed("mine")
    assert hub._listeners == {}


async def test_closing_says_goodbye_to_all_sockets(hub):
    sockets = [Socket(), Socket()]
    with hub.listening(sockets[0]), hub.listening(sockets[1]):
        await asyncio.wait_for(hub.close(), 5)
    assert [socket.closed_with for socket in sockets] == [1012, 1012]


class Stuck(Socket):
    """The socket of a browser that takes nothing in."""

    async def send_str(self, text):
        await asyncio.Event().wait()


class Request:
    def __init__(self):
        self.transport, self.dropped = self, False

    def abort(self):
        self.dropped = True


async def test_a_socket_that_takes_nothing_in_is_dropped_and_nobody_else_waits_for_it(hub, monkeypatch):
    monkeypatch.setattr(live, "SEND_SECONDS", 0)
    request, stuck = Request(), Stuck()
    with hub.listening(stuck) as slow, hub.listening(Socket()) as other:
        hub.follow(slow, "mine")
        hub.follow(other, "mine")
        hub.changed("mine")
        await asyncio.wait_for(live._pass_on(request, stuck, slow), 5)
        assert request.dropped
        assert heard(other)


def pair():
    """The hubs of two processes that tell one another."""
    here, there = Hub(), Hub()
    here.tell_others, there.tell_others = there.hear, here.hear
    return here, there


@pytest.mark.parametrize("who", [AGENT_TYPES, CUSTOMER_TYPES])
def test_what_happens_in_one_process_is_heard_in_the_other(who):
    here, there = pair()
    with there.listening(Socket()) as listener, there.listening(Socket()) as everything:
        there.follow(listener, "mine")
        there.follow(everything, ALL)
        heard(listener), heard(everything)
        here.changed("mine")
        assert heard(listener) == heard(everything) == {CHANGED}
        here.typing("mine", who)
        assert heard(listener) == {who}
        here.changed("another")
        assert not heard(listener)


def test_only_who_asks_for_it_hears_of_changes_elsewhere():
    here, there = pair()
    at_home, everywhere, agents = [], [], []
    there.watch(at_home.append)
    there.watch(everywhere.append, everywhere=True)
    there.watch_agents_typing(agents.append)
    here.changed("theirs")
    there.changed("ours")
    here.typing("theirs", AGENT_TYPES)
    assert (at_home, everywhere, agents) == (["ours"], ["theirs", "ours"], [])


def test_after_a_gap_everybody_looks(hub):
    gaps = []
    hub.watch_gaps(lambda: gaps.append("gap"))
    with hub.listening(Socket()) as listener:
        hub.follow(listener, "mine")
        heard(listener)
        hub.look_anew()
        assert heard(listener) == {CHANGED}
        assert gaps == ["gap"]


def test_news_of_a_later_version_are_let_lie(hub):
    with hub.listening(Socket()) as listener:
        hub.follow(listener, ALL)
        heard(listener)
        hub.hear({"kind": "unknown", "what": "ever"})
        assert not heard(listener)
