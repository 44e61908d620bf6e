import asyncio

import pytest

from bot.adapters.watcher import NeverReady, Policy, Watcher

POLICY = Policy(
    start_within=60,
    ask_starting_every=1,
    ask_every=5,
    misses=3,
    first_pause=1,
    longest_pause=8,
    settled_after=100,
)


class TurnedClock:
    """Sleeping turns it; nobody waits."""

    def __init__(self):
        self.time = 0.0
        self.naps = []

    def now(self):
        return self.time

    async def sleep(self, seconds):
        self.naps.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class FakeChild:
    """Lives until it is told to end."""

    def __init__(self):
        self.ended = asyncio.get_running_loop().create_future()
        self.stopped = False

    def end(self, code):
        if not self.ended.done():
            self.ended.set_result(code)

    async def wait(self):
        return await asyncio.shield(self.ended)

    async def stop(self):
        self.stopped = True
        self.end(-15)


class World:
    """Children and their health by a script: for each life, the answers to its health checks in order.

    An answer is True, False, or an exit code with which the child ends at that moment. After the last life
    the watcher is cancelled.
    """

    def __init__(self, *lives):
        self.lives = [list(life) for life in lives]
        self.children = []
        self.clock = TurnedClock()
        self.watcher = Watcher(self.launch, self.healthy, policy=POLICY, clock=self.clock)

    async def launch(self):
        if len(self.children) == len(self.lives):
            asyncio.current_task().cancel()
            await asyncio.sleep(0)
        self.children.append(FakeChild())
        return self.children[-1]

    async def healthy(self):
        answers = self.lives[len(self.children) - 1]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, bool):
            return answer
        self.children[-1].end(answer)
        return False

    async def run(self):
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(self.watcher.run())

    def pauses(self):
        return [nap for nap in self.clock.naps if nap not in {POLICY.ask_starting_every, POLICY.ask_every}]


async def test_a_child_that_dies_is_started_again():
    world = World([True, 1], [True, 1])
    await world.run()
    assert len(world.children) == 2
    assert world.watcher.starts == 2


async def test_the_pause_doubles_with_each_death_up_to_the_longest():
    assert [POLICY.pause(deaths) for deaths in (1, 2, 3, 4, 5, 500)] == [1, 2, 4, 8, 8, 8]
    world = World(*[[True, 1]] * 5)
    await world.run()
    assert world.pauses() == [2, 4, 8, 8]  # the first pause is as long as a question's, and not listed


async def test_a_child_that_lived_long_starts_the_pauses_anew():
    long_life = [True] * 30 + [1]
    world = World([True, 1], [True, 1], [True, 1], long_life, [True, 1])
    await world.run()
    assert world.pauses() == [2, 4, 2]


async def test_a_child_that_no_longer_answers_is_stopped_and_replaced():
    world = World([True, False, False, False, False], [True, 1])
    await world.run()
    assert world.children[0].stopped
    assert len(world.children) == 2


async def test_a_few_missed_answers_are_forgiven():
    world = World([True, False, False, True, False, False, True, 1])
    await world.run()
    assert world.lives[0] == [1]  # asked to the end of its script


async def test_a_first_child_that_ends_at_once_is_not_tried_again():
    world = World([3])
    with pytest.raises(NeverReady, match="exit code 3"):
        await world.watcher.run()
    assert len(world.children) == 1


async def test_a_first_child_that_is_never_ready_is_given_up():
    world = World([False])
    with pytest.raises(NeverReady, match="60 s"):
        await world.watcher.run()
    assert world.children[0].stopped


async def test_after_the_first_success_a_start_that_fails_is_tried_again():
    world = World([True, 1], [False], [True, 1])
    await world.run()
    assert len(world.children) == 3


async def test_it_is_ready_only_while_the_child_is_healthy():
    world = World([True])
    running = asyncio.create_task(world.watcher.run())
    await world.watcher.ready.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not world.watcher.ready.is_set()
    assert world.children[0].stopped
