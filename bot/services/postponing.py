"""「等会儿告诉你」, 「我找找」: neither an answer nor a refusal. The question comes again at the end."""

import re

from bot.domain import labels
from bot.domain.case import Case
from bot.services import asking
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn

LONGEST = 24  # characters; who says more says something else besides
_TELL = r"(?:告诉|发|说|给|回复|拍|补|报|填|看(?!医|病|大夫)|找|查|问)"
_LATER = re.compile(
    rf"(?:等|待|稍后|稍等|晚[点些]|晚一点|回头|回去|回家|到家|过一?会|一会|有空|明天).{{0,6}}{_TELL}"
    rf"|(?:再|先|去|让|得|要|帮你)(?:我|我去|我先)?(?:找|查|翻|问)|我(?:找|查|翻|问)(?:找|查|翻|问|一?下|一找)"
    r"|(?:不在|没在|没带在?)(?:身边|手边|手上|身上)"
)
_WAIT = re.compile(
    r"(?:好的?|嗯|你|您|先|请|[,， ])*"
    r"(?:等|稍等|等等|等下|等一下|等一等|等一?会儿?|等我|稍后|晚[点些]|待会儿?|一会儿?|回头)"
    r"(?:我|看看|看一?下|吧|啊|哈|哦|再说|再讲|一下)*[。.!！~～]*"
)
_LOOKING = re.compile(
    r"我?(?:再|先|去|来)?(?:找找|查查|翻翻|看看|[找查翻看]一?下)看?(?:吧|啊|哈|哦|呢)?[。.~～]*"
)


def only_looks(turn: Turn) -> bool:
    """Whether 「我找找」 is all they say: who looks for a slip of paper asks for nobody."""
    return bool(_LOOKING.fullmatch(turn.plain.strip()))


def is_meant(turn: Turn) -> bool:
    """Whether the customer will tell what was asked, but not now."""
    plain = turn.plain.strip()
    if len(plain) > LONGEST or turn.reading.entities or turn.reading.risks or turn.message.choice:
        return False
    label = turn.reading.acted_on
    if labels.is_complaint(label) and turn.reading.confidence >= CERTAIN:
        return False
    return bool(_LATER.search(plain) or _WAIT.fullmatch(plain))


def postpone(turn: Turn, case: Case, question: str) -> None:
    """Put the question off to the end; said again, it is let go."""
    if question in case.postponed:
        if question in turn.words.handbook.fields:
            case.refuse(question)
        turn.say("postponed.again")
        return
    case.postpone(question, turn.message.seq)
    last = asking.next_question(turn.words, case) == question
    menu = "question.draft" if case.is_draft else "question"
    choices = turn.words.choices(menu, turn.conversation.script) if last else ()
    turn.say("postponed", variant=turn.variant, choices=choices)
