"""Why a conversation goes to a person: a short key that is kept with it, and its words for the agents.

A key is one of `Reason`, `risk.<kind>` or `danger.<kind>` (bot/domain/risk.py), `rule.<words>` for a rule of
the company, or the label of a complaint that the handbook gives to people.
"""

from collections.abc import Callable
from enum import StrEnum

from bot.domain import labels
from bot.domain.risk import TITLES as RISKS


class Reason(StrEnum):
    """Reasons that need no further word."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    URGED = "urged"
    DISSATISFIED = "dissatisfied"
    MAJOR = "major"
    ANGER = "anger"
    BOT_AWAY = "bot_away"
    AGENT_GONE = "agent_gone"
    TRANSFERRED = "transferred"


RULE = "rule."
LONGEST = 200  # characters of a key
_RISK, _DANGER = "risk.", "danger."
_TITLES = {
    Reason.ASKED: "顾客要求",
    Reason.NOT_UNDERSTOOD: "机器人几次没有听懂",
    Reason.URGED: "顾客一再催办",
    Reason.DISSATISFIED: "顾客不满意",
    Reason.MAJOR: "重大投诉",
    Reason.ANGER: "顾客越来越生气",
    Reason.BOT_AWAY: "机器人暂时不能回复",
    Reason.AGENT_GONE: "接待的客服离线",
    Reason.TRANSFERRED: "同事转来",
}


def title(reason: str, titles: Callable[[str], str] = str) -> str:
    """The reason in words for people of the desk; `titles` gives those of a label."""
    if reason in set(Reason):
        return _TITLES[Reason(reason)]
    for prefix in (_RISK, _DANGER):
        if reason.startswith(prefix):
            return next((words for kind, words in RISKS.items() if prefix + kind == reason), reason)
    return reason.removeprefix(RULE) if reason.startswith(RULE) else titles(reason)


def graver(before: str | None, new: str) -> str:
    """Of two reasons the one that people should see first; of two alike the earlier."""
    return new if before is None or _rank(new) < _rank(before) else before


def _rank(reason: str) -> int:
    """0 is the gravest: danger, what raises a case, threats, 重大, anger; then all others."""
    grave = (
        reason.startswith(_DANGER),
        labels.raises_case(reason),
        reason.startswith(_RISK),
        reason == Reason.MAJOR,
        reason == Reason.ANGER,
        True,
    )
    return grave.index(True)
