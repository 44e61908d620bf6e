"""Run both test suites, each in its own environment; fail if either failed. Standard library only.

Arguments go to pytest of the desk, so that `make test ARGS="-k ledger"` narrows it.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code when nothing was selected


def _run(title: str, command: list[str]) -> int:
    print(f"\n── {title}", flush=True)
    return subprocess.run(command, check=False, cwd=ROOT).returncode


def main(arguments: list[str]) -> int:
    """Both suites run even when the first fails, so that one run shows everything."""
    desk = _run("桌面 · the desk", [str(ROOT / ".venv/bin/python"), "-m", "pytest", *arguments])
    room = 0
    if not arguments:
        python = str(ROOT / "bot/nlu/.venv/bin/python")
        room = _run(
            "Rasa", [python, "-m", "pytest", "-c", "bot/nlu/pyproject.toml", "--rootdir", ".", "tests/nlu"]
        )
    return max(desk, room)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
