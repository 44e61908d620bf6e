"""Check what a model is trained from, before minutes are spent on it: each fault with file and line."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.domain.errors import ConfigurationError
from bot.domain.labels import ALL, ENTITIES

FOLDERS = ("nlu", "rules", "stories")
_ALLOWED = ALL | {"nlu_fallback"}
_ENTITY = re.compile(r"\]\((\w+)(?::[^)]*)?\)|\]\{[^}]*[\"']?entity[\"']?\s*:\s*[\"'](\w+)[\"']")
_SHOWN = 10


def training_files(root: Path) -> list[Path]:
    """`config.yml`, `domain.yml` and every YAML file of the data folders."""
    data = [path for folder in FOLDERS for path in sorted((root / "data" / folder).rglob("*.y*ml"))]
    return [root / "config.yml", root / "domain.yml", *data]


def check_training_files(root: Path) -> None:
    """Raise ConfigurationError listing the faults, one a line: `file:line: what is wrong`."""
    faults: list[str] = []
    taught: set[str] = set()
    for path in training_files(root):
        try:
            tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except FileNotFoundError:
            faults.append(f"{path.relative_to(root)}: 文件不存在")
        except UnicodeDecodeError:
            faults.append(f"{path.relative_to(root)}: 不是 UTF-8 编码")
        except yaml.MarkedYAMLError as problem:
            line = problem.problem_mark.line + 1 if problem.problem_mark else 1
            faults.append(f"{path.relative_to(root)}:{line}: YAML 语法错误（{problem.problem}）")
        else:
            faults += [f"{path.relative_to(root)}:{line}: {fault}" for line, fault in _faults(tree, taught)]
    if not faults and (untaught := ALL - taught):
        faults = [f"data/nlu: 没有例句的标签 {'、'.join(sorted(untaught))}"]
    if faults:
        more = f"\n…共 {len(faults)} 处" if len(faults) > _SHOWN else ""
        raise ConfigurationError("训练文件有误：\n" + "\n".join(faults[:_SHOWN]) + more)


def _faults(tree: yaml.Node | None, taught: set[str]) -> Iterator[tuple[int, str]]:
    """Faults of one file with their lines; the labels it has examples for are added to `taught`."""
    if not isinstance(tree, yaml.MappingNode):
        yield 1, "顶层应是键值"
        return
    for key, value in _items(tree):
        if key.value == "intents" and isinstance(value, yaml.SequenceNode):
            for item in value.value:
                yield from _known(item if isinstance(item, yaml.ScalarNode) else item.value[0][0])
        elif key.value in ("nlu", "rules", "stories"):
            yield from _below(value, taught)


def _below(node: yaml.Node, taught: set[str]) -> Iterator[tuple[int, str]]:
    """Faults anywhere below: labels after `intent:`, entities marked in examples."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _below(item, taught)
    for key, value in _items(node):
        if key.value == "intent" and isinstance(value, yaml.ScalarNode):
            yield from _known(value)
            if any(other.value == "examples" for other, _ in _items(node)):
                taught.add(value.value)
        elif key.value == "examples" and isinstance(value, yaml.ScalarNode):
            yield from _unknown_entities(value)
        else:
            yield from _below(value, taught)


def _items(node: yaml.Node) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]


def _known(node: yaml.ScalarNode) -> Iterator[tuple[int, str]]:
    if node.value not in _ALLOWED:
        yield node.start_mark.line + 1, f"未知标签 {node.value}"


def _unknown_entities(examples: yaml.ScalarNode) -> Iterator[tuple[int, str]]:
    """The block's text begins on the line below its `|`."""
    for below, line in enumerate(examples.value.splitlines(), start=1):
        for found in _ENTITY.finditer(line):
            name = found.group(1) or found.group(2)
            if name not in ENTITIES:
                yield examples.start_mark.line + 1 + below, f"未知实体 {name}"
