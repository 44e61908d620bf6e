"""Check the risk words, `data/risks/*.txt`, before Rasa's room reads them (bot/nlu/risk_words.py)."""

from collections.abc import Iterator
from pathlib import Path

from bot.domain.risk import RiskKind
from bot.domain.training_data import Fault

LONGEST_WORD = 30  # as in Rasa's room
SHORTEST_SOUND = 2
GAP = "…"
_WORD = f"只能有文字和数字，最多 {LONGEST_WORD} 个字符，{GAP} 只能在中间"
_FORM = "写法是：词 ~ = 别的写法 ! 不算的说法（~、=、! 可省；# 之后是注释）"


def risk_faults(root: Path, folder: Path) -> Iterator[Fault]:
    """Every line that can't be read, with file (seen from `root`) and line; every file of an unknown kind."""
    for file in sorted(folder.glob("*.txt")):
        name = str(file.relative_to(root))
        if file.stem not in set(RiskKind):
            yield Fault(name, f"不认识的种类 {file.stem}；可用的是 {'、'.join(RiskKind)}")
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            broken = file.read_bytes()[: error.start].count(b"\n") + 1
            yield Fault(f"{name}:{broken}", "不是 UTF-8 编码")
            continue
        for number, line in enumerate(lines, start=1):
            written = line.partition("#")[0].split()
            if written and (wrong := _wrong(written)):
                yield Fault(f"{name}:{number}", wrong)


def _wrong(written: list[str]) -> str | None:
    """What is wrong with the parts of a line; None where they are a risk word."""
    before, harmless = _parted(written, "!")
    named, others = _parted(before, "=")
    by_sound = named[1:] == ["~"]
    if not named or named[0] == "~" or (len(named) > 1 and not by_sound):
        return f"「{' '.join(written)[:LONGEST_WORD]}」不是风险词：{_FORM}"
    for word in (named[0], *others, *harmless):
        if len(word) > LONGEST_WORD or not all(map(_has_only_letters, word.split(GAP))):
            return f"「{word[:LONGEST_WORD]}」不是词：{_WORD}"
    if by_sound and (GAP in named[0] or len(named[0]) < SHORTEST_SOUND):
        return f"「{named[0]}」不能写 ~：至少要两个字，中间不能有 {GAP}"
    return None


def _has_only_letters(piece: str) -> bool:
    return piece.isalnum()


def _parted(written: list[str], mark: str) -> tuple[list[str], list[str]]:
    at = written.index(mark) if mark in written else len(written)
    return written[:at], written[at + 1 :]
