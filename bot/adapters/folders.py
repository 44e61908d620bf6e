"""Folders for what only the desk's own account may read: customers' data, secrets, logs."""

from pathlib import Path

_OWNER_ONLY = 0o700


def make_private(folder: Path) -> None:
    """Make a folder and those above it that are missing, for their owner only; what is there stays as it is.

    `Path.mkdir` gives its mode to the last folder alone. Raises OSError.
    """
    if not folder.parent.exists():
        make_private(folder.parent)
    folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)
