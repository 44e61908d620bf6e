"""Files with one JSON object a line: utterances for `kesu evaluate`, dialogues for `kesu replay`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.domain.dialogue import WEB, Dialogue
from bot.domain.errors import InvalidInput
from bot.domain.evaluation import COMPLAINT, NOT_COMPLAINT, NOT_UNDERSTOOD, Utterance
from bot.domain.labels import ALL


def read_utterances(path: Path) -> list[Utterance]:
    """The utterances of a file; InvalidInput names file, line and what to do."""
    return [_utterance(row, where) for where, row in _rows(path)]


def read_dialogues(path: Path) -> list[Dialogue]:
    """The dialogues of a file; InvalidInput names file, line and what to do."""
    dialogues: dict[str, Dialogue] = {}
    for where, row in _rows(path):
        dialogue = _dialogue(row, where)
        if dialogue.id in dialogues:
            raise InvalidInput(f"{where}：id {dialogue.id} 已经用过，请换一个。")
        dialogues[dialogue.id] = dialogue
    return list(dialogues.values())


def read_texts(path: Path) -> list[tuple[str, str]]:
    """Where each message of a file stands, and its text, whatever else a line holds; InvalidInput."""
    return [(where, _text(row, "text", where)) for where, row in _rows(path)]


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} 不是 UTF-8 编码：请另存为 UTF-8。") from None
    except OSError as error:
        raise InvalidInput(f"{path} 打不开：{error.strerror}。") from None
    found = False
    for number, line in enumerate(lines, start=1):
        if line.strip():
            found = True
            yield f"{path} 第 {number} 行", _object(line, f"{path} 第 {number} 行")
    if not found:
        raise InvalidInput(f"{path} 是空的：每行应是一个 JSON 对象。")


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{where}不是 JSON(第 {error.colno} 个字符附近):请改正。") from None
    if not isinstance(row, dict):
        raise InvalidInput(f"{where}应是一个 JSON 对象。")
    return row


def _utterance(row: dict[str, Any], where: str) -> Utterance:
    text, label = _text(row, "text", where), _text(row, "label", where)
    if label not in ALL and label not in (COMPLAINT, NOT_COMPLAINT, NOT_UNDERSTOOD):
        raise InvalidInput(f"{where}：没有 {label} 这个标签。")
    try:
        annotated = row.get("entities")
        entities = None if annotated is None else tuple((one["entity"], one["value"]) for one in annotated)
    except (TypeError, KeyError):
        raise InvalidInput(f'{where}:entities 应是 [{{"entity": …, "value": …}}]。') from None
    return Utterance(text, label, tuple(row.get("also") or ()), entities)


def _dialogue(row: dict[str, Any], where: str) -> Dialogue:
    turns, before, expect = row.get("turns"), row.get("before", []), row.get("expect", {})
    for name, said in (("turns", turns), ("before", before)):
        if not isinstance(said, list) or not all(isinstance(turn, str) for turn in said):
            raise InvalidInput(f"{where}:{name} 应是顾客所说的话的列表。")
    if not turns:
        raise InvalidInput(f"{where}:turns 应是顾客所说的话的列表。")
    if not isinstance(expect, dict):
        raise InvalidInput(f"{where}:expect 应是一个对象。")
    name, channel = str(row.get("id") or where), str(row.get("channel", WEB))
    return Dialogue(name, tuple(turns), channel, expect, tuple(before))


def _text(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{where}缺少 {key}。")
    return value
