"""Whether anybody ate or drank what was spoiled, and feels unwell: asked once, and a yes is an illness."""

import re

from bot.domain import labels, risk
from bot.domain.case import Case
from bot.domain.risk import RiskKind
from bot.services import cases, facts
from bot.services.turn import Turn

FIELD = "unwell"
ILLNESS = "illness"
TIMES_ASKED = 2  # after this the question is let go
SHORTEST_COMPLAINT = 6  # characters
LONGEST_ANSWER = 500  # characters kept in the field; the message is kept whole

_ALL_WELL = re.compile(
    r"没(?:有|人|事|什么|啥|喝|吃|敢|不舒服|感觉|觉得)|[没无]不适|无[,，。]?$|^没|[不未](?:敢|曾|有)?(?:喝|吃|食用|饮用)|"
    r"都(?:好|正常|挺好|没)|挺好|还好|不要紧|冇"
)
_NOT_TAKEN = re.compile(r"(?:没|未|不)(?:有|敢|曾|人|来得及|舍得)?(?:喝|吃|食用|饮用|入口|下口)")
_NOBODY = re.compile(r"没(?:有)?(?:人|谁)?(?:感到|觉得|感觉)?不(?:舒服|适)|人(?:都|也)?没事")
_YES = re.compile(
    r"^(?:有的?|是的?|对|嗯|确实|喝了|吃了)[,，。!！ ]*(?:有|是|的|点|一点|人|不舒服)*[。!！]*$"
)
# 「好的」 is no illness
_ONLY_AGREES = re.compile(r"^(?:好|行|可以|ok|收到|知道|明白|了解|没问题)", re.IGNORECASE)
_UNWELL = re.compile(r"(?<![没无不])(?:有点?|有些|很|都|就|还|人|现在)?(?:不舒服|难受|不适|恶心|反胃)")


async def hear(turn: Turn, case: Case) -> bool:
    """Take the answer; whether somebody is unwell. 「没有」 is noted, anything else ends the question.

    Who only says 「好的」 has not answered yet, and is asked once more.
    """
    before = case.fields
    if _tells_of_illness(turn):
        case.fill(FIELD, turn.text[:LONGEST_ANSWER])
        return True
    changed = facts.take_entities(turn, case)
    if _all_well(turn):
        case.fill(FIELD, turn.text[:LONGEST_ANSWER])
        turn.say("fact_noted", variant=turn.variant)
        return False
    if not (_only_agrees(turn) and case.asked.get(FIELD, 0) < TIMES_ASKED):
        case.refuse(FIELD)
    if changed:
        await facts.acknowledge(turn, case, before, changed)
    else:
        turn.say("fact_noted", variant=turn.variant)
    return False


def note_told(turn: Turn, case: Case) -> bool:
    """Who says that nobody ate or drank it, or is unwell, needn't be asked; whether they say so."""
    asked = FIELD in cases.rule_of(turn.words, case).ask and FIELD not in case.fields
    well = _NOT_TAKEN.search(turn.plain) or _NOBODY.search(turn.plain)
    if not asked or well is None or RiskKind.ILLNESS in risk.kinds(turn.reading.risks):
        return False
    case.fill(FIELD, turn.text[:LONGEST_ANSWER])
    return True


def _tells_of_illness(turn: Turn) -> bool:
    label, kinds = turn.reading.acted_on, risk.kinds(turn.reading.risks)
    if label == ILLNESS or kinds & {RiskKind.ILLNESS, RiskKind.URGENT}:
        return True
    if _all_well(turn):
        return False
    if _only_agrees(turn):
        return False
    return label == "affirm" or bool(_YES.search(turn.plain) or _UNWELL.search(turn.plain))


def _only_agrees(turn: Turn) -> bool:
    return turn.reading.acted_on == "affirm" and bool(_ONLY_AGREES.search(turn.plain))


def _all_well(turn: Turn) -> bool:
    return turn.reading.acted_on == "deny" or bool(_ALL_WELL.search(turn.plain))


def is_asked(turn: Turn) -> bool:
    """Whether this is the open question, and the message may answer it: no other complaint, no threat."""
    label = turn.reading.acted_on
    other = labels.is_complaint(label) and label != ILLNESS and not _is_short_no(turn)
    return turn.conversation.question == FIELD and not other


def _is_short_no(turn: Turn) -> bool:
    """「没人喝」, which is too short to complain of anything, whatever the model takes it for."""
    return len(turn.text) <= SHORTEST_COMPLAINT and _all_well(turn)
