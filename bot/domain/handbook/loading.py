"""From parsed YAML documents to packs, with a problem for everything that doesn't fit the format."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.domain.handbook import model, severity
from bot.domain.handbook.clause import Clause, Text
from bot.domain.handbook.followup import Followup
from bot.domain.handbook.form import Form
from bot.domain.handbook.process import Named, Process
from bot.domain.handbook.taboos import Taboo

RASA_KEYS = frozenset(
    {
        "nlu", "rules", "stories", "intents", "entities", "slots", "responses", "forms", "actions",
        "e2e_actions", "session_config", "lookup", "regex", "synonym",
    }
)  # fmt: skip

# Forms stand under `papers:` because `forms:` is Rasa's.
_ITEMS: dict[str, type[Any]] = {
    "documents": model.Document,
    "papers": Form,
    "fields": model.FieldRule,
    "clauses": Clause,
    "positions": Named,
    "departments": Named,
    "process": Process,
    "severity": severity.SeverityRule,
    "heat": severity.HeatRule,
    "priority": severity.PriorityRule,
    "outbreaks": severity.OutbreakRule,
    "acceptance": severity.AcceptanceRule,
    "taboos": Taboo,
}
_SINGLES: dict[str, Any] = {
    "claims": model.Claims,
    "deadline": model.Deadline,
    "rest": model.IssueRule,
    "followup": Followup,
    "meanings": dict[str, Text],
    "vague": tuple[Text, ...],
    "acceptance_note": severity.AcceptanceNote,
}
_TOP = ("pack", *_SINGLES, *_ITEMS, "issues")
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Source:
    """One YAML file, already parsed: its pack (folder or file), its name for messages, its content."""

    pack: str
    file: str
    content: Any


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong with a pack: in which file, where in it, and what to do."""

    file: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.message}"


@dataclass
class _Draft:
    """What has been read of one pack so far."""

    file: str
    header: dict[str, Any] | None = None
    singles: dict[str, Any] = field(default_factory=dict)
    items: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in _ITEMS})
    issues: dict[str, model.IssueRule] = field(default_factory=dict)


class _Reader:
    """Reads the files of packs and collects problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.drafts: dict[str, _Draft] = {}

    def read(self, source: Source) -> None:
        if not isinstance(source.content, dict):
            self._note(source.file, "top", f"文件要由这些节组成：{'、'.join(_TOP)}")
            return
        self.problems += rasa_keys(source.file, source.content)
        draft = self.drafts.setdefault(source.pack, _Draft(source.file))
        for key, content in source.content.items():
            self._section(draft, source.file, str(key), content)

    def _section(self, draft: _Draft, file: str, key: str, content: object) -> None:
        if key == "pack":
            self._header(draft, file, content)
        elif key in _SINGLES:
            if key in draft.singles:
                self._note(file, key, "同一个手册包里已有这一节；请只留一处")
            draft.singles[key] = self._item(_SINGLES[key], content, file, key)
        elif key in _ITEMS:
            draft.items[key] += self._items(key, content, file)
        elif key == "issues":
            self._issues(draft, content, file)
        elif key not in RASA_KEYS:
            self._note(file, key, f"不认识的节；可用的是 {'、'.join(_TOP)}")

    def _header(self, draft: _Draft, file: str, content: object) -> None:
        if not isinstance(content, dict):
            self._note(file, "pack", "要写 id、title 和 rank")
        elif draft.header is not None:
            self._note(file, "pack", f"{draft.file} 里已有 pack；请只留一处")
        else:
            draft.header, draft.file = content, file

    def _items(self, key: str, content: object, file: str) -> Iterator[Any]:
        if not isinstance(content, list):
            self._note(file, key, "要写成列表")
            return
        for index, raw in enumerate(content):
            name = raw.get("id", index + 1) if isinstance(raw, dict) else index + 1
            read = self._item(_ITEMS[key], raw, file, f"{key}[{name}]")
            if read is not None:
                yield read

    def _issues(self, draft: _Draft, content: object, file: str) -> None:
        if not isinstance(content, dict):
            self._note(file, "issues", "要写成“标签: 怎么办”的形式")
            return
        for label, raw in content.items():
            if label in draft.issues:
                self._note(file, f"issues[{label}]", "同一个手册包里已有这个标签；请只留一处")
            rule = self._item(model.IssueRule, raw, file, f"issues[{label}]")
            if rule is not None:
                draft.issues[str(label)] = rule

    def _item(self, kind: type[_Read], raw: object, file: str, place: str) -> _Read | None:
        try:
            read: _Read = _ADAPTERS[kind].validate_python(_with_origin(kind, raw, file))
        except ValidationError as error:
            for found in error.errors(include_url=False):
                where = ".".join([place, *(_step(part) for part in found["loc"])])
                self._note(file, where, explain(found["type"], found["msg"]))
            return None
        return read

    def _note(self, file: str, place: str, message: str) -> None:
        self.problems.append(Problem(file, place, message))

    def packs(self) -> Iterator[model.Pack]:
        """The packs that could be read, without their broken items."""
        for draft in self.drafts.values():
            if draft.header is None:
                self._note(draft.file, "pack", "这个手册包没有写 pack（id 和 title）；请补上")
                continue
            singles = {name: value for name, value in draft.singles.items() if value is not None}
            items = {name: tuple(found) for name, found in draft.items.items()}
            raw = {**draft.header, **singles, **items, "issues": draft.issues}
            pack = self._item(model.Pack, raw, draft.file, "pack")
            if pack is not None:
                yield pack


def read_packs(sources: Iterable[Source]) -> tuple[list[model.Pack], list[Problem]]:
    """The packs in reading order (rank, then id), and what in their files doesn't fit the format."""
    reader = _Reader()
    for source in sources:
        reader.read(source)
    packs = sorted(reader.packs(), key=lambda pack: (pack.rank, pack.id))
    return packs, sorted(reader.problems)


def rasa_keys(file: str, content: object, place: str = "") -> list[Problem]:
    """Keys at any depth that would make Rasa read the file as training data, and lines that look so."""
    found: list[Problem] = []
    if isinstance(content, dict):
        for key, value in content.items():
            where = f"{place}.{key}" if place else str(key)
            if key in RASA_KEYS or (key == "version" and not place):
                found.append(Problem(file, where, f"“{key}:”是 Rasa 的关键字，文件会被误读；请改名或删去"))
            found += rasa_keys(file, value, where)
    elif isinstance(content, list):
        for index, value in enumerate(content):
            name = value.get("id", index + 1) if isinstance(value, dict) else index + 1
            found += rasa_keys(file, value, f"{place}[{name}]")
    elif isinstance(content, str):
        found += _rasa_lines(file, content, place)
    return found


def _rasa_lines(file: str, text: str, place: str) -> list[Problem]:
    """Rasa looks at the start of each line, inside of texts too."""
    starts = [line.lstrip().partition(":") for line in text.splitlines()]
    return [
        Problem(file, place, f"有一行以“{start}:”开头，Rasa 会误读这个文件；请改写")
        for start, colon, _ in starts
        if colon and start in RASA_KEYS
    ]


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (*_ITEMS.values(), *_SINGLES.values(), model.Pack)
}


def _with_origin(kind: type[Any], raw: object, file: str) -> object:
    """The item with its file's name, for later messages; what is no mapping is left to the validation."""
    knows = "origin" in getattr(kind, "__dataclass_fields__", ())
    return {**raw, "origin": file} if knows and isinstance(raw, dict) else raw


def _step(part: int | str) -> str:
    return str(part + 1) if isinstance(part, int) else part


_SAID = {
    "string_type": "要写成文字；像数字或日期的请加引号",
    "string_too_short": "不能是空的",
    "string_pattern_mismatch": "写法不对；编号用大写字母和连字符，字段和手册包用小写字母和下划线",
    "bool_type": "要写 true 或 false",
    "bool_parsing": "要写 true 或 false",
    "int_type": "要写整数",
    "int_parsing": "要写整数",
    "tuple_type": "要写成列表",
    "dataclass_type": "要写成“项: 内容”的形式",
    "literal_error": "不是可用的词；可用的见 docs/handbook.md",
    "enum": "不是可用的词；可用的见 docs/handbook.md",
    "greater_than": "要大于 0",
}


def explain(kind: str, message: str) -> str:
    """Pydantic's finding as something to do."""
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return "不认识的项；请改正拼写或删去"
    if kind in ("missing", "missing_argument"):
        return "没有写；请补上"
    return _SAID.get(kind, message.removeprefix("Value error, "))
