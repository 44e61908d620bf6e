"""Which process answers which conversation, where several share a PostgreSQL.

Each process shows now and then that it is alive; a lease is as good as its process. Leases spare two
processes from doing one turn: should they both, say as one of them slept for long, a turn's id still lets
every effect happen once (docs/architecture.md). All times are the database's, so no clock need be right.
"""

import logging
import secrets
import socket
from datetime import timedelta

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import String

log = logging.getLogger(__name__)

BEAT_SECONDS = 4.0
ALIVE = timedelta(seconds=12)  # after the last beat
WAITED = timedelta(seconds=8)  # so long a message is its own process's to answer
_MOST = 200  # conversations that one look takes up

_BEAT = text(
    "INSERT INTO desk_processes (id, began_at, seen_at) VALUES (:me, now(), now())"
    " ON CONFLICT (id) DO UPDATE SET seen_at = now()"
)
_OTHERS = text(
    "SELECT count(*) FROM desk_processes WHERE id <> :me AND seen_at > now() - CAST(:alive AS interval)"
)
_FORGET = text("DELETE FROM desk_processes WHERE seen_at < now() - CAST(:alive AS interval)")
_FREE_DEAD = text(
    "DELETE FROM turn_leases WHERE NOT EXISTS (SELECT FROM desk_processes"
    " WHERE id = turn_leases.process_id AND seen_at > now() - CAST(:alive AS interval))"
)
_FREE_OURS = text(
    "DELETE FROM turn_leases WHERE process_id = :me AND conversation_id = ANY (:owed)"
).bindparams(bindparam("owed", type_=ARRAY(String)))
_TAKE = text(
    "INSERT INTO turn_leases (conversation_id, process_id, wanted) VALUES (:conversation, :me, false)"
    " ON CONFLICT (conversation_id) DO UPDATE SET wanted = turn_leases.process_id <> :me"
    " RETURNING process_id"
)
_GIVE_BACK = text(
    "DELETE FROM turn_leases WHERE conversation_id = :conversation AND process_id = :me RETURNING wanted"
)
_LEFT_WAITING = text(
    "SELECT conversation_id FROM messages WHERE delivery = 'waiting' AND author = 'customer'"
    " AND NOT EXISTS (SELECT FROM turn_leases WHERE conversation_id = messages.conversation_id)"
    " GROUP BY conversation_id HAVING min(created_at) < now() - CAST(:waited AS interval)"
    " ORDER BY min(created_at) LIMIT :most"
)
_LEAVE = (
    text("DELETE FROM turn_leases WHERE process_id = :me"),
    text("DELETE FROM desk_processes WHERE id = :me"),
)


class TurnLeases:
    """This process among the others (ports.Leases), on PostgreSQL."""

    def __init__(self, engine: AsyncEngine, *, alive: timedelta = ALIVE, waited: timedelta = WAITED) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._alive, self._waited = alive, waited
        self.me = f"{socket.gethostname()[:48]}-{secrets.token_hex(6)}"
        self.others = 0  # processes that were alive at the last beat
        self._owed: set[str] = set()  # which the database did not hear that we gave back

    async def beat(self) -> None:
        """Show that we are alive, and take their leases from those who aren't any more."""
        alive = {"alive": self._alive}
        async with self._engine.connect() as connection:
            await connection.execute(_BEAT, {"me": self.me})
            others = int((await connection.execute(_OTHERS, {"me": self.me, **alive})).scalar_one())
            await connection.execute(_FORGET, alive)
            freed = (await connection.execute(_FREE_DEAD, alive)).rowcount
            if owed := sorted(self._owed):
                await connection.execute(_FREE_OURS, {"me": self.me, "owed": owed})
                self._owed.difference_update(owed)
        if freed:
            log.warning("a desk process is gone: the %s conversations it was answering are free", freed)
        if others != self.others:
            log.info("%s other desk processes share this database", others)
        self.others = others

    async def leave(self) -> None:
        """Others may take over at once."""
        async with self._engine.connect() as connection:
            for statement in _LEAVE:
                await connection.execute(statement, {"me": self.me})

    async def take(self, conversation_id: str) -> bool:
        """Be the one who answers it; False when another process is at it, which will look once more."""
        self._owed.discard(conversation_id)
        return await self._one(_TAKE, conversation_id) == self.me

    async def give_back(self, conversation_id: str) -> bool:
        """Let others answer it; whether one of them asked for it meanwhile."""
        return bool(await self._one(_GIVE_BACK, conversation_id))

    async def left_waiting(self) -> list[str]:
        """Conversations with an unanswered message that nobody is at, longest waiting first."""
        asked = {"waited": self._waited, "most": _MOST}
        async with self._engine.connect() as connection:
            return list((await connection.execute(_LEFT_WAITING, asked)).scalars())

    async def _one(self, statement: TextClause, conversation_id: str) -> object:
        """The answer of a statement; one that was not heard of leaves a lease that we owe."""
        values = {"conversation": conversation_id, "me": self.me}
        try:
            async with self._engine.connect() as connection:
                return (await connection.execute(statement, values)).scalar()
        except BaseException:
            self._owed.add(conversation_id)
            raise
