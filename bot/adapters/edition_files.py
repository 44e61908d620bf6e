"""Writes and reads a company's words for the clauses of a pack as YAML, with the line of every problem."""

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.domain.errors import RevisionRefused
from bot.domain.handbook.edition_file import EditionFile, ReadFile
from bot.domain.handbook.editions import write_ways
from bot.domain.handbook.loading import explain

_HEAD = """\
# 手册的公司修订：一个手册包里公司自己写的说法，由客诉台导出，也可以改好再导入（手册页面）。
# key 是句子的编号，不要改；risk、reason、held 是手册的标记，不能添也不能删。
"""
_FILE = TypeAdapter(EditionFile)
_Path = tuple[str | int, ...]


def write_edition(content: EditionFile) -> str:
    """The file's text; the same content gives the same bytes."""
    clauses = []
    for one in content.clauses:
        ways = write_ways(one.ways)
        words: dict[str, Any] = {"variants": ways} if one.variants else {"wording": ways[0]}
        note = {"note": one.note} if one.note else {}
        clauses.append({"id": one.id, "based_on": one.based_on, **note, **words})
    data = {"company_edition": content.company_edition, "clauses": clauses}
    return _HEAD + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)


def read_edition(name: str, text: str) -> ReadFile:
    """The content with its lines. RevisionRefused names file, line and what to do for every problem."""
    lines: dict[_Path, int] = {}
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        data = _data(loader, node, (), lines) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"{error.problem or '语法错误'}；请改正这里"
        raise RevisionRefused([("", f"{name} 第 {line} 行：{message}")]) from None
    except yaml.YAMLError:
        raise RevisionRefused([("", f"{name} 第 1 行：不是 YAML 文本；请选择从这里导出的文件")]) from None
    finally:
        loader.dispose()
    try:
        content = _FILE.validate_python(data)
    except ValidationError as error:
        raise RevisionRefused([_told(name, found, lines) for found in error.errors()]) from None
    return ReadFile(name, content, _lines(content, lines))


def _data(loader: yaml.SafeLoader, node: yaml.Node, path: _Path, lines: dict[_Path, int]) -> Any:  # noqa: ANN401 -- whatever the YAML holds
    """What a node holds, with the line of everything in it."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_data(loader, one, (*path, place), lines) for place, one in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node, deep=True)
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in found:
            raise yaml.constructor.ConstructorError(None, None, f"{name} 写了两次", key.start_mark)
        found[name] = _data(loader, value, (*path, name), lines)
    return found


def _told(name: str, found: Mapping[str, Any], lines: Mapping[_Path, int]) -> tuple[str, str]:
    path: _Path = tuple(found["loc"])
    known = path
    while known and known not in lines:
        known = known[:-1]
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    return "", f"{name} 第 {lines.get(known, 1)} 行：{place}：{explain(found['type'], found['msg'])}"


def _lines(content: EditionFile, lines: Mapping[_Path, int]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for place, clause in enumerate(content.clauses):
        start: _Path = ("clauses", place)
        found[clause.id, ""] = lines[start]
        for number, way in enumerate(clause.ways):
            at: _Path = (*start, "variants", number) if clause.variants else (*start, "wording")
            for index, unit in enumerate(way):
                line = lines.get((*at, index), lines.get(at, lines[start]))
                found[clause.id, unit.key or ""] = line
        found[clause.id, ""] = lines[start]
    return found
