"""The room's memory: for each conversation what the policies need, and the answers of its last turns."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional, Union

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.pool import QueuePool, StaticPool

from bot.nlu.memory import condensed, expanded

SCHEMA_VERSION = 1
KEPT_ANSWERS = 20
BUSY_SECONDS = 10
POSTGRESQL_SCHEMA_LOCK = 0x6B657375  # any number, the same in every room

_metadata = sa.MetaData()
_schema = sa.Table(
    "nlu_schema", _metadata, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False)
)
_trackers = sa.Table(
    "nlu_trackers",
    _metadata,
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("turns", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
)
_answers = sa.Table(
    "nlu_answers",
    _metadata,
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("turn", sa.String(200), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Index("ix_nlu_answers_number", "conversation", "number"),
)

# What a turn asks of the database, put together once.
_CONVERSATION, _TURN, _NUMBER = (
    sa.bindparam("in_conversation"),
    sa.bindparam("in_turn"),
    sa.bindparam("up_to"),
)
_ANSWER_OF_TURN = sa.select(_answers.c.answer).where(
    _answers.c.conversation == _CONVERSATION, _answers.c.turn == _TURN
)
_TRACKER = sa.select(_trackers.c.turns, _trackers.c.state).where(_trackers.c.conversation == _CONVERSATION)
_NEW_TRACKER = _trackers.insert()
_NEXT_TRACKER = (
    _trackers.update()
    .where(_trackers.c.conversation == _CONVERSATION, _trackers.c.turns == sa.bindparam("turns_before"))
    .values(turns=sa.bindparam("turns"), state=sa.bindparam("state"))
)
_NEW_ANSWER = _answers.insert()
_FORGET_ANSWERS = _answers.delete().where(
    _answers.c.conversation == _CONVERSATION, _answers.c.number <= _NUMBER
)


class ConflictError(RasaException):
    """Another room answered in this conversation meanwhile; nothing was saved."""


@dataclass(frozen=True)
class Recollection:
    """What is known of a conversation as a turn begins; `answer` where this very turn was answered before."""

    conversation: str
    turns: int = 0
    state: Optional[Mapping[str, Any]] = None
    answer: Optional[Mapping[str, Any]] = None


class TurnTrackerStore(TrackerStore):
    """Keeps trackers and answers in tables of its own, in SQLite or PostgreSQL.

    `host` is the database's SQLAlchemy URL (`url` in endpoints.yml). Missing tables are made.
    A turn is remembered in one transaction: tracker and answer, or neither.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        host: str,
        event_broker: Optional[EventBroker] = None,
        **kwargs: Any,  # noqa: ANN401 -- whatever else endpoints.yml says; Rasa's own class takes it
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._engine = _engine(_url(host))
        try:
            self._prepare()
        except sa.exc.DBAPIError as error:
            raise RasaException(
                f"KESU_NLU_DATABASE_URL: the database can't be used ({error.orig})"
            ) from error

    async def recall(self, conversation: str, turn: str) -> Recollection:
        """Return what is known of a conversation, and the turn's answer if it was answered before."""
        return await asyncio.to_thread(self._recall, conversation, turn)

    async def remember(
        self, before: Recollection, tracker: DialogueStateTracker, turn: str, answer: Mapping[str, Any]
    ) -> None:
        """Save what a turn left behind. Raises ConflictError, saving nothing, if the conversation went on."""
        await asyncio.to_thread(self._remember, before, condensed(tracker), turn, answer)

    def tracker(self, known: Recollection) -> DialogueStateTracker:
        """Return the conversation's tracker, listening."""
        return expanded(known.conversation, known.state, self.domain)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save a tracker outside a turn (`rasa shell`)."""
        known = await self.recall(tracker.sender_id, "")
        await asyncio.to_thread(self._save, known, condensed(tracker))

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return the tracker of a conversation, or None."""
        known = await self.recall(sender_id, "")
        return self.tracker(known) if known.state is not None else None

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        return await asyncio.to_thread(self._keys)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _recall(self, conversation: str, turn: str) -> Recollection:
        with self._engine.connect() as connection:
            which = {"in_conversation": conversation}
            answer = connection.execute(_ANSWER_OF_TURN, {**which, "in_turn": turn}).scalar()
            tracker = connection.execute(_TRACKER, which).first()
        return Recollection(
            conversation,
            turns=tracker.turns if tracker else 0,
            state=json.loads(tracker.state) if tracker else None,
            answer=json.loads(answer) if answer else None,
        )

    def _remember(
        self, before: Recollection, state: Mapping[str, Any], turn: str, answer: Mapping[str, Any]
    ) -> None:
        number = before.turns + 1
        with self._writing() as connection:
            _put(connection, before, state, number)
            which = {"conversation": before.conversation, "turn": turn}
            connection.execute(_NEW_ANSWER, {**which, "number": number, "answer": _json(answer)})
            if number > KEPT_ANSWERS:
                forgotten = {"in_conversation": before.conversation, "up_to": number - KEPT_ANSWERS}
                connection.execute(_FORGET_ANSWERS, forgotten)

    def _save(self, before: Recollection, state: Mapping[str, Any]) -> None:
        with self._writing() as connection:
            _put(connection, before, state, before.turns)

    def _keys(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(_trackers.c.conversation)).scalars())

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def _prepare(self) -> None:
        with self._writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRESQL_SCHEMA_LOCK)))
            _metadata.create_all(connection)
            version = connection.execute(sa.select(_schema.c.version)).scalar()
            if version is None:
                connection.execute(_schema.insert().values(version=SCHEMA_VERSION))
        if version not in (None, SCHEMA_VERSION):
            raise RasaException(
                f"KESU_NLU_DATABASE_URL: the room's tables have version {version}, this program needs "
                f"{SCHEMA_VERSION}. Start the program that made them, or name another database."
            )


def _put(connection: Connection, before: Recollection, state: Mapping[str, Any], turns: int) -> None:
    values = {"turns": turns, "state": _json(state)}
    if before.state is None:
        connection.execute(_NEW_TRACKER, {"conversation": before.conversation, **values})
        return
    which = {"in_conversation": before.conversation, "turns_before": before.turns}
    if connection.execute(_NEXT_TRACKER, {**which, **values}).rowcount != 1:
        raise ConflictError("another room answered in this conversation meanwhile")


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _url(written: Union[str, URL]) -> URL:
    """Read the URL; the desk's own (sqlite+aiosqlite://…) will do, whatever driver it names."""
    try:
        url = make_url(written)
    except sa.exc.ArgumentError as error:
        raise RasaException(
            "KESU_NLU_DATABASE_URL is not a database URL, like sqlite:///var/nlu.db"
        ) from error
    return url.set(drivername=url.get_backend_name())


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    in_memory = url.database in (None, "", ":memory:")
    engine = sa.create_engine(
        url,
        poolclass=StaticPool if in_memory else QueuePool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "isolation_level": None},
    )
    sa.event.listen(engine, "connect", _configure_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- sqlite3's own connection
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # an answered turn survives a power loss
