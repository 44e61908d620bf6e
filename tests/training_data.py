"""Models and training rows for tests: no archive, no file."""

from pathlib import Path

from bot.domain.model import Model, ModelState
from tests.records import NOW


class MemoryRows:
    """Training rows that a test makes up (ports.TrainingRows)."""

    def __init__(self):
        self.rows, self.doubts = [], {}

    async def all(self):
        return list(self.rows)

    async def doubtful(self, archive):
        return list(self.doubts.get(archive.name, ()))


def archive_of(model):
    """Where a test's model would lie."""
    return Path(model.file)


def a_model(id="kesu-2", state=ModelState.CANDIDATE, **more):
    """A trained model."""
    return Model(id, state, f"candidates/{id}.tar.gz", "su", NOW, **more)
