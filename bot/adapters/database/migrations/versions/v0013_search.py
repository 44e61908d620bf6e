"""The index for searching: its entries, FTS5 beside them on SQLite, and how far it has been made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TOKENS = sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql")
_INTO = "INSERT INTO search_index"
_DELETED = f"{_INTO} (search_index, rowid, tokens) VALUES ('delete', old.nr, old.tokens)"
_ADDED = f"{_INTO} (rowid, tokens) VALUES (new.nr, new.tokens)"


def upgrade() -> None:
    """Make the tables; what there is already is indexed by the desk, or by `kesu search rebuild`."""
    op.create_table(
        "search_entries",
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("tokens", _TOKENS, nullable=False),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("kind", "ref", name=op.f("uq_search_entries_kind_ref")),
    )
    op.create_table(
        "search_progress",
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_search_progress")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_entries_tokens", "search_entries", ["tokens"], postgresql_using="gin")
    else:
        _search_on_sqlite()


def _search_on_sqlite() -> None:
    """An FTS5 table that keeps no text of its own. The tokens are made already: spaces part them."""
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5"
        " (tokens, content='search_entries', content_rowid='nr', tokenize='unicode61 remove_diacritics 0')"
    )
    op.execute(f"CREATE TRIGGER search_added AFTER INSERT ON search_entries BEGIN {_ADDED}; END")
    op.execute(f"CREATE TRIGGER search_deleted AFTER DELETE ON search_entries BEGIN {_DELETED}; END")
    op.execute(
        "CREATE TRIGGER search_changed AFTER UPDATE OF tokens ON search_entries"
        f" BEGIN {_DELETED}; {_ADDED}; END"
    )
