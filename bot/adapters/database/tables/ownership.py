"""The tables of who takes conversations: groups, who belongs to them, and who is there."""

from sqlalchemy import JSON, Boolean, Column, Integer, Table

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import by_value
from bot.domain.groups import State

desk_groups = Table(
    "desk_groups",
    metadata,
    Column("id", ID, primary_key=True),
    Column("title", NAME, nullable=False, unique=True),
    moment("created_at"),
    must("languages", JSON),
    must("packs", JSON),
)

memberships = Table(
    "memberships",
    metadata,
    Column("group_id", ID, to("desk_groups.id"), primary_key=True),
    Column("user_id", ID, to("users.id"), primary_key=True, index=True),
)

presences = Table(
    "presences",
    metadata,
    Column("user_id", ID, to("users.id"), primary_key=True),
    moment("alive_at", nullable=True),
    moment("sign_at", nullable=True),
    moment("left_at", nullable=True),
    must("chose_away", Boolean),
    must("state", by_value(State)),
    moment("assigned_at", nullable=True),
    Column("cap", Integer),
)
