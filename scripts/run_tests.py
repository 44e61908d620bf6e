"""Run both test suites, each in its own environment; fail if any part failed. Standard library only.

Two lanes run side by side, because each of them leaves the processor idle now and then. In one are the tests
of the desk that need no Rasa, browsers included, on two cores at once, a file on one of them. In the other
are those that share the one Rasa, and then those of Rasa's room. What the parts print comes part after part,
and how each of them ended stands at the end.

A test of the desk that fails is tried once more, because a busy machine can be too slow for it; which ones
needed that is listed at the end of its part, and each of them is a race worth looking at. Arguments go to
pytest of the desk, so that `make test ARGS="-k ledger"` narrows it.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DESK = (str(ROOT / ".venv/bin/python"), "-m", "pytest", "--reruns", "1", "-rR")
ROOM = (str(ROOT / "bot/nlu/.venv/bin/python"), "-m", "pytest", "-c", "bot/nlu/pyproject.toml")
TWO = ("--numprocesses", "2", "--dist", "loadfile")
LANES = (
    {
        "桌面 · the desk, with browsers": (
            *(*DESK, *TWO, "-m", "not rasa"),
            *("tests/unit", "tests/contract", "tests/integration", "tests/e2e"),
        )
    },
    {
        "桌面 · the desk with Rasa": (*DESK, "-m", "rasa", "tests/contract", "tests/e2e"),
        "Rasa": (*ROOM, "--rootdir", ".", "tests/nlu"),
    },
)
_LOOK_SECONDS = 0.2


class Part:
    """Some of the tests, and what they print."""

    def __init__(self, title: str, command: tuple[str, ...]) -> None:
        self._title, self._command = title, command
        self._printed = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 -- it is shown in its turn
        self._seconds = 0.0

    def run(self) -> int:
        """Run it to its end; its exit code."""
        began = time.monotonic()
        colour = ("--color=yes",) if sys.stdout.isatty() else ()
        command, printed = (*self._command, *colour), self._printed
        done = subprocess.run(command, check=False, cwd=ROOT, stdout=printed, stderr=printed)
        self._seconds = time.monotonic() - began
        return done.returncode

    def show(self, running: "Future[int]") -> None:
        """Print what it prints, as it comes, until it is over."""
        print(f"\n── {self._title}", flush=True)
        place, is_over = 0, False
        while not is_over:
            is_over = running.done()
            while piece := os.pread(self._printed.fileno(), 1 << 16, place):
                place += len(piece)
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            time.sleep(0 if is_over else _LOOK_SECONDS)

    def ended(self, code: int) -> str:
        """How it ended, in a line."""
        return f"── {self._title}: {'failed' if code else 'passed'}, {self._seconds / 60:.1f} min"


def run_all() -> int:
    """All parts run even when one fails, so that one run shows everything."""
    with ExitStack() as stack:
        running: dict[Part, Future[int]] = {}
        for lane in LANES:
            pool = ThreadPoolExecutor(1)  # one part of it at a time
            stack.callback(pool.shutdown, cancel_futures=True)
            parts = [Part(title, command) for title, command in lane.items()]
            running |= {part: pool.submit(part.run) for part in parts}
        for part, future in running.items():
            part.show(future)
    codes = {part: future.result() for part, future in running.items()}
    print("", *(part.ended(code) for part, code in codes.items()), sep="\n")
    return int(any(codes.values()))


def main(arguments: list[str]) -> int:
    """With arguments, only what they choose of the desk's tests."""
    if arguments:
        return subprocess.run((*DESK, *arguments), check=False, cwd=ROOT).returncode
    return run_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
