"""Finds what is personal in a text: phones, identity numbers, names, addresses, a case's sensitive facts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.privacy import IDENTITY, PHONE

PHONE_KIND, IDENTITY_KIND, NAME_KIND, ADDRESS_KIND = "电话", "证件号", "姓名", "地址"
_PLACEHOLDER = re.compile("【[^【】]{1,12}已隐去】")
_SHORTEST_NAME = 2
# Local landlines and old identity numbers; eight digits that can be a date are left.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:(?!(?:19|20)\d{6}(?!\d))\d{7,8}|\d{15})(?![0-9A-Za-z])")
_HAN = r"[\u4e00-\u9fff]"
_ROOM = r"(?:[0-9一二三四五六七八九十]{1,5}(?:号楼|栋|幢|座|单元|层|楼|室|户|号))"
_ADDRESS = re.compile(
    rf"{_HAN}{{2,12}}(?:路|街|大道|巷|弄|胡同)\d+号(?:{_HAN}{{0,6}}{_ROOM})*"
    rf"|{_HAN}{{2,10}}(?:小区|花园|公寓|家园|新村|苑){_ROOM}+"
    rf"|{_ROOM}{{2,}}"
)
_INTRODUCED = re.compile(
    rf"(?:我叫|姓名(?:是|[:：])?|联系人(?:是|[:：])?)\s*((?![了不过来]){_HAN}{{2,3}})(?!{_HAN})"
)


@dataclass(frozen=True)
class Personal:
    """What is personal in the texts of one case; `known` maps values from its fields to what they are."""

    known: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[tuple[str, str]]) -> "Personal":
        """From (kind, value) pairs; values of one character say nothing and are passed over."""
        return cls({value: kind for kind, value in facts if len(value) >= _SHORTEST_NAME})

    def split(self, text: str) -> list[tuple[str, str | None]]:
        """The text in pieces, each with what it is if it is personal; joined, they are the text."""
        pieces: list[tuple[str, str | None]] = []
        end = 0
        for start, stop, kind in self._spans(text):
            if start < end:
                continue
            if start > end:
                pieces.append((text[end:start], None))
            pieces.append((text[start:stop], kind))
            end = stop
        if end < len(text) or not pieces:
            pieces.append((text[end:], None))
        return pieces

    def hidden(self, text: str) -> str:
        """The text with everything personal replaced."""
        return "".join(placeholder(kind) if kind else piece for piece, kind in self.split(text))

    def _spans(self, text: str) -> list[tuple[int, int, str]]:
        """Where something personal stands; of two that begin together, the longer first."""
        found = [
            (match.start(), match.end(), kind)
            for pattern, kind in (
                (IDENTITY, IDENTITY_KIND), (PHONE, PHONE_KIND), (_NUMBER, "号码"), (_ADDRESS, ADDRESS_KIND),
            )
            for match in pattern.finditer(text)
        ]  # fmt: skip
        found += [(match.start(1), match.end(1), NAME_KIND) for match in _INTRODUCED.finditer(text)]
        for value, kind in self.known.items():
            found += [(match.start(), match.end(), kind) for match in re.finditer(re.escape(value), text)]
        return sorted(found, key=lambda span: (span[0], -span[1]))


def is_placeholder(text: str) -> bool:
    """Whether this stands in the place of something personal."""
    return _PLACEHOLDER.fullmatch(text) is not None


def placeholder(kind: str) -> str:
    """What stands in the place of something personal."""
    return f"【{kind}已隐去】"
