import asyncio
import sqlite3

import pytest
import sqlalchemy as sa
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.exceptions import RasaException

from bot.nlu.tracker_store import ConflictError, TurnTrackerStore
from tests.nlu.room_server import ROOT

pytestmark = pytest.mark.asyncio
ANSWER = {"replies": [], "reading": {"entities": []}}


@pytest.fixture(scope="module")
def domain():
    return Domain.load(ROOT / "domain.yml")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/nlu.db"
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
def open_store(url, domain):
    stores = []

    def opened():
        stores.append(TurnTrackerStore(domain, url))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


def said(tracker, intent, action, *events):
    tracker.update_with_events(
        [
            UserUttered("words", {"name": intent}),
            ActionExecuted(action),
            *events,
            ActionExecuted(ACTION_LISTEN_NAME),
        ],
        None,
    )
    return tracker


async def answered(store, turn, *, intent="greet", events=(), answer=ANSWER):
    known = await store.recall("c-1", turn)
    await store.remember(known, said(store.tracker(known), intent, "action_greet", *events), turn, answer)


async def test_what_a_turn_left_is_found_by_another_process(open_store):
    await answered(open_store(), "t-1", events=[SlotSet("case", "c1"), ActiveLoop("complaint_form")])
    store = open_store()
    known = await store.recall("c-1", "t-1")
    assert known.answer == ANSWER
    tracker = store.tracker(known)
    assert tracker.get_slot("case") == "c1"
    assert tracker.active_loop_name == "complaint_form"
    assert tracker.latest_action_name == ACTION_LISTEN_NAME


async def test_an_unknown_conversation_begins_listening(open_store):
    store = open_store()
    known = await store.recall("c-1", "t-1")
    assert (known.turns, known.answer) == (0, None)
    assert store.tracker(known).latest_action_name == ACTION_LISTEN_NAME
    assert await store.retrieve("c-1") is None


async def test_tracker_and_answer_are_saved_together_or_not_at_all(open_store):
    store = open_store()
    await answered(store, "t-1")
    before = await store.recall("c-1", "t-1")
    again = await store.recall("c-1", "t-2")
    with pytest.raises(sa.exc.IntegrityError):
        await store.remember(again, said(store.tracker(again), "thank", "action_thank"), "t-1", ANSWER)
    assert await store.recall("c-1", "t-1") == before


async def test_of_two_rooms_that_answer_at_once_one_is_told(open_store):
    one, other = open_store(), open_store()
    await answered(one, "t-1")
    known = await one.recall("c-1", "t-2")
    await answered(other, "t-2")
    with pytest.raises(ConflictError):
        await one.remember(known, said(one.tracker(known), "greet", "action_greet"), "t-3", ANSWER)
    assert (await one.recall("c-1", "t-3")).answer is None


async def test_only_the_last_turns_steps_are_kept(open_store):
    store = open_store()
    for number in range(8):
        await answered(store, f"t-{number}", intent="greet" if number < 7 else "thank")
    state = (await store.recall("c-1", "")).state
    assert [step[1] for step in state["steps"] if step[0] == "user"] == ["greet", "greet", "thank"]
    assert "words" not in str(state)


async def test_rasas_own_commands_can_save_and_retrieve(open_store):
    store = open_store()
    tracker = await store.get_or_create_tracker("shell")
    await store.save(said(tracker, "greet", "action_greet", SlotSet("case", "c1")))
    assert (await store.retrieve("shell")).get_slot("case") == "c1"
    assert list(await store.keys()) == ["shell"]


async def test_two_rooms_may_start_at_once(open_store):
    stores = await asyncio.gather(*(asyncio.to_thread(open_store) for _ in range(4)))
    await answered(stores[0], "t-1")
    assert (await stores[-1].recall("c-1", "t-1")).answer == ANSWER


async def test_tables_of_another_version_are_refused(open_store, url, domain):
    store = open_store()
    with store._engine.begin() as connection:
        connection.execute(sa.text("UPDATE nlu_schema SET version = 99"))
    with pytest.raises(RasaException, match="version 99"):
        TurnTrackerStore(domain, url)


async def test_a_sqlite_turn_survives_a_power_loss(tmp_path, domain):
    store = TurnTrackerStore(domain, f"sqlite:///{tmp_path}/nlu.db")
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    store.close()


async def test_a_write_begins_as_a_write(tmp_path, domain):
    store = TurnTrackerStore(domain, f"sqlite:///{tmp_path}/nlu.db")
    other = sqlite3.connect(tmp_path / "nlu.db", timeout=0)
    with store._writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    store.close()


async def test_the_desks_own_url_will_do(tmp_path, domain):
    store = TurnTrackerStore(domain, f"sqlite+aiosqlite:///{tmp_path}/nlu.db")
    await answered(store, "t-1")
    store.close()
    assert (tmp_path / "nlu.db").stat().st_size > 0


@pytest.mark.parametrize("url", ["${KESU_NLU_DATABASE_URL}", "", "sqlite:////no/such/folder/nlu.db"])
async def test_a_database_that_cannot_be_used_is_named_in_one_line(domain, url):
    with pytest.raises(RasaException, match="KESU_NLU_DATABASE_URL") as refused:
        TurnTrackerStore(domain, url)
    assert "\n" not in str(refused.value)
