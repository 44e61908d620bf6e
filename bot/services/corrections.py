"""「不对，电话写错了」, 「是绿茶不是乌龙」: what the customer told is put right, at any time."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from bot.domain import labels
from bot.domain.case import JOINED, Case
from bot.domain.handbook.model import FieldRule
from bot.domain.privacy import PHONE
from bot.domain.reading import Entity
from bot.services import asking, cases, facts
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn

SHORTEST_OLD = 2  # characters by which a denied value is recognised
LONGEST_VALUE = 30  # characters of a new value that no entity gives
# No fact is longer; without an end a message of 20,000 characters would be looked through at each of them.
_TO_END = r"[^,，。;；!！?？\n]{1,60}"
_UP_TO = r"[^,，。;；!！?？\n]{1,60}?"
_REPLACED = (
    re.compile(
        rf"(?:不是|并非)(?P<old>{_UP_TO})[,，。;；\s]*(?:而是|应该是|应当是|才是|是)(?P<new>{_TO_END})"
    ),
    re.compile(rf"是(?P<new>{_UP_TO})[,，、;；\s]*(?:而)?(?:不是|并非)(?P<old>{_TO_END})"),
    re.compile(
        rf"(?:把|将)?(?P<old>{_UP_TO})(?:要|得|应该)?(?:改|换|更正|纠正)(?:成|为|到)(?P<new>{_TO_END})"
    ),
)
_RIGHT = re.compile(rf"(?:应该|应当|正确的|其实|实际上?)(?:就)?是(?P<new>{_TO_END})")
_WRONG = re.compile(
    r"(?:写|说|打|填|记|报|输|登记|弄|搞|留|给)错|[搞弄]反|有误|不对|错了|要改|改一?下|改成|改为|更正|纠正|"
    r"应该是|应当是|不是这个"
)
_TRAILING = re.compile(r"(?:买|喝|吃|发生|收到|用)?(?:的|了|啊|呢|吧|哈|哦)*[.~～]*$")
_NEVER_MIND = re.compile(r"不改了|不用改|算了|没错|不用了|不变|就那样|就这样")
_WITHDRAWS = re.compile(r"投诉|撤")
_CODE = re.compile(r"[A-Za-z0-9-]{4,30}")
_CODES = frozenset({"order_no", "batch_no"})


class Found(NamedTuple):
    """What a message denies and puts in its place, in the customer's characters; `wrong`: it says so."""

    old: str
    new: str
    wrong: bool


async def hear(turn: Turn, case: Case) -> bool:
    """Carry the correction out that the message holds; whether it held one.

    Something is a correction when it denies what the case knows, or says that a fact the case knows is wrong.
    With the right value the fact is changed and told back; without it, it is asked for.
    """
    found = _find(turn)
    name = _field(turn, case, found) if found else None
    if found is None or name is None:
        if found is not None:
            _drop_denied(turn, found)
        return False
    value = _value(turn, name, found)
    if value is None:
        turn.conversation.question = f"{asking.CHANGE}.{name}"
        return True
    _drop_denied(turn, found)
    await _change(turn, case, name, value, _put_in(case.fields[name] or "", found.old, value.value))
    return True


async def hear_later(turn: Turn) -> bool:
    """The same while nothing is being asked: the case meant is the customer's newest."""
    if turn.conversation.question is not None or turn.message.choice is not None:
        return False
    case = await cases.current(turn)
    if case is None or not await hear(turn, case):
        return False
    _ask_if_open(turn, case)
    return True


def _ask_if_open(turn: Turn, case: Case) -> None:
    question = turn.conversation.question
    if question is not None:
        asking.ask_corrected(turn, case, question)


async def hear_right_value(turn: Turn, name: str) -> None:
    """Take the answer to the question what is right instead; the fact stays as it is when none is given."""
    case = turn.case or await cases.current(turn)
    question, turn.conversation.question = turn.conversation.question, None
    if case is None or question is None:
        return
    refused = turn.reading.acted_on == "deny" and not turn.reading.entities
    if refused or _NEVER_MIND.search(turn.plain):
        turn.say("fact_noted", variant=turn.variant)
        return
    value = None if facts.asks_back(turn) else _value(turn, name, Found("", turn.text, wrong=True))
    if value is not None:
        await _change(turn, case, name, value, value.value)
    elif case.asked.get(question, 0) < len(turn.words.handbook.situation("fact_wrong")):
        turn.conversation.question = question
        if turn.case is None:
            asking.ask_corrected(turn, case, question)


async def never_mind(turn: Turn) -> bool:
    """Whether 「算了，不改了」, whatever it was taken for, ends the question what is right instead."""
    name = asking.corrected(turn.conversation.question)
    if name is None or not _NEVER_MIND.search(turn.plain) or _WITHDRAWS.search(turn.plain):
        return False
    await hear_right_value(turn, name)
    return True


def _find(turn: Turn) -> Found | None:
    """What the message denies and what it says instead, wherever it may stand."""
    label = turn.reading.acted_on
    if label is not None and labels.raises_case(label):
        return None
    text = turn.words.in_script(turn.text, "hans")
    own = turn.text if len(text) == len(turn.text) else text
    wrong = bool(_WRONG.search(text))
    for pattern in _REPLACED:
        if match := pattern.search(text):
            old, new = (own[slice(*match.span(part))] for part in ("old", "new"))
            return Found(old, new, wrong)
    if match := _RIGHT.search(text):
        return Found("", own[slice(*match.span("new"))], wrong=True)
    return Found("", "", wrong) if wrong else None


def _field(turn: Turn, case: Case, found: Found) -> str | None:
    """The known fact that the message corrects; None when it corrects none."""
    known = {name: value for name, value in case.fields.items() if value and name in _fields(turn)}
    denied = next((name for name, value in known.items() if _speaks_of(found.old, value)), None)
    if denied is not None:
        return denied
    if not found.wrong or _complains_surely(turn):
        return None
    named = _named(turn, known)
    if named is not None:
        return named
    kinds = {one.entity for one in turn.reading.entities if not _is_denied(one, found)}
    fitting = [name for name in known if kinds & set(_fields(turn)[name].filled_by)]
    if _accepts(turn, kinds):
        return None  # the answer to the open question
    return fitting[-1] if fitting else None


def _complains_surely(turn: Turn) -> bool:
    return labels.is_complaint(turn.reading.acted_on) and turn.reading.confidence >= CERTAIN


def _fields(turn: Turn) -> Mapping[str, FieldRule]:
    return turn.words.handbook.fields


def _accepts(turn: Turn, kinds: set[str]) -> bool:
    rule = _fields(turn).get(turn.conversation.question or "")
    return rule is not None and bool(kinds & set(rule.filled_by))


def _speaks_of(old: str, value: str) -> bool:
    """Whether the denied words are those of a fact, or a part of it: 「乌龙」 of 乌龙茶."""
    said = _TRAILING.sub("", old.strip())
    parts = [value, *value.split(JOINED)]
    exactly = said in parts
    return exactly or (len(said) >= SHORTEST_OLD and any(said in part or part in said for part in parts))


def _named(turn: Turn, known: dict[str, str]) -> str | None:
    """The known fact that the message names; the longest name counts, the last told of several."""
    text = turn.words.in_script(turn.text, "hans")
    found: list[tuple[int, str]] = []
    for name in known:
        rule = _fields(turn)[name]
        called = [word for word in (rule.title, rule.told, *rule.called) if word and word in text]
        found += [(len(word), name) for word in called]
    longest = max((length for length, _ in found), default=0)
    return next((name for length, name in reversed(found) if length == longest), None)


def _value(turn: Turn, name: str, found: Found) -> Entity | None:
    """The right value: an entity of the field's kind beside the denied words, or the words themselves."""
    kinds = _fields(turn)[name].filled_by
    fitting = [one for one in turn.reading.entities if one.entity in kinds and not _is_denied(one, found)]
    if fitting:
        return fitting[-1]
    return next(_own_words(turn, name, kinds, found), None)


def _own_words(turn: Turn, name: str, kinds: tuple[str, ...], found: Found) -> Iterator[Entity]:
    if "phone" in kinds:
        phone = PHONE.search(found.new or turn.text)
        if phone is not None:
            yield _as_entity(kinds[0], phone.group())
        return
    if _CODES & set(kinds):
        code = next((one for one in _CODE.findall(found.new) if any(char.isdigit() for char in one)), None)
        if code is not None:
            yield _as_entity(kinds[0], code)
        return
    words = _TRAILING.sub("", found.new.strip())
    if 0 < len(words) <= LONGEST_VALUE and not _WRONG.search(words):
        yield _as_entity(kinds[0] if kinds else name, words)


def _as_entity(kind: str, value: str) -> Entity:
    return Entity(kind, value, 0, len(value))


def _is_denied(one: Entity, found: Found) -> bool:
    return bool(found.old) and one.value in found.old and one.value not in found.new


def _drop_denied(turn: Turn, found: Found) -> None:
    kept = tuple(one for one in turn.reading.entities if not _is_denied(one, found))
    turn.reading = replace(turn.reading, entities=kept)


def _put_in(value: str, old: str, new: str) -> str:
    """The value with the denied part replaced; all of it where no part was denied."""
    parts = value.split(JOINED)
    if len(parts) == 1 or not any(_speaks_of(old, part) for part in parts):
        return new
    return JOINED.join(dict.fromkeys(new if _speaks_of(old, part) else part for part in parts))


async def _change(turn: Turn, case: Case, name: str, found: Entity, value: str) -> None:
    """Put the right value into the field, tell it back, and take what else the message holds."""
    before, case.heard_at = case.fields, turn.now
    normal = found.normal if value == found.value else None
    if name == "phone":
        facts.note_phone(turn, case, value, normal)
    else:
        case.fill(name, value, normal)
    if not await facts.tell_corrected(turn, case, before, [name]):
        turn.say("fact_noted", variant=turn.variant)
    others = tuple(one for one in turn.reading.entities if one.value != found.value)
    turn.reading = replace(turn.reading, entities=others)
    facts.take_entities(turn, case)
