"""Whether a message can stand in a field in the customer's own words, where no fact was found that fits."""

import re

from bot.domain.privacy import PHONE
from bot.services import facts, unwell
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn

LONGEST_NAME = 60  # characters of an answer that names a thing, a place or a time
SHORTEST_ANSWER = 6  # characters beside the facts that make a free answer
EATEN = "food_before"  # dishes are the answer, though they are products elsewhere
_READ = frozenset({unwell.FIELD})  # only a yes or a no is an answer, never an insult

_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]{4,30}")
_CODES = frozenset({"order_no", "batch_no"})
_NUMBERS = frozenset({"phone", "order_no", "batch_no", "amount"})
_NAMED, _NAMES = frozenset({"organisation"}), frozenset({"place", "person"})  # 「城东区市场监管局」 is one
_TOLD = frozenset({"wish", "details", "symptoms", "organisation"})  # what, how, who: 「嗯」 tells none of it
_NO_ANSWERS = frozenset({"affirm", "satisfied", "dissatisfied"})  # 「好的」 is no batch number


def is_code(turn: Turn, question: str) -> bool:
    """Whether a code was asked for and the message is nothing but one, even if it reads like a date."""
    text = turn.text.strip()
    is_bare = _CODE.fullmatch(text) is not None and PHONE.fullmatch(text) is None
    return is_bare and question in _CODES and not turn.reading.values("phone")


def can_answer(turn: Turn, question: str, changed: list[str]) -> bool:
    """Whether the customer's own words can stand in the field though no fact was found that fits it."""
    text, kinds = turn.plain, turn.words.handbook.fields[question].filled_by
    if question == EATEN and turn.reading.values("product"):
        return True
    if turn.reading.entities and not _says_more(turn):
        return question in _NAMED and {one.entity for one in turn.reading.entities} <= _NAMES
    if not kinds:
        return any(char.isalnum() for char in text) and not _is_told_otherwise(turn, question)
    if changed or (turn.reading.acted_on in _NO_ANSWERS and turn.reading.confidence >= CERTAIN):
        return False
    if _NUMBERS & set(kinds):
        return "phone" not in kinds and any(char.isdigit() for char in text)
    return len(text) <= LONGEST_NAME and any(char.isalnum() for char in text) and not facts.asks_back(turn)


def _is_told_otherwise(turn: Turn, question: str) -> bool:
    """Whether these words can't be the answer: it is read elsewhere, or they are a bare yes."""
    return question in _READ or (question in _TOLD and _only_agrees(turn))


def _only_agrees(turn: Turn) -> bool:
    """Whether the message is a bare yes: 「嗯」, 「好的」."""
    is_yes = turn.reading.acted_on == "affirm" and turn.reading.confidence >= CERTAIN
    return is_yes and len(turn.plain) < SHORTEST_ANSWER


def _says_more(turn: Turn) -> bool:
    """Whether the message says something beside the facts in it: 「昨天喝的」 doesn't tell what hurts."""
    rest = turn.text
    for found in turn.reading.entities:
        rest = rest.replace(found.value, "")
    return len(rest) >= SHORTEST_ANSWER
