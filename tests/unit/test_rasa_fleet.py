import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.adapters.rasa_fleet import PROOFS, RasaFleet
from bot.domain.errors import ConfigurationError
from bot.services.promotion import Wanted


class TurnedClock:
    """Sleeping turns it; others get their turn meanwhile, nobody waits."""

    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    async def sleep(self, seconds):
        self.time += seconds
        for _ in range(20):
            await asyncio.sleep(0)


class FakeMember:
    """A Rasa by a script: `starts` is an event to wait for or an error; `says` what it misreads each time."""

    restarts, pid = 0, None

    def __init__(self, world, model):
        self.world, self.model, self.url = world, model, f"http://{model}-{len(world.all) + 1}"
        self.running = False

    async def start(self):
        self.running = True
        script = self.world.starts.get(self.model)
        if isinstance(script, Exception):
            raise script
        if script is not None:
            await script.wait()

    async def misread(self):
        says = self.world.says.get(self.model, [])
        if hook := self.world.at_question.get(self.model):
            hook()
        return says.pop(0) if says else None

    async def stop(self):
        assert self.world.client.base != self.url or self.world.closing, "stopped while turns go to it"
        turn = self.world.client.under_way.get(self.url)
        assert turn is None or turn.is_set(), "stopped while a turn is under way"
        self.running = False


class FakeClient:
    """Remembers to whom turns went."""

    def __init__(self):
        self.base, self.went, self.under_way = None, [], {}

    def point_to(self, base_url):
        self.base = base_url
        self.went.append(base_url)

    async def settled(self, base_url):
        if turn := self.under_way.get(base_url):
            await turn.wait()


class FakeRows:
    """The row, and the models before it."""

    def __init__(self, model, before=()):
        self.model, self.version, self.before, self.refused, self.lost = model, 1, list(before), [], set()

    def change(self, model):
        self.before.append(self.model)
        self.model, self.version = model, self.version + 1

    async def wanted(self):
        archive = None if self.model in self.lost else Path(f"{self.model}.tar.gz")
        return Wanted(self.model, self.version, archive)

    async def refuse(self, unfit, because):
        self.refused.append((unfit.model, because))
        if unfit.version == self.version and self.before:
            self.model, self.version = self.before.pop(), self.version + 1


class World:
    """A fleet on a row that names A, which can be changed."""

    def __init__(self, rows):
        self.rows, self.client, self.clock = rows, FakeClient(), TurnedClock()
        self.all, self.starts, self.says, self.at_question, self.closing = [], {}, {}, {}, False
        first = Wanted(rows.model, rows.version, Path(f"{rows.model}.tar.gz"))
        self.fleet = RasaFleet(self.launch, first, clock=self.clock)

    def launch(self, archive):
        member = FakeMember(self, archive.name.removesuffix(".tar.gz"))
        self.all.append(member)
        return member

    def running(self):
        return [member.model for member in self.all if member.running]

    async def begin(self):
        self.fleet.attach(self.client, self.rows)
        await self.fleet.begin()

    @property
    def answering(self):
        """The model that gets the turns."""
        return next(member.model for member in self.all if member.url == self.client.base)


@pytest.fixture
async def world():
    """A fleet that has begun with A; Z was live before."""
    made = World(FakeRows("A", before=["Z"]))
    await made.begin()
    return made


@asynccontextmanager
async def looking(world):
    """A round that is under way."""
    task = asyncio.create_task(world.fleet.look())
    for _ in range(5):
        await asyncio.sleep(0)
    yield task
    if not task.done():
        await task


async def test_the_fleet_begins_with_the_model_of_the_row(world):
    assert world.answering == "A"
    assert world.running() == ["A"]
    assert world.fleet.ready.is_set()


async def test_while_the_row_stays_nothing_is_started(world):
    for _ in range(5):
        await world.fleet.look()
    assert len(world.all) == 1


async def test_another_model_in_the_row_gets_the_turns_and_the_one_before_is_stopped(world):
    world.rows.change("B")
    await world.fleet.look()
    assert world.answering == "B"
    assert world.running() == ["B"]
    assert world.rows.refused == []


async def test_restarts_are_counted_over_all_rasas_there_ever_were(world):
    world.all[0].restarts, world.all[0].pid = 2, 4711
    assert (world.fleet.restarts, world.fleet.pids) == (2, (4711,))
    world.rows.change("B")
    await world.fleet.look()
    world.all[1].restarts = 1
    assert (world.fleet.restarts, world.fleet.pids) == (3, ())


async def test_turns_stay_with_the_old_one_until_the_new_one_is_healthy_and_reads_rightly(world):
    world.starts["B"] = loaded = asyncio.Event()
    world.rows.change("B")
    async with looking(world):
        assert world.running() == ["A", "B"]
        assert world.answering == "A"
        assert world.fleet.serving.switching
        assert (world.fleet.serving.model, world.fleet.serving.wanted) == ("A", "B")
        loaded.set()
    assert world.answering == "B"
    assert not world.fleet.serving.switching


async def test_the_old_one_is_stopped_only_when_its_turns_are_done(world):
    world.client.under_way[world.client.base] = turn = asyncio.Event()
    world.rows.change("B")
    async with looking(world):
        for _ in range(50):
            await asyncio.sleep(0)
        assert world.answering == "B"
        assert world.running() == ["A", "B"]
        turn.set()
    assert world.running() == ["B"]


async def test_a_model_that_fails_to_load_is_refused_and_the_old_one_goes_on(world):
    world.starts["B"] = ConfigurationError("the archive is damaged")
    world.rows.change("B")
    await world.fleet.look()
    assert world.rows.refused == [("B", "the archive is damaged")]
    assert world.client.went == [world.all[0].url]  # B never got a turn
    assert world.running() == ["A"]
    await world.fleet.look()
    assert len(world.all) == 2  # the row is back at A: nothing more to do


async def test_a_model_that_misreads_the_questions_is_refused_before_it_gets_a_turn(world):
    world.says["B"] = ["「我要找人工客服」…"]
    world.rows.change("B")
    await world.fleet.look()
    assert world.rows.refused == [("B", "「我要找人工客服」…")]
    assert world.client.went == [world.all[0].url]
    assert world.running() == ["A"]


@pytest.mark.parametrize("proof", range(PROOFS))
async def test_a_model_that_fails_a_question_after_the_switch_gives_the_turns_back(world, proof):
    world.says["B"] = [None] * (1 + proof) + ["no answer"]
    world.rows.change("B")
    await world.fleet.look()
    assert world.client.went == [member.url for member in (world.all[0], world.all[1], world.all[0])]
    assert world.rows.refused == [("B", "no answer")]
    assert world.running() == ["A"]


async def test_a_model_whose_archive_is_gone_is_refused(world):
    world.rows.change("B")
    world.rows.lost.add("B")
    await world.fleet.look()
    assert [model for model, _ in world.rows.refused] == ["B"]
    assert world.running() == ["A"]


async def test_a_refused_model_with_none_to_go_back_to_is_not_tried_again_and_again():
    world = World(FakeRows("A"))
    await world.begin()
    world.starts["B"] = ConfigurationError("damaged")
    world.rows.change("B")
    world.rows.before.clear()
    for _ in range(3):
        await world.fleet.look()
    assert len(world.all) == 2
    assert world.answering == "A"
    world.rows.change("C")
    await world.fleet.look()
    assert world.answering == "C"


async def test_of_two_promotions_at_once_the_second_one_wins_and_the_first_never_gets_a_turn(world):
    world.starts["B"] = asyncio.Event()  # it is still loading when the row moves on
    world.rows.change("B")
    async with looking(world):
        assert world.running() == ["A", "B"]
        world.rows.change("C")
    assert world.running() == ["A"]
    await world.fleet.look()
    assert world.answering == "C"
    assert world.running() == ["C"]
    assert len(world.client.went) == 2
    assert world.rows.refused == []


async def test_a_row_that_goes_back_while_the_new_one_loads_leaves_the_old_one_in_service(world):
    world.starts["B"] = asyncio.Event()
    world.rows.change("B")
    async with looking(world):
        world.rows.change("A")
    await world.fleet.look()
    assert world.running() == ["A"]
    assert world.client.went == [world.all[0].url]


async def test_a_row_that_moves_on_at_the_last_question_is_followed_at_once(world):
    world.at_question["B"] = lambda: world.rows.model == "B" and world.rows.change("C")
    world.rows.change("B")
    await world.fleet.look()
    assert world.answering == "A"
    await world.fleet.look()
    assert world.answering == "C"
    assert world.running() == ["C"]


async def test_rolling_back_is_the_same_deed(world):
    for model in ("B", "A", "B", "A"):
        world.rows.change(model)
        await world.fleet.look()
        assert world.answering == model
    assert world.running() == ["A"]


async def test_a_desk_that_ends_in_the_middle_leaves_no_rasa_behind():
    world = World(FakeRows("A"))
    world.starts["B"], world.closing = asyncio.Event(), True
    world.fleet.attach(world.client, world.rows)
    world.rows.change("B")
    running = asyncio.create_task(world.fleet.run())
    while world.running() != ["A", "B"]:  # noqa: ASYNC110 -- it comes within a few turns of the loop
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert world.running() == []


async def test_a_round_that_breaks_leaves_the_old_one_in_service_and_the_next_round_finishes(world):
    broken = RuntimeError("the database is away")
    world.at_question["B"] = lambda: (_ for _ in ()).throw(broken)
    world.rows.change("B")
    with pytest.raises(RuntimeError):
        await world.fleet.look()
    assert world.answering == "A"
    world.at_question.clear()
    await world.fleet.look()
    assert world.answering == "B"
    assert world.running() == ["B"]


async def test_a_model_that_can_not_be_started_at_the_start_gives_way_to_the_one_before():
    world = World(FakeRows("B", before=["A"]))
    world.starts["B"] = ConfigurationError("damaged")
    await world.begin()
    assert world.answering == "A"
    assert world.rows.model == "A"
    assert world.running() == ["A"]


async def test_a_model_that_misreads_at_the_start_gives_way_too_unless_it_is_the_only_one():
    world = World(FakeRows("B", before=["A"]))
    world.says["B"] = ["wrong"]
    await world.begin()
    assert world.answering == "A"
    alone = World(FakeRows("B"))
    alone.says["B"] = ["wrong"]
    await alone.begin()
    assert alone.answering == "B"
    assert alone.rows.refused == [("B", "wrong")]


async def test_without_any_model_that_starts_the_fleet_says_why():
    world = World(FakeRows("B"))
    world.starts["B"] = ConfigurationError("damaged")
    with pytest.raises(ConfigurationError, match="damaged"):
        await world.begin()
