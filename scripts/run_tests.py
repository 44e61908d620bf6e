"""Run both test suites, each in its own environment; fail if any part failed. Standard library only.

What needs neither Rasa nor a browser runs on two cores at once, a file on one of them. A test of the desk
that fails is tried once more, because a busy machine can be too slow for it; which ones needed that is listed
at the end, and each of them is a race worth looking at. Arguments go to pytest of the desk, so that
`make test ARGS="-k ledger"` narrows it.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AGAIN = ("--reruns", "1", "-rR")
QUICK = ("tests/unit", "tests/contract", "tests/integration")


def _run(title: str, command: list[str]) -> int:
    print(f"\n── {title}", flush=True)
    return subprocess.run(command, check=False, cwd=ROOT).returncode


def main(arguments: list[str]) -> int:
    """All parts run even when one fails, so that one run shows everything."""
    desk = [str(ROOT / ".venv/bin/python"), "-m", "pytest", *AGAIN]
    if arguments:
        return _run("桌面 · the desk", [*desk, *arguments])
    room = [str(ROOT / "bot/nlu/.venv/bin/python"), "-m", "pytest", "-c", "bot/nlu/pyproject.toml"]
    return max(
        _run("桌面 · the desk", [*desk, "--numprocesses", "2", "--dist", "loadfile", *QUICK]),
        _run("桌面 · with Rasa and browsers", [*desk, "tests/e2e"]),
        _run("Rasa", [*room, "--rootdir", ".", "tests/nlu"]),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
