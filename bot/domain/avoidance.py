"""Whom of the desk a complaint means (回避): by name, by another name, or by staff number.

Rather one too many than one too few: who is wrongly kept out costs a supervisor a click, who wrongly handles
a complaint about themselves costs the customer's trust. Names are looked for in the complaint itself – its
words and its facts – not in the whole conversation, where customers address the very person who helps them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from bot.domain.case import Case
from bot.domain.people import User

PERSON = "person"  # the fact that says who it was
_SHORTEST_NAME = 2
_SHORTEST_NUMBER = 4  # a shorter one counts only behind 工号 or as the fact itself: 「12」 is said of bottles
# What people are called who could be anybody.
_ANYBODY = frozenset({
    "客服", "店员", "店长", "经理", "主管", "老板", "员工", "服务员", "快递员", "配送员", "管理员", "售后",
    "前台", "保安", "师傅", "销售", "先生", "女士",
})  # fmt: skip
_LABELLED = r"(?:工号|員工號|员工号|编号|胸牌号?|工牌号?)(?:是|为|[:：])?\s*"

ToPlain = Callable[[str], str]


def names(case: Case, user: User, plain: ToPlain) -> str | None:
    """The name or number by which the case means this person; None when it doesn't.

    `plain` turns Traditional characters into Simplified ones.
    """
    said = _flat(plain("\n".join(_words(case))))
    meant = _flat(plain(case.fields.get(PERSON) or ""))
    for name in _names(user):
        wanted = _flat(plain(name))
        if _has(said, wanted):
            return name
    if user.staff_no and _has_number(said, meant, _flat(user.staff_no)):
        return user.staff_no
    return None


def _words(case: Case) -> Iterable[str]:
    yield case.text
    yield from (value for name, value in case.fields.items() if value and name != "phone")


def _names(user: User) -> Iterable[str]:
    for name in (user.name, *user.aliases):
        if len(name.strip()) >= _SHORTEST_NAME and name.strip() not in _ANYBODY:
            yield name.strip()


def _has(text: str, name: str) -> bool:
    """Whether it is there; a name in Latin letters has to stand by itself."""
    if name.isascii():
        return re.search(rf"(?<![0-9a-z]){re.escape(name)}(?![0-9a-z])", text) is not None
    return name in text


def _has_number(said: str, meant: str, number: str) -> bool:
    alone = rf"(?<![0-9a-z]){re.escape(number)}(?![0-9a-z])"
    if re.search(alone, meant) or re.search(_LABELLED + alone, said):
        return True
    return len(number) >= _SHORTEST_NUMBER and re.search(alone, said) is not None


def _flat(text: str) -> str:
    """One way to write it: full-width and upper-case letters as the others, no spaces between characters."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"(?<![0-9a-z])\s+|\s+(?![0-9a-z])", "", normal)
