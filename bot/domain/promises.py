"""Promises with a time in what we write to customers: 「48小时内回电」, 「明天给您答复」.

A length of time is read here; a day or a time on the clock is read by Rasa's room, like every other date, and
comes with its reading. What has no time (稍后, 尽快), asks, denies, tells of the past or says what the
customer may or should do is no promise of ours.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.deadlines import Duration, Unit, WorkingHours
from bot.domain.reading import Reading
from bot.domain.workdays import SHANGHAI

Due = Callable[[datetime, Duration], datetime]


class PromiseKind(StrEnum):
    """What was promised."""

    CALL = "call"
    ANSWER = "answer"
    VISIT = "visit"
    GOODS = "goods"
    MONEY = "money"
    HANDLING = "handling"


@dataclass(frozen=True)
class Promise:
    """What was promised by when, and the half-open span of the words for the time."""

    kind: PromiseKind
    start: int
    end: int
    words: str
    due_at: datetime


_KINDS = (  # the first that fits: 回电答复 is a call, 退款到账 money
    (PromiseKind.CALL, re.compile("回电|[回打](?:您|给您)?个?电话|致电|来电|电话联[系络]|通话|去电")),
    (PromiseKind.VISIT, re.compile("上门|到现场|登门|派人|派师傅|维修人员")),
    (PromiseKind.MONEY, re.compile("退款|退钱|退还|到账|打款|转账|赔付|赔偿|返还|原路|退[给到回]")),
    (
        PromiseKind.GOODS,
        re.compile("补发|补寄|寄[出给到达]|发货|发出|送[到达货]|换货|更换|换新|重新发|重发|送过"),
    ),
    (
        PromiseKind.ANSWER,
        re.compile(
            "答复|回复|回覆|回话|回应|反馈|答案|结果|说法|消息|通知您|告[诉知]您|联[系络]您|与您联|跟您联|和您联|"
            "给您联|方案|回您|回信|跟进您|交代|告知|发[给到]您"
        ),
    ),
    (
        PromiseKind.HANDLING,
        re.compile("处理|解决|办[好完妥结]|修[好复]|恢复|核实|查[清明实]|安排|完成|落实|搞定|调查"),
    ),
)
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;\n]*")
_CLAUSE_ENDS = "，,"
_NOT_OURS = re.compile(
    "不能保证|无法保证|不敢保证|没法保证|不保证|不一定|无法|没法|不能|做不到|办不到|不可能|未能|没能|不会在|没有办法|"
    "可能要?超过|如果|要是|假如|若是|万一|除非|原[本定来]|本来|曾经?说|您说|您之前说|听说"
)
_ASKED_OF_CUSTOMER = re.compile(
    "(?:请|麻烦|烦请|劳烦|需要|还请|建议|提醒)您|请(?:在|于|尽|耐|先|将|把|提供|保)|您(?:需|要在|得在|可|也可|应|须|务必)|"
    "您方便|您.{0,6}(?:收到|寄回|提供|申请|付款|下单|购买|反映|投诉的)"
)
_RIGHT = re.compile(
    "无理由|质保|保修|保质期|有效期|三包|营业|工作时间|服务热线|客服热线|上班时间|在线|全天|不间断|以内的|内的"
)
_PAST = re.compile(
    "已经?(?:给|为|回|联|处|在|把|于|退|寄|发|打|安排|派|由|通|补)|刚才|刚刚|过了|上次|之前已|收到了"
)
_WE_WILL = re.compile("[我咱]们?[会将定来再]|会|将|一定|保证|承诺|给您|为您|帮您|向您|跟您|和您|回|联系")
_ASKING = re.compile("[？?]|[吗么嘛]$|[吗么嘛][。！!]|是否|能否|可否|多久|什么时候|几天|几时")

_DIGITS = "零〇一二两三四五六七八九"
_NUMBER = rf"[0-9]+(?:\.[0-9]+)?个?半?|[十百{_DIGITS}]+个半|[十百{_DIGITS}]+|半"
_UNITS = {
    "分钟": (1 / 60, Unit.HOURS),
    "刻钟": (1 / 4, Unit.HOURS),
    "个工作小时": (1, Unit.WORKHOURS),
    "工作小时": (1, Unit.WORKHOURS),
    "个小时": (1, Unit.HOURS),
    "小时": (1, Unit.HOURS),
    "个钟头": (1, Unit.HOURS),
    "个钟": (1, Unit.HOURS),
    "个工作日": (1, Unit.WORKDAYS),
    "工作日": (1, Unit.WORKDAYS),
    "个自然日": (1, Unit.DAYS),
    "自然日": (1, Unit.DAYS),
    "天": (1, Unit.DAYS),
    "日": (1, Unit.DAYS),
    "个星期": (7, Unit.DAYS),
    "星期": (7, Unit.DAYS),
    "个礼拜": (7, Unit.DAYS),
    "周": (7, Unit.DAYS),
    "个月": (1, Unit.MONTHS),
    "h": (1, Unit.HOURS),
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_SPAN = re.compile(
    rf"(?<![0-9.第{_DIGITS}十百月])(?:(?P<low>{_NUMBER})(?:{_UNIT})?[-~～—至到、])?(?P<number>{_NUMBER})"
    rf"(?P<unit>{_UNIT})(?P<half>半)?(?:的?时间)?(?P<within>之内|以内|内|里|后|之后|以后|左右)?",
    re.IGNORECASE,
)
_RUNS = re.compile(r"\s*(?:一定|必|肯定|就|会|给您|给你|回|内|必须|保证|答复|解决|到账|上门|发货|处理)")
_PARTS = (  # a part of a day ends then, where no clock time is named
    (re.compile("凌晨|清早|早上|早晨|上午|午前|明早|今早"), time(12, 0)),
    (re.compile("中午"), time(14, 0)),
    (re.compile("晚上|今晚|明晚|夜里|傍晚"), time(22, 0)),
)
_DAYS_OF_A_MONTH = 30


def find(
    text: str, said_at: datetime, reading: Reading | None, due: Due, hours: WorkingHours
) -> list[Promise]:
    """The promises in a text of ours, in Simplified characters, that was sent at `said_at`; in their order.

    `reading` is the room's reading of the text on that day (None: it could not be had, and no date is found),
    `due` counts working time. A promise without working days in its words is kept in natural days, as the
    customer counts; a day is over at closing time.
    """
    found: list[Promise] = []
    for sentence in _SENTENCE.finditer(text):
        found += _in_sentence(sentence.group(), sentence.start(), said_at, reading, due, hours)
    return found


def _in_sentence(
    sentence: str, offset: int, said_at: datetime, reading: Reading | None, due: Due, hours: WorkingHours
) -> Iterator[Promise]:
    if _ASKING.search(sentence):
        return
    times = [*_dates(sentence, offset, said_at, reading, hours), *_lengths(sentence, said_at, due, hours)]
    taken: set[int] = set()
    for start, end, due_at in sorted(times, key=lambda one: (one[0], -one[1])):
        kind = _promised(sentence, start, end)
        if kind is None or due_at <= said_at or not taken.isdisjoint(range(start, end)):
            continue
        taken |= set(range(start, end))
        yield Promise(kind, offset + start, offset + end, sentence[start:end], due_at)


def _promised(sentence: str, start: int, end: int) -> PromiseKind | None:
    """What is promised around the words for a time: in their clause, or else in the rest of the sentence."""
    begin = max(sentence.rfind(mark, 0, start) for mark in _CLAUSE_ENDS) + 1
    stop = min((at for mark in _CLAUSE_ENDS if (at := sentence.find(mark, end)) >= 0), default=len(sentence))
    clause, rest = sentence[begin:stop], sentence[begin:]
    own = clause if _kind(clause) else rest
    if any(sign.search(own) for sign in (_NOT_OURS, _ASKED_OF_CUSTOMER, _RIGHT, _PAST)):
        return None
    if _NOT_OURS.search(sentence[:begin]) and not _WE_WILL.search(clause):
        return None
    return _kind(own)


def _kind(words: str) -> PromiseKind | None:
    return next((kind for kind, sign in _KINDS if sign.search(words)), None)


def _lengths(
    sentence: str, said_at: datetime, due: Due, hours: WorkingHours
) -> Iterator[tuple[int, int, datetime]]:
    for match in _SPAN.finditer(sentence):
        number = _number(match["number"])
        after = sentence[match.end() :]
        if after.startswith(("前", "之前", "以前", "无理由", "来")):
            continue
        if match["within"] is None and not _RUNS.match(after):
            continue
        each, unit = _UNITS[match["unit"].lower()]
        length = (number + (0.5 if match["half"] else 0)) * each
        yield match.start(), match.end(), _over(said_at, length, unit, due, hours)


def _over(said_at: datetime, length: float, unit: Unit, due: Due, hours: WorkingHours) -> datetime:
    if unit is Unit.HOURS:
        return said_at + timedelta(hours=length)
    if unit in (Unit.WORKDAYS, Unit.WORKHOURS):
        return due(said_at, Duration(length, unit))
    if length == 0.5:  # noqa: PLR2004 -- 半天: half the working hours, as the handbook's decisions have it
        return due(said_at, Duration(length, Unit.WORKDAYS))
    days = length * (_DAYS_OF_A_MONTH if unit is Unit.MONTHS else 1)
    last = said_at.astimezone(SHANGHAI).date() + timedelta(days=round(days))
    return datetime.combine(last, hours.closes, SHANGHAI)


def _dates(
    sentence: str, offset: int, said_at: datetime, reading: Reading | None, hours: WorkingHours
) -> Iterator[tuple[int, int, datetime]]:
    for entity in reading.entities if reading else ():
        start, end = entity.start - offset, entity.end - offset
        if entity.entity == "date" and entity.normal and 0 <= start < end <= len(sentence):
            moment = _end_of(entity.normal, sentence[start : end + 3], said_at, hours)
            if moment is not None:
                yield start, end, moment


def _end_of(normal: str, words: str, said_at: datetime, hours: WorkingHours) -> datetime | None:
    """When the day, the days or the time that a date's normal form names are over."""
    try:
        if "T" in normal:
            return datetime.fromisoformat(normal).replace(tzinfo=SHANGHAI)
        first, _, last = normal.partition("/")
        day = date.fromisoformat(last or first)
    except ValueError:
        return None
    closes = next((at for sign, at in _PARTS if sign.search(words)), hours.closes)
    moment = datetime.combine(day, closes, SHANGHAI)
    if moment <= said_at and day == said_at.astimezone(SHANGHAI).date():
        return datetime.combine(day, time(23, 59), SHANGHAI)  # 今天, said after hours
    return moment


def _number(words: str) -> float:
    """The number that digits or Chinese numerals up to the hundreds mean; of 两三 and 一两 the higher."""
    if words.endswith("半"):
        return 0.5 + (_number(words.rstrip("个半")) if words != "半" else 0)
    if words[0].isdecimal():
        return float(words.rstrip("个"))
    if len(words) > 1 and all(char in _DIGITS for char in words):
        words = words[-1]
    total, digit = 0, 0
    for char in words:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = "零一二三四五六七八九".find("零二"["〇两".index(char)] if char in "〇两" else char)
    return float(total + digit)
