"""How many people complain together, where the customer says so: 「我们十几户」, 「三个人都吃坏了」."""

import re

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_FEW = 3  # 几个人 are at least that many
_MOST = 100_000
_NUMBER = r"(?!一家)(?P<number>[0-9０-９]{1,5}|[零〇一二两三四五六七八九十百千万几]{1,7})"
_PEOPLE = (
    r"(?P<more>[多几来余]?)[个名位]?"
    r"(?:大?人(?!民|工|员|次|份|餐|间|房|套|机|行道)|户|家(?!店|超市|公司|医院|饭店)"
    r"|口(?!气|味|人说)"
    r"|业主|邻居|住户|同事|同学|朋友|顾客|客人|乘客|室友|孩子|小孩|老人|家长)"
)
_US = r"(?:我们|咱们|咱|俺们|全家|一家|大家|大伙|业主|邻居|住户|一共|总共|共有|联名|一起)"
_ALL = r"(?:都|全部|全都|一起|联名|集体|同时|一块|先后|陆续)"
_NOT_US = re.compile(
    r"你们|您们|他们|她们|[来派换叫找]了|店员|员工|保安|客服|师傅|快递员|服务员|工作人员|经理|物业的?人"
)
# Who complains together does it beside 我们, with nobody else between, or does it all alike.
_PATTERNS = (
    re.compile(_US + r"[^，。,.!！?？;；你您他她\d]{0,5}?" + _NUMBER + _PEOPLE),
    re.compile(
        _NUMBER + _PEOPLE + r"[^，。,.!！?？;；]{0,6}?" + _ALL + r"(?!不[理管]|没人?[理管]|推|说|在聊|站)"
    ),
    re.compile(_NUMBER + _PEOPLE + r"(?:联名|集体|一起)"),
)
_PAIRS = ((re.compile(r"(?:我们|咱)(?:俩|两口子)"), 2), (re.compile(r"(?:我们|咱)仨"), 3))


def together(text: str) -> int | None:
    """The number of people who complain together, at least, as the text (Simplified) says; None: it doesn't.

    The largest number counts. 「十几户」 are at least 11, 「几个人」 at least 3, 「上百户」 100.
    """
    found = [people for pattern, people in _PAIRS if pattern.search(text)]
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 6) : match.end()]
            people = number(match["number"]) + (1 if match["more"] else 0)
            if not _NOT_US.search(before) and 1 < people <= _MOST:
                found.append(people)
    return max(found, default=None)


def number(text: str) -> int:
    """A number in digits or Chinese characters, at least: 「十几」 is 11, 「三四」 is 3; 0 for none."""
    if text.isdecimal():
        return int(text)
    total, digit, last_unit = 0, 0, 1
    for char in text:
        if char in _UNITS:
            last_unit = _UNITS[char]
            total, digit = total + (digit or 1) * last_unit, 0
        elif char == "几":
            digit = digit or (_FEW if total == 0 else 1)
        else:
            digit = digit or _DIGITS[char]
    return total + digit
