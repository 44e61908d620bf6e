"""Anger, in one message and growing over several."""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import IntEnum

from bot.domain import risk
from bot.domain.conversation import Author
from bot.domain.reading import Reading
from bot.domain.risk import RiskKind
from bot.services.turn import Turn

ABUSIVE = 0.2  # how likely a message must be abuse for its writer to be angry
_FURIOUS = re.compile(
    r"[!！]{2,}|[?？]{3,}|气(?:死|炸|疯|愤)|愤怒|恼火|火大|过分|欺负人|忍无可忍|垃圾(?:公司|店|产品|服务)|骗子|黑心|"
    r"坑人|无耻|什么(?:玩意|破)"
)
_IMPATIENT = frozenset({"urge", "dissatisfied"})
_THREATS = risk.FOR_A_PERSON - {
    RiskKind.ILLNESS,
    RiskKind.URGENT,
    RiskKind.SELF_HARM,
}  # whoever is ill or desperate isn't angry for it
_TOGETHER = timedelta(hours=24)
_LOOKED_BACK = 30  # lines
_MESSAGES = 10
_IN_A_ROW = 3
_TWICE = 2


class Heat(IntEnum):
    """How angry one message is."""

    CALM = 0
    IMPATIENT = 1
    ANGRY = 2
    ABUSIVE = 3


def is_angry(reading: Reading, plain: str) -> bool:
    """Whether a message is written in anger; `plain` is its text in Simplified characters."""
    return dict(reading.ranking).get("abuse", 0.0) >= ABUSIVE or bool(_FURIOUS.search(plain))


def heat(reading: Reading, plain: str) -> Heat:
    """How angry it is: abuse; anger or a threat; urging or dissatisfaction; none of these."""
    if reading.acted_on == "abuse":
        return Heat.ABUSIVE
    if is_angry(reading, plain) or risk.kinds(reading.risks) & _THREATS:
        return Heat.ANGRY
    return Heat.IMPATIENT if reading.acted_on in _IMPATIENT else Heat.CALM


def grows(heats: Sequence[Heat]) -> bool:
    """Whether anger grows over a customer's messages, oldest first.

    It does with the second abusive one, or when the last three are all at least impatient, none is calmer
    than the one before, and the last one is angry.
    """
    if list(heats[-_MESSAGES:]).count(Heat.ABUSIVE) >= _TWICE:
        return True
    last = list(heats[-_IN_A_ROW:])
    return len(last) == _IN_A_ROW and last == sorted(last) and last[0] > Heat.CALM and last[-1] >= Heat.ANGRY


async def is_growing(turn: Turn) -> bool:
    """The same of this conversation: its last day, and what was said since a person last answered."""
    now_said = heat(turn.reading, turn.plain)
    if now_said < Heat.ANGRY:
        return False
    lines = await turn.uow.messages.latest(turn.conversation.id, _LOOKED_BACK)
    answered = max((line.seq for line in lines if line.author is Author.AGENT), default=0)
    earlier = [
        line
        for line in lines
        if line.author is Author.CUSTOMER
        and answered < line.seq < turn.message.seq
        and line.reading is not None
        and line.created_at > turn.now - _TOGETHER
    ]
    readings = [(Reading.from_json(line.reading or {}), line.text) for line in earlier]
    return grows([*(heat(reading, reading.normal or text) for reading, text in readings), now_said])
