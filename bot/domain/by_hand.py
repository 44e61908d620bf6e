"""Complaints that don't come by chat: somebody of the desk writes down what was said elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.errors import InvalidInput
from bot.domain.privacy import digits
from bot.domain.workdays import SHANGHAI

LONGEST_NAME = 40  # characters
LONGEST_FACT = 500
LONGEST_KEY = 100
_OLDEST = timedelta(days=366)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 20


class Channel(StrEnum):
    """How the customer came to us."""

    PHONE = "phone"
    COUNTER = "counter"
    LETTER = "letter"
    MAIL = "mail"


@dataclass(frozen=True)
class Told:
    """A complaint as it was written down.

    `received` is the day on which it reached us, in China: the clock starts then. `facts` are the customer's
    own words by case field; None takes those that the text names. `files` are ids of what was uploaded for
    it. `key` is the writer's own id of it: handed in again, it gives the case that is there.
    """

    channel: Channel
    text: str
    issue: str
    received: date
    name: str = ""
    phone: str = ""
    facts: Mapping[str, str] | None = None
    files: tuple[str, ...] = ()
    key: str | None = None


def by_hand(channel: str) -> bool:
    """Whether customers of this channel never see what is written in their conversation."""
    return channel in set(Channel)


def clock_start(received: date, now: datetime, opens: time) -> datetime:
    """From when on the time counts: now for what came today, else the morning of the day it came.

    InvalidInput for a day to come, or one more than a year ago.
    """
    today = now.astimezone(SHANGHAI).date()
    if received > today:
        raise InvalidInput("收到的日期还没有到，请核对。")
    if received < today - _OLDEST:
        raise InvalidInput("收到的日期在一年以前，请核对年份。")
    return now if received == today else datetime.combine(received, opens, SHANGHAI)


def checked_name(name: str) -> str:
    """The customer's name, tidied; it may be empty. InvalidInput."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise InvalidInput(f"姓名最多 {LONGEST_NAME} 个字符。")
    return name


def checked_phone(phone: str) -> str:
    """The customer's phone as it was given, tidied; it may be empty. InvalidInput for what can't be one."""
    phone = phone.strip()
    if phone and not _FEWEST_DIGITS <= len(digits(phone)) <= _MOST_DIGITS:
        raise InvalidInput("电话号码不对，请核对后再填；没有留电话就空着。")
    return phone
