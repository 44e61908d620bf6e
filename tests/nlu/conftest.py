"""Fixtures of Rasa's room."""

import os
import uuid

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # before anything imports Rasa
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
import pytest_asyncio
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from sqlalchemy import create_engine

from tests.nlu.fake_desk import FakeDesk, answer, slots
from tests.nlu.postgres import postgres_server
from tests.nlu.room_server import ROOT, SECRET, running

TINY = ROOT / "tests" / "nlu" / "tiny"


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "ignore")  # Rasa's libraries warn about one another


@pytest.fixture
def model_storage(tmp_path):
    folder = tmp_path / "storage"
    folder.mkdir()
    return LocalModelStorage.create(folder)


@pytest.fixture
def context():
    return ExecutionContext(GraphSchema({}), node_name="node")


# -- Real Rasa with a tiny model, its action calls answered by a fake desk --


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A model with the project's domain, rules and stories, trained once for all tests."""
    from bot.nlu.importer import TrainingFiles
    from bot.nlu.training import check, train

    files = [str(TINY / "nlu.yml"), str(ROOT / "data/rules"), str(ROOT / "data/stories")]
    importer = TrainingFiles(str(TINY / "config.yml"), str(ROOT / "domain.yml"), files)
    archive = tmp_path_factory.mktemp("models") / "tiny.tar.gz"
    check(importer)
    train(importer, archive)
    return archive


@pytest.fixture(scope="session")
def agent(model):
    """Rasa's agent with the tiny model; `room` gives it a memory."""
    from rasa.core.agent import Agent

    return Agent.load(model)


@pytest.fixture(scope="session")
def _desk():
    desk = FakeDesk()
    yield desk
    desk.close()


@pytest.fixture
def desk(_desk):
    """The desk, asking for the product after any complaint and for the phone after any answer."""
    _desk.reset()
    _desk.does["action_hear_complaint"] = answer("heard", slots(case="c1", question="product"))
    _desk.does["validate_complaint_form"] = answer("noted", slots(case="c1", question="phone", details=None))
    return _desk


@pytest_asyncio.fixture
async def room(agent, desk, tmp_path):
    """A processor that takes turns, with a fresh SQLite memory."""
    from rasa.core.tracker_store import FailSafeTrackerStore

    from bot.nlu.action_calls import ActionCalls
    from bot.nlu.processor import turn_processor
    from bot.nlu.tracker_store import TurnTrackerStore

    store = TurnTrackerStore(agent.domain, f"sqlite:///{tmp_path}/nlu.db")
    agent.tracker_store = FailSafeTrackerStore(store)
    calls = ActionCalls(desk.url, SECRET, seconds=0.5)
    yield turn_processor(agent, calls)
    await calls.close()
    store.close()


@pytest.fixture
def take(room):
    """Take a turn: `await take("你好", question="product")`; ids count up unless given."""
    from bot.nlu.turn import Turn

    ids = iter(range(1, 10_000))

    async def taken(text, *, turn=None, conversation="c-1", **context):
        body = {
            "conversation": conversation,
            "turn": turn or f"t-{next(ids)}",
            "text": text,
            "context": context,
        }
        return await room.take(Turn.from_json(body), lock_seconds=30)

    return taken


@pytest.fixture(scope="session")
def server(model, _desk, tmp_path_factory):
    """The room as a process of its own."""
    with running(model, tmp_path_factory.mktemp("room"), _desk.url) as started:
        yield started


@pytest.fixture
def call(server):
    """Call the room: `status, answer = call("turn", body)`."""
    return server.call


@pytest.fixture(scope="session")
def postgresql_server():
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_server):
    """An empty database of its own."""
    name = f"kesu_{uuid.uuid4().hex}"
    server = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield postgresql_server.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()
