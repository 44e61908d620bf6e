"""Find a Python 3.10 for Rasa's room. Standard library only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from find_uv import Command, MissingTool, uv_environment

_PROBE = (
    "import sys, platform, ssl, sqlite3;"
    "print(sys.version_info[:2] == (3, 10) and platform.python_implementation() == 'CPython')"
)


def _is_310(path: Path) -> bool:
    """Whether this is a complete CPython 3.10: a pyenv shim may exist without one behind it."""
    try:
        answer = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == "True"


def _places() -> list[Path]:
    """Where installed Pythons usually stand, the most deliberate choice first."""
    places = [Path(chosen)] if (chosen := os.environ.get("KESU_ROOM_PYTHON")) else []
    if found := shutil.which("python3.10"):
        places.append(Path(found))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for folder in (pyenv / "versions", Path.home() / ".local/share/mise/installs/python"):
        places += sorted(folder.glob("3.10*/bin/python"), reverse=True)
    return [
        *places,
        *(Path(f"{folder}/bin/python3.10") for folder in ("/usr", "/usr/local", "/opt/homebrew")),
    ]


def _from_uv(uv: Command, *, fetch: bool) -> Path | None:
    """One that uv knows of; with `fetch`, downloaded by uv first."""
    if fetch:
        print("正在下载 Python 3.10 · fetching Python 3.10 …", flush=True)
        if (
            subprocess.run([*uv, "python", "install", "3.10"], check=False, env=uv_environment()).returncode
            != 0
        ):
            return None
    command = [*uv, "python", "find", "--no-python-downloads", "--no-project", "cpython@3.10"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def find_python310(uv: Command) -> Path:
    """An installed CPython 3.10, or one that uv can fetch. Raises MissingTool saying what to install."""
    for place in _places():
        if _is_310(place):
            return place
    for fetch in (False, True):
        found = _from_uv(uv, fetch=fetch)
        if found and _is_310(found):
            return found
    raise MissingTool(
        "Rasa 需要 Python 3.10，本机没有，uv 也未能下载。请安装其一后再运行：pyenv install 3.10，"
        "或 sudo apt install python3.10，或用 KESU_ROOM_PYTHON 指出它的路径。 · "
        "Rasa needs Python 3.10: none is installed and uv could not fetch one. Install it (pyenv install "
        "3.10, or your system's python3.10 package), or name it in KESU_ROOM_PYTHON."
    )


if __name__ == "__main__":
    from find_uv import find_uv

    print(find_python310(find_uv()), file=sys.stdout)
