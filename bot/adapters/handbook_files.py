"""Reads handbook packs from a folder: one folder or one YAML file a pack."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.domain.errors import HandbookInvalid
from bot.domain.handbook.checking import check
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.loading import Problem, Source, read_packs
from bot.domain.handbook.model import Pack

_SUFFIXES = (".yaml", ".yml")


class _Loader(yaml.CSafeLoader):
    """YAML's safe loader, which also refuses a key that stands twice in a mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- PyYAML's signature
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} 写了两次", key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


def load_handbook(directory: Path, enabled: Collection[str] | None = None) -> Handbook:
    """The handbook of the packs in `directory`; `enabled` limits them to these ids, None takes all.

    Raises HandbookInvalid, one problem a line, if a file can't be read or the packs don't fit together.
    """
    packs, problems = read_directory(directory, enabled)
    if problems:
        raise HandbookInvalid("\n".join(str(problem) for problem in problems))
    return Handbook.of(packs)


def check_directory(directory: Path, enabled: Collection[str] | None = None) -> list[Problem]:
    """Every problem of the packs in `directory`: `kesu handbook check`."""
    packs, problems = read_directory(directory, enabled)
    return problems or check(packs)


def read_directory(
    directory: Path, enabled: Collection[str] | None = None
) -> tuple[list[Pack], list[Problem]]:
    """The packs in `directory` and the problems of its files."""
    sources: list[Source] = []
    problems: list[Problem] = []
    for pack, path in _files(directory):
        name = path.relative_to(directory).as_posix()
        try:
            sources.append(Source(pack, name, _parse(path)))
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            problems.append(_unreadable(name, error))
    packs, found = read_packs(sources)
    problems += found
    if not sources and not problems:
        problems.append(Problem(str(directory), "文件夹", "里面没有手册包；请放入手册包或改正设置"))
    wanted = set(enabled) if enabled is not None else {pack.id for pack in packs}
    missing = wanted - {pack.id for pack in packs}
    if not problems:
        problems += [
            Problem(str(directory), "启用的手册包", f"没有手册包 {name}；请改正设置")
            for name in sorted(missing)
        ]
    return [pack for pack in packs if pack.id in wanted], problems


def _files(directory: Path) -> Iterator[tuple[str, Path]]:
    """Each YAML file with the name of its pack: its folder, or for a single file its own name."""
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path.suffix in _SUFFIXES:
            yield path.relative_to(directory).with_suffix("").parts[0], path


def _parse(path: Path) -> Any:  # noqa: ANN401 -- whatever the YAML holds
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_Loader)  # noqa: S506 -- derived from the safe loader


def _unreadable(name: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        reason = getattr(error, "problem", None) or "语法错误"
        return Problem(name, f"第 {mark.line + 1} 行第 {mark.column + 1} 列", f"{reason}；请改正这里")
    if isinstance(error, UnicodeDecodeError):
        return Problem(name, f"第 {error.start} 字节", "不是 UTF-8；请把文件存成 UTF-8")
    return Problem(name, "文件", f"读不了（{error}）；请检查权限")
