"""How Chinese characters sound: Hanyu Pinyin without tones, by pypinyin's dictionaries.

Only its data is used: its own converter, which also knows tones, Zhuyin and Cyrillic, takes many times as
long for a message.
"""

import os
import unicodedata
from functools import cache
from typing import NamedTuple

_DIAERESIS = "\u0308"  # ü is typed v
_LONGEST = 4


class _Dictionary(NamedTuple):
    """The usual syllable of each character, and the words in which one of them sounds differently."""

    characters: dict[str, str]
    words: dict[str, tuple[str, ...]]
    syllables: frozenset[str]


def syllables_of(text: str) -> list[str]:
    """For each character the syllable it is typed by, as in 银行 ["yin", "hang"]; "" for what has none."""
    known = _dictionary()
    found: list[str] = []
    while len(found) < len(text):
        place = len(found)
        for length in range(_LONGEST, 1, -1):
            word = known.words.get(text[place : place + length])
            if word is not None:
                found += word
                break
        else:
            found.append(known.characters.get(text[place], ""))
    return found


def all_syllables() -> frozenset[str]:
    """Every syllable that any character is typed by."""
    return _dictionary().syllables


def load() -> None:
    """Read the dictionaries now: it takes half a second, which nobody shall wait for later."""
    _dictionary()


@cache
def _dictionary() -> _Dictionary:
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")  # nobody changes them: one copy is enough
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    characters = {chr(code): _bare(sounds.partition(",")[0]) for code, sounds in pinyin_dict.items()}
    words = {}
    for word, sounds in phrases_dict.items():
        bare = tuple(_bare(each[0]) for each in sounds)
        if len(bare) == len(word) <= _LONGEST and any(
            characters.get(char) != sound for char, sound in zip(word, bare, strict=True)
        ):
            words[word] = bare
    typed = frozenset(sound for sound in characters.values() if set("aeiouv") & set(sound))
    return _Dictionary(characters, words, typed)


@cache
def _bare(sound: str) -> str:
    """A syllable without its tone."""
    parts = unicodedata.normalize("NFD", sound).replace(f"u{_DIAERESIS}", "v")
    return "".join(char for char in parts if char.isascii() and char.isalpha())
