"""Check the desk's own words, `data/dictionary/*.txt`, before Rasa's room reads them."""

from collections.abc import Iterator
from pathlib import Path

from bot.domain.training_data import Fault

LONGEST_WORD = 30  # as in Rasa's room
_RULE = f"每行一个词，不含空格，最多 {LONGEST_WORD} 个字符，# 之后是注释"


def dictionary_faults(root: Path, folder: Path) -> Iterator[Fault]:
    """Every line that is no word, with file (seen from `root`) and line."""
    for file in sorted(folder.glob("*.txt")):
        name = str(file.relative_to(root))
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            broken = file.read_bytes()[: error.start].count(b"\n") + 1
            yield Fault(f"{name}:{broken}", "不是 UTF-8 编码")
            continue
        for number, line in enumerate(lines, start=1):
            word = line.partition("#")[0].strip()
            if word and not _readable(word):
                yield Fault(f"{name}:{number}", f"「{word[:LONGEST_WORD]}」不是词：{_RULE}")


def _readable(word: str) -> bool:
    written = any(char.isalnum() for char in word) and not any(char.isspace() for char in word)
    return written and len(word) <= LONGEST_WORD
