"""The process that learns facts beside a training, seen from that training.

It is begun before anything of Rasa is imported, which takes some seconds: it takes longer than all else.
"""

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, List, Optional, Sequence

ENDS_WITHIN_S = 10


class Beside:
    """The process that learns while another training goes on."""

    def __init__(self, config: str, data: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        whole = ["-m", "bot.nlu.fact_learning", self._folder.name, "--config", config, "--data", *data]
        self._child = subprocess.Popen([sys.executable, "-W", "ignore", *whole])  # noqa: S603 -- ours

    def tagger(self, name: str) -> Optional[bytes]:
        """Wait until it ends, and return the tagger of that name if it learned it."""
        self._child.wait()
        file = Path(self._folder.name) / name
        return file.read_bytes() if file.is_file() else None

    def end(self) -> None:
        """Stop the process if it still runs, and take its folder away."""
        self._child.terminate()
        self._child.wait(ENDS_WITHIN_S)
        self._folder.cleanup()


_running: List[Beside] = []  # at most one; Rasa makes the components, so that nothing can be handed to them


@contextmanager
def beside(config: str, data: Sequence[str]) -> Iterator[None]:
    """Learn while what stands inside goes on."""
    _running.append(Beside(config, data))
    try:
        yield
    finally:
        _running.pop().end()


def learned_beside(name: str) -> Optional[bytes]:
    """Return the tagger of that name if it is learned beside this training; wait for it."""
    return _running[0].tagger(name) if _running else None
