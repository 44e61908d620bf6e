"""Files with customers' data: written whole or not at all, readable by their owner only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.domain.errors import ConfigurationError


def write_private(path: Path, content: bytes) -> None:
    """Write the file (0600), in place of an older one; ConfigurationError if it can't be written."""
    with private_file(path) as file:
        file.write(content)


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A file (0600) to write, which takes the place of an older one once it is whole; ConfigurationError."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise ConfigurationError(f"写不了 {path}（{problem.strerror}）。") from problem
