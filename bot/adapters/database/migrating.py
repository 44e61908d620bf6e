"""Carries migrations out, and writes new ones; only imported then, since Alembic takes long to load."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migrate(connection: Connection, folder: Path, revision: str = "head") -> None:
    """Bring the database to a revision in `folder`, the newest one if not said otherwise."""
    command.upgrade(_config(connection, folder), revision)


def write(connection: Connection, folder: Path, number: int, message: str) -> None:
    """Write the next migration from the difference between the tables and the database."""
    command.revision(_config(connection, folder), message, autogenerate=True, rev_id=f"{number:04}")


def _config(connection: Connection, folder: Path) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")  # a module name starts with a letter
    return config
