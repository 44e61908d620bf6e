"""The tables of the desk processes on one PostgreSQL (bot/adapters/database/turn_leases.py).

No foreign keys: both are unlogged there, and what they hold is only as true as its process is alive.
"""

from sqlalchemy import Boolean, Column, Table

from bot.adapters.database.tables.columns import ID, metadata, moment, must

desk_processes = Table(
    "desk_processes",
    metadata,
    Column("id", ID, primary_key=True),
    moment("began_at"),
    moment("seen_at"),
)

turn_leases = Table(
    "turn_leases",
    metadata,
    Column("conversation_id", ID, primary_key=True),
    must("process_id", ID),
    must("wanted", Boolean),  # by another process, which leaves it to this one
)
