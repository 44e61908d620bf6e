"""Sympathy before the answer (理解, D09's second step): as grave as what happened, and never twice alike."""

import re

from bot.domain import risk
from bot.domain.case import Case
from bot.domain.conversation import Author
from bot.domain.risk import RiskKind
from bot.services import anger
from bot.services.turn import Turn

ILLNESS = "illness"
_GRAVELY = "understand.grave"
_WITHOUT = frozenset({"special.inspection"})  # an authority's notice wants an answer
_LOOKED_BACK = 200  # messages in which nothing is said twice
_GRAVE = frozenset({RiskKind.ILLNESS, RiskKind.URGENT, RiskKind.HARM_OTHERS, *risk.DANGERS})
_PERSON = "(?:[爸妈爹娘爷奶]|父亲|母亲|老人|老公|老婆|丈夫|妻子|孩子|宝宝|儿子|女儿|家人|亲人)"
_DEATH = re.compile(
    rf"去世|过世|身亡|离世|遇难|死亡|死了人|{_PERSON}(?:就|都|已经|突然|当场)?(?:死|没)了(?![解心])"
)
_HURT = re.compile(
    r"受伤|[烫烧割摔砸夹咬扎]伤|划伤了?(?:手|脸|脚|腿|嘴|孩子|人)|骨折|流血|(?<!大)出血|住院|抢救|急救|急诊|昏迷|"
    r"晕倒|中毒|缝了?.?针"
)


async def show(turn: Turn, issue: str) -> None:
    """Say that the customer is understood, in words that this conversation has not heard; else say nothing.

    `issue` is what they complain of.
    """
    if issue in _WITHOUT:
        return
    said = await _said(turn)
    script, handbook = turn.conversation.script, turn.words.handbook
    fitting = await _fitting(turn, issue)
    for situation in dict.fromkeys((fitting, _otherwise(fitting))):
        for nth in range(len(handbook.situation(situation))):
            if turn.words.situation(situation, script, variant=nth).text not in said:
                turn.say(situation, variant=nth)
                return


def tells_of_death(turn: Turn, case: Case) -> bool:
    """Whether somebody has died, by what the customer writes now or told of this case before."""
    return any(_DEATH.search(text) for text in (turn.plain, turn.words.in_script(case.text, "hans")))


async def _fitting(turn: Turn, issue: str) -> str:
    """The gravest that fits: death, health and danger, family, anger, another complaint, any other."""
    kinds = risk.kinds(turn.reading.risks)
    if _DEATH.search(turn.plain):
        return "understand.death"
    if issue == ILLNESS or kinds & _GRAVE or _HURT.search(turn.plain):
        return _GRAVELY
    if RiskKind.MINOR in kinds:
        return "understand.family"
    if anger.is_angry(turn.reading, turn.plain):
        return "understand.angry"
    earlier = await turn.uow.cases.of_conversation(turn.conversation.id)
    return "understand.again" if len(earlier) > 1 else "understand"


def _otherwise(fitting: str) -> str:
    """What is said when all that fits has been said before; nothing light about something grave."""
    return _GRAVELY if fitting in (_GRAVELY, "understand.death") else "understand"


async def _said(turn: Turn) -> set[str]:
    lines = await turn.uow.messages.latest(turn.conversation.id, limit=_LOOKED_BACK)
    return {line.text for line in lines if line.author is Author.BOT} | {one.text for one in turn.replies}
