"""Find `uv`, or fetch it into `.kesu/uv`; as a program, run it: `python3 scripts/find_uv.py lock --check`.

Standard library only: it runs before anything is installed.
"""

import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".kesu" / "uv"
Command = list[str]


class MissingTool(Exception):
    """Something this machine lacks; the message says what to install."""


def _works(command: Command) -> bool:
    try:
        return subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _candidates() -> list[Command]:
    on_path = shutil.which("uv")
    return [*([[on_path]] if on_path else []), [sys.executable, "-m", "uv"], [str(OWN / "bin" / "uv")]]


def _fetch() -> Command:
    """Install uv from the package index into a folder of the project, leaving the machine as it was."""
    print("正在获取 uv · fetching uv (.kesu/uv) …", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(OWN)], capture_output=True, check=False
    )
    if made.returncode != 0:
        raise MissingTool(
            f"这个 Python 不能创建虚拟环境，请先安装：sudo apt install python3-venv，或自行安装 uv。"
            f" · {sys.executable} can't make virtual environments: install python3-venv, or uv itself."
        )
    python = str(OWN / "bin" / "python")
    fetched = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"], check=False
    )
    if fetched.returncode != 0:
        raise MissingTool(
            "未能从软件包索引安装 uv，请检查网络或 PIP_INDEX_URL。 · "
            "Could not install uv from the package index: check the network or PIP_INDEX_URL."
        )
    return [str(OWN / "bin" / "uv")]


def uv_environment() -> dict[str, str]:
    """The environment for uv: the machine's certificates are trusted, as a company's proxy may need it."""
    if ssl.create_default_context().get_ca_certs():
        return {"UV_SYSTEM_CERTS": "true", **os.environ}
    return dict(os.environ)


def find_uv() -> Command:
    """The command line that starts uv; fetched if this machine has none. Raises MissingTool."""
    for command in _candidates():
        if _works(command):
            return command
    return _fetch()


def main(arguments: list[str]) -> int:
    """Run uv with these arguments at the project's root; its exit code."""
    try:
        uv = find_uv()
    except MissingTool as problem:
        print(f"错误: {problem}", file=sys.stderr)
        return 1
    return subprocess.run([*uv, *arguments], check=False, cwd=ROOT, env=uv_environment()).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
