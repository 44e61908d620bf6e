"""Read what a model is trained from, and check it first: each fault with file and line."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from bot.adapters.dictionary_files import dictionary_faults
from bot.adapters.risk_files import risk_faults
from bot.domain.errors import ConfigurationError
from bot.domain.labels import ALL
from bot.domain.training_data import Fault, Row, annotation_faults
from bot.settings import ROOT

FOLDERS = ("nlu", "rules", "stories")
_ALLOWED = ALL | {"nlu_fallback"}
_KINDS = {"intent", "synonym", "regex", "lookup"}  # what an item under `nlu:` can be
_SHOWN = 10
_BULLET = "- "
# Settings of components that name a folder of words: what it is called, what checks it.
_WORDS = {"dictionary": ("词典", dictionary_faults), "words": ("风险词", risk_faults)}
_ENCODERS = ROOT / "bot" / "nlu" / "encoders.py"


@dataclass
class TrainingFiles:
    """The messages to train with, in their order, and what is wrong with the files they stand in."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def training_files(root: Path, extra: Sequence[Path] = ()) -> list[Path]:
    """`config.yml`, `domain.yml` and every YAML file of the data folders and of `extra` ones."""
    folders = [*(root / "data" / folder for folder in FOLDERS), *extra]
    data = [path for folder in folders for path in sorted(folder.rglob("*.y*ml"))]
    return [root / "config.yml", root / "domain.yml", *data]


def file_name(root: Path, path: Path, extra: Sequence[Path] = ()) -> str:
    """What people call a training file: its place in the project, or in the `extra` folder it lies in."""
    folder = next((one for one in extra if path.is_relative_to(one)), None)
    return str(path.relative_to(folder.parent if folder else root))


def check_training_files(root: Path, extra: Sequence[Path] = ()) -> None:
    """Raise ConfigurationError listing the faults, one a line: `file:line: what is wrong`."""
    if faults := read_training_files(root, extra).faults:
        more = f"\n…共 {len(faults)} 处" if len(faults) > _SHOWN else ""
        raise ConfigurationError("训练文件有误：\n" + "\n".join(map(str, faults[:_SHOWN])) + more)


def read_training_files(root: Path, extra: Sequence[Path] = ()) -> TrainingFiles:
    """Read every training file and the dictionary below `root`, and those of `extra` folders.

    What can't be used is a fault, not a row.
    """
    found = TrainingFiles()
    for path in training_files(root, extra):
        name = file_name(root, path, extra)
        try:
            tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except FileNotFoundError:
            found.faults.append(Fault(name, "文件不存在"))
        except UnicodeDecodeError:
            found.faults.append(Fault(name, "不是 UTF-8 编码"))
        except yaml.MarkedYAMLError as problem:
            line = problem.problem_mark.line + 1 if problem.problem_mark else 1
            found.faults.append(Fault(f"{name}:{line}", f"YAML 语法错误（{problem.problem}）"))
        except yaml.YAMLError as problem:  # a character YAML does not allow
            found.faults.append(Fault(name, f"YAML 语法错误（{str(problem).partition(chr(10))[0]}）"))
        else:
            _Reader(root, name, found).read(tree)
    if not found.faults and (untaught := ALL - {row.label for row in found.rows}):
        found.faults.append(Fault("data/nlu", f"没有例句的标签 {'、'.join(sorted(untaught))}"))
    return found


class _Reader:
    """Goes through one file's nodes, which know their lines."""

    def __init__(self, root: Path, name: str, found: TrainingFiles) -> None:
        self._root, self._name, self._found = root, name, found

    def read(self, tree: yaml.Node | None) -> None:
        """Take the rows and faults of the whole file."""
        if not isinstance(tree, yaml.MappingNode):
            self._fault(1, "顶层应是键值")
            return
        for key, value in _items(tree):
            if key.value == "intents" and isinstance(value, yaml.SequenceNode):
                for item in value.value:
                    self._known(item if isinstance(item, yaml.ScalarNode) else item.value[0][0])
            elif key.value == "pipeline" and isinstance(value, yaml.SequenceNode):
                for component in value.value:
                    self._component(component)
            elif key.value in FOLDERS:
                if key.value == "nlu":
                    self._blocks(value)
                self._below(value)

    def _blocks(self, node: yaml.Node) -> None:
        """Check that each item says what it is: under a misspelt key, Rasa would pass over all its rows."""
        if not isinstance(node, yaml.SequenceNode):
            self._fault(node.start_mark.line + 1, "nlu 下面应是以「- 」开头的各项")
            return
        for item in node.value:
            keys = {key.value for key, _ in _items(item)}
            if len(keys & _KINDS) != 1 or keys - _KINDS - {"metadata"} != {"examples"}:
                line = item.start_mark.line + 1
                self._fault(line, "这一项应有 intent（或 synonym、regex、lookup）和 examples")

    def _below(self, node: yaml.Node) -> None:
        """Anything below: labels after `intent:`, examples beside them."""
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._below(item)
        keys = {key.value: value for key, value in _items(node)}
        for name, value in keys.items():
            if name == "intent" and isinstance(value, yaml.ScalarNode):
                self._known(value)
                self._examples(value.value, keys.get("examples"))
            elif name != "examples":
                self._below(value)

    def _examples(self, label: str, block: yaml.Node | None) -> None:
        """Take the rows of a block; its text begins on the line below its `|`."""
        if block is None:  # a step of a rule
            return
        if not isinstance(block, yaml.ScalarNode) or block.style != "|":
            self._fault(block.start_mark.line + 1, "examples 后面应是 | 和缩进的例句")
            return
        for number, line in enumerate(block.value.splitlines(), start=block.start_mark.line + 2):
            written = line.strip().removeprefix(_BULLET).strip()
            if line.strip() and not (line.lstrip().startswith(_BULLET) and written):
                self._fault(number, "例句应以「- 」开头，后面有文字")
            elif written:
                for fault in annotation_faults(written):
                    self._fault(number, fault)
                if label in ALL:
                    self._found.rows.append(Row(f"{self._name}:{number}", label, written))

    def _component(self, component: yaml.Node) -> None:
        """Check what a component of the pipeline names: an encoder, a dictionary, risk words."""
        for key, value in _items(component):
            line = value.start_mark.line + 1
            if key.value == "encoder" and not _is_encoder(str(value.value)):
                known = "、".join(encoder_names())
                self._fault(
                    line, f"没有名为 {value.value} 的句子编码器，可用的有 {known}，或 huggingface:模型名"
                )
            elif key.value in _WORDS:
                title, check = _WORDS[key.value]
                self._folder(line, str(value.value), title, check)

    def _folder(
        self, line: int, named: str, title: str, check: Callable[[Path, Path], Iterable[Fault]]
    ) -> None:
        """Check a folder of words that a component names; two of them may name the same."""
        if (self._root / named).is_dir():
            faults = check(self._root, self._root / named)
            self._found.faults += [fault for fault in faults if fault not in self._found.faults]
        else:
            self._fault(line, f"{title}文件夹 {named} 不存在")

    def _known(self, node: yaml.ScalarNode) -> None:
        if node.value not in _ALLOWED:
            self._fault(node.start_mark.line + 1, f"未知标签 {node.value}")

    def _fault(self, line: int, what: str) -> None:
        self._found.faults.append(Fault(f"{self._name}:{line}", what))


def _items(node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))


def encoder_names() -> list[str]:
    """The names in the room's registry of encoders; they stand in its source, which the desk can't import."""
    names = (key for key in getattr(_in_encoders("ENCODERS"), "keys", []) if isinstance(key, ast.Constant))
    return sorted(str(name.value) for name in names)


def _is_encoder(name: str) -> bool:
    """Whether the room has this encoder, or may fetch it as a Hugging Face model."""
    prefix = str(ast.literal_eval(_in_encoders("HUGGING_FACE")))
    return name in encoder_names() or (name.startswith(prefix) and name != prefix)


@cache
def _in_encoders(name: str) -> ast.expr:
    """What `name` is set to in the room's encoders.py."""
    for statement in ast.parse(_ENCODERS.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name and statement.value:
            return statement.value
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name:
            return statement.value
    raise ConfigurationError(f"{_ENCODERS} 里找不到 {name}")
