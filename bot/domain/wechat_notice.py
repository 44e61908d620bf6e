"""Template and subscription messages: which of a case's values go into which blank of the account's template.

A company chooses its template on the platform's page, and with it the names of the blanks ("thing2").
A setting names the template and fills the blanks:
`ID character_string1=编号 thing2=问题 phrase3=进度 time4=时间`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

VALUES: Mapping[str, str] = {  # what a setting calls a value, and where it comes from
    "编号": "number",
    "问题": "issue",
    "进度": "state",
    "期限": "due",
    "时间": "time",
    "说明": "note",
}
_ID = re.compile(r"[A-Za-z0-9_-]{10,64}")
_BLANK = re.compile(r"([a-z_]+\d*)(?:\.DATA)?=(\S+)")
# How many characters each kind of blank holds; more and WeChat refuses the whole message (47003).
_LENGTHS = {"thing": 20, "short_thing": 5, "phrase": 5, "character_string": 32, "const": 20, "name": 10}
_SHORT = 5  # characters in which no sign of being cut has room
_DEFAULT = "character_string1=编号 thing2=问题 phrase3=进度 time4=时间"


class Kind(StrEnum):
    """What a customer is told outside of the window."""

    PROGRESS = "progress"  # there is something new about the case
    RATING = "rating"  # how content they are is asked


@dataclass(frozen=True)
class Template:
    """A template of the account: its id, and the blanks with the values that fill them."""

    id: str
    blanks: tuple[tuple[str, str], ...]

    def data(self, values: Mapping[str, str]) -> dict[str, str]:
        """What goes into the blanks, each cut to what it holds; words that are no value stand as they are."""
        filled = (
            (name, values.get(VALUES.get(word, ""), "") if word in VALUES else word)
            for name, word in self.blanks
        )
        return {name: _fitting(name, value) for name, value in filled}


def read(setting: str) -> Template:
    """The template that a setting describes; ValueError with a sentence about what is wrong."""
    template_id, *blanks = setting.split() or [""]
    if not _ID.fullmatch(template_id):
        raise ValueError("应以模板 ID 开头")
    found = [_BLANK.fullmatch(blank) for blank in blanks or _DEFAULT.split()]
    if None in found:
        raise ValueError(f"模板 ID 之后应是“字段=值”，如 {_DEFAULT}；值可以是 {'、'.join(VALUES)}")
    return Template(template_id, tuple((one[1], one[2]) for one in found if one))


def _fitting(name: str, value: str) -> str:
    most = _LENGTHS.get(name.rstrip("0123456789"))
    value = value or "—"  # an empty blank is refused too
    if most is None or len(value) <= most:
        return value
    return value[:most] if most <= _SHORT else f"{value[: most - 1]}…"
