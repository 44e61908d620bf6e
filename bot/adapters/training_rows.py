"""What models are trained from, as the suggestions look at it."""

import asyncio
from pathlib import Path

from bot.adapters.reports.cross_validation import read_doubtful
from bot.adapters.script import convert
from bot.adapters.training_files import read_training_files, training_files
from bot.domain.likeness import comparable
from bot.domain.suggestions import Doubtful
from bot.domain.training_data import Row, plain


class TrainingFolder:
    """The training files below `root` (ports.TrainingRows); read again when one of them has changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: tuple[tuple[tuple[Path, int], ...], list[Row]] = ((), [])

    async def all(self) -> list[Row]:
        """The repository's rows, in Simplified characters; `where` is file and line."""
        return await asyncio.to_thread(self._rows)

    async def doubtful(self, archive: Path) -> list[Doubtful]:
        """The rows of this model that those trained without them read otherwise, the surest first.

        A row that stands in no file of the repository is a correction: it has no line.
        """
        return await asyncio.to_thread(self._doubtful, archive)

    def _rows(self) -> list[Row]:
        stamp = tuple(
            (path, path.stat().st_mtime_ns) for path in training_files(self._root) if path.is_file()
        )
        if stamp != self._read[0]:
            found = read_training_files(self._root).rows
            self._read = stamp, [row._replace(written=convert(row.written, "hans")) for row in found]
        return self._read[1]

    def _doubtful(self, archive: Path) -> list[Doubtful]:
        places = {(row.label, comparable(plain(row.written))): row.where for row in self._rows()}
        return [
            Doubtful(
                where=places.get((row.label, comparable(convert(row.text, "hans"))), ""),
                label=row.label,
                text=row.text,
                says=row.read_as,
                sure=row.confidence,
            )
            for row in read_doubtful(archive)
        ]
