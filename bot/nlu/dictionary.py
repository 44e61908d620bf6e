"""The desk's own words: products, flavours, places, names and jargon, one file for each kind."""

from pathlib import Path
from typing import Dict, FrozenSet, Iterator, List, Mapping, NamedTuple

from rasa.shared.exceptions import RasaException

from bot.nlu.normalizer import normalize

LONGEST_WORD = 30


class DictionaryError(RasaException):
    """The dictionary folder or a line in it can't be read; the message names the file and line."""


class Hit(NamedTuple):
    """A dictionary word in a text: half-open span and kind (the name of the file it stands in)."""

    start: int
    end: int
    kind: str


class Dictionary:
    """Words by kind, and where they stand in a text in normal form."""

    def __init__(self, words: Mapping[str, FrozenSet[str]]) -> None:
        self.words = dict(words)
        self._kinds: Dict[str, List[str]] = {}
        for kind, members in sorted(self.words.items()):
            for word in members:
                self._kinds.setdefault(word, []).append(kind)
        self._longest = max((len(word) for word in self._kinds), default=0)

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield, for each place of the text and each kind, the longest word that starts there."""
        for start in range(len(text)):
            seen = set()
            for length in range(min(self._longest, len(text) - start), 0, -1):
                for kind in self._kinds.get(text[start : start + length], ()):
                    if kind not in seen:
                        seen.add(kind)
                        yield Hit(start, start + length, kind)


def read_dictionary(folder: Path) -> Dictionary:
    """Read every `*.txt` of a folder: one word a line, `#` starts a comment.

    Raises DictionaryError, naming file and line, where that is not so.
    """
    if not folder.is_dir():
        raise DictionaryError(
            f"{folder}: this dictionary folder, named in config.yml, does not exist. "
            "Run Rasa in the project's root folder."
        )
    return Dictionary({file.stem: frozenset(_words(file)) for file in sorted(folder.glob("*.txt"))})


def _words(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DictionaryError(f"{file}: not UTF-8 (byte {error.start}). Save the file as UTF-8.") from error
    for number, line in enumerate(lines, start=1):
        written = line.split("#", 1)[0].strip()
        word = normalize(written).text
        if not written:
            continue
        if not _is_word(written, word):
            raise DictionaryError(
                f"{file}:{number}: {written[:40]!r} is no dictionary word. Write one word a line, "
                f"without spaces, at most {LONGEST_WORD} characters; # starts a comment."
            )
        yield word


def _is_word(written: str, normal: str) -> bool:
    """Say whether a line, as written and in normal form, is one word; the desk's own check agrees."""
    has_letters = any(character.isalnum() for character in normal)
    return (
        has_letters and len(normal) <= LONGEST_WORD and not any(character.isspace() for character in written)
    )
