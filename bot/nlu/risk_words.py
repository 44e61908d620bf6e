"""The words that tell of a risk or a danger: `data/risks`, one file for each kind, kept in the model.

A line is a word and what belongs to it:

    曝光 ~ = 暴光 抱光 ! 曝光度 曝光时间   # a comment

`~`: it is also heard where other characters of the same sound stand for it; `=`: other ways to write it; `!`:
what it is no risk in. `…` inside of a word stands for a few characters of the same clause.
"""

from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Tuple

from rasa.shared.exceptions import RasaException

from bot.nlu.normalizer import normalize

GAP = "…"
LONGEST_WORD = 30
SHORTEST_SOUND = 2
Pieces = Tuple[str, ...]  # what stands around the gaps of a word


class RiskWordsError(RasaException):
    """The folder of risk words or a line in it can't be read; the message names the file and line."""


class RiskWord(NamedTuple):
    """A word of a kind: the ways to write it, whether its sound is enough, and what it is no risk in."""

    kind: str
    forms: Tuple[Pieces, ...]
    by_sound: bool
    harmless: Tuple[Pieces, ...]


def read_risk_words(folder: Path) -> List[RiskWord]:
    """Read every `*.txt` of a folder.

    Raises RiskWordsError, naming file and line, where one can't be read.
    """
    if not folder.is_dir():
        raise RiskWordsError(
            f"{folder}: this folder of risk words, named in config.yml, does not exist. "
            "Run Rasa in the project's root folder."
        )
    return [word for file in sorted(folder.glob("*.txt")) for word in _words(file)]


def to_json(words: Sequence[RiskWord]) -> List[Dict[str, Any]]:
    """Return words as plain JSON, for the model."""
    return [word._asdict() for word in words]


def from_json(rows: Sequence[Mapping[str, Any]]) -> List[RiskWord]:
    """Take the words that `to_json` gave."""
    return [
        RiskWord(row["kind"], _frozen(row["forms"]), bool(row["by_sound"]), _frozen(row["harmless"]))
        for row in rows
    ]


def _frozen(forms: Sequence[Sequence[str]]) -> Tuple[Pieces, ...]:
    return tuple(tuple(pieces) for pieces in forms)


def _words(file: Path) -> Iterator[RiskWord]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RiskWordsError(f"{file}: not UTF-8 (byte {error.start}). Save the file as UTF-8.") from error
    for number, line in enumerate(lines, start=1):
        written = line.split("#", 1)[0].split()
        if written:
            yield _word(file.stem, written, f"{file}:{number}")


def _word(kind: str, written: List[str], where: str) -> RiskWord:
    """Read one line's parts; the desk's own check (bot/adapters/risk_files.py) agrees."""
    before, harmless = _parted(written, "!")
    named, others = _parted(before, "=")
    by_sound = named[1:] == ["~"]
    forms = tuple(_pieces(form, where) for form in (*named[:1], *others))
    if not named or named[0] == "~" or (len(named) > 1 and not by_sound):
        raise RiskWordsError(
            f"{where}: {' '.join(written)[:40]!r} is no risk word. Write `WORD`, then `~`, `= OTHER FORMS`, "
            "`! HARMLESS PHRASES` as needed; # starts a comment."
        )
    if by_sound and (len(forms[0]) > 1 or len(forms[0][0]) < SHORTEST_SOUND):
        raise RiskWordsError(f"{where}: ~ needs a word of two or more characters without {GAP}.")
    return RiskWord(kind, forms, by_sound, tuple(_pieces(phrase, where) for phrase in harmless))


def _parted(written: List[str], mark: str) -> Tuple[List[str], List[str]]:
    at = written.index(mark) if mark in written else len(written)
    return written[:at], written[at + 1 :]


def _pieces(form: str, where: str) -> Pieces:
    pieces = tuple(normalize(piece).text for piece in form.split(GAP))
    if len(form) > LONGEST_WORD or not all(piece.isalnum() for piece in pieces):
        raise RiskWordsError(
            f"{where}: {form[:40]!r} is no word: letters and digits only, at most {LONGEST_WORD} characters, "
            f"{GAP} only between them."
        )
    return pieces
