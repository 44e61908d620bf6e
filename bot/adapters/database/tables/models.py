"""The tables of the trained models."""

from sqlalchemy import JSON, CheckConstraint, Column, Float, Index, Integer, String, Table, Text, text

from bot.adapters.database.tables.columns import ID, metadata, moment, must, to
from bot.adapters.database.types import SealedJson, by_value
from bot.domain.model import ModelState

_is_training = text("state = 'training'")
models = Table(
    "models",
    metadata,
    Column("id", ID, primary_key=True),
    must("state", by_value(ModelState)),
    must("file", Text),
    must("made_by", ID),
    moment("made_at"),
    Column("seconds", Float),
    Column("rows", Integer),
    must("data", JSON),
    must("progress", Integer),
    must("phase", String(200)),
    must("error", Text),
    Column("report", SealedJson),
    Column("gate", SealedJson),
    must("accepted", SealedJson),
    Column("approved_by", ID),
    moment("approved_at", nullable=True),
    moment("live_from", nullable=True),
    moment("live_until", nullable=True),
    must("ended_because", Text),
    Column("runner", ID),
    moment("beat_at", nullable=True),
    must("losses", Integer),
    must("row_version", Integer),
    # One at a time, whatever desk it was begun at.
    Index(
        "ix_models_training",
        "state",
        unique=True,
        sqlite_where=_is_training,
        postgresql_where=_is_training,
    ),
    Index(None, "made_at"),
)

live_model = Table(
    "live_model",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    must("model_id", ID, to("models.id")),
    must("version", Integer),
    moment("since"),
    must("by", ID),
    CheckConstraint("id = 1", name="only_one"),
)
