"""Make the two Python environments from their lock files; done again only when a lock file has changed.

Standard library only: `make` runs it with whatever python3 the machine has, before anything is installed.
"""

import hashlib
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from find_uv import MissingTool, find_uv, uv_environment

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Environment:
    """One of the two: `folder` holds its pyproject.toml and uv.lock, and gets its `.venv`."""

    title: str
    folder: Path
    first_time: str

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Stands inside the environment, so that deleting the environment deletes it too."""
        return self.folder / ".venv" / "made-from"

    def wanted(self) -> str:
        """What a finished environment was made from."""
        parts = [(self.folder / name).read_bytes() for name in ("pyproject.toml", "uv.lock")]
        return hashlib.sha256(b"\0".join([*parts, str(self.folder).encode()])).hexdigest()

    def up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return self.python.exists() and self.stamp.is_file() and self.stamp.read_text() == self.wanted()


DESK = Environment("桌面环境 · the desk's environment", ROOT, "约 1 分钟 · about a minute")
ROOM = Environment(
    "Rasa 环境 · Rasa's environment",
    ROOT / "bot" / "nlu",
    "首次约几分钟，需下载约 1 GB · some minutes, about 1 GB",
)


def make(environment: Environment, uv: list[str], python: str) -> bool:
    """Bring one environment up to its lock file, showing uv's progress; whether it worked.

    Byte code is compiled now: importing Rasa without it takes 20 s instead of 6, and a machine may forbid
    Python to write it later.
    """
    new = not environment.python.exists()
    print(f"{environment.title}：{environment.first_time if new else '更新 · updating'} …", flush=True)
    began = time.monotonic()
    chosen = ["--python", python] if new else []
    command = [*uv, "sync", "--project", str(environment.folder), "--locked", "--compile-bytecode", *chosen]
    if subprocess.run(command, check=False, cwd=ROOT, env=uv_environment()).returncode != 0:
        return False
    environment.stamp.write_text(environment.wanted())
    print(f"{environment.title}：完成 · done, {time.monotonic() - began:.0f} s", flush=True)
    return True


def bootstrap() -> None:
    """Make what is missing or out of date. Raises MissingTool."""
    outdated = [environment for environment in (DESK, ROOM) if not environment.up_to_date()]
    if not outdated:
        return
    from find_python import find_python310

    uv = find_uv()
    for environment in outdated:
        python = sys.executable if environment is DESK else str(find_python310(uv))
        if not make(environment, uv, python):
            raise MissingTool(
                f"{environment.title}：未能按 {environment.folder / 'uv.lock'} 安装，原因见上。 · "
                "could not be installed from its lock file; the reason stands above."
            )


def main() -> int:
    """Exit code 0 when both environments are ready."""
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:3]))
        print(
            f"错误: 需要 Python 3.11 或更新，当前是 {have}。 · Python 3.11 or newer is needed.",
            file=sys.stderr,
        )
        return 1
    try:
        bootstrap()
    except MissingTool as problem:
        print(f"错误: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
