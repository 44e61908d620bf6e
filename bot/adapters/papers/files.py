"""Files with customers' data: written whole or not at all, readable by their owner only."""

import os
import tempfile
from pathlib import Path

from bot.domain.errors import ConfigurationError


def write_private(path: Path, content: bytes) -> None:
    """Write the file (0600), in place of an older one; ConfigurationError if it can't be written."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise ConfigurationError(f"写不了 {path}（{problem.strerror}）。") from problem
