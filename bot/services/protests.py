"""「不是这个意思」: the customer was misread, and has refused nothing by saying so."""

import re

from bot.domain.case import Case
from bot.domain.reasons import Reason
from bot.services import handoff
from bot.services.turn import Turn

LONGEST = 20  # characters: who writes more also says what was meant
_NOT_MEANT = re.compile(
    r"不是这个意思|(?:理解|弄|搞|听|看|会)错(?:了|意)|[没不](?:听|看)懂我|答非所问|不是(?:说|问)这个|我(?:不是|没有?)(?:说|问)的?这个|驴唇不对马嘴"
)


def says_so(text: str) -> bool:
    """Whether a text in Simplified characters says that an earlier message was misread."""
    return bool(_NOT_MEANT.search(text))


def is_one(turn: Turn) -> bool:
    """Whether the message is nothing but a protest."""
    return len(turn.plain) <= LONGEST and not turn.reading.entities and says_so(turn.plain)


async def hear(turn: Turn, case: Case) -> None:
    """Own up to it; what was asked stays open. A person takes over sooner than after mere doubt."""
    conversation = turn.conversation
    conversation.misunderstood += 1
    if conversation.misunderstood >= max(1, turn.words.company.desk.misunderstood - 1):
        conversation.misunderstood = 0
        await handoff.to_queue(turn, case, reason=Reason.NOT_UNDERSTOOD, calls=True)
    else:
        turn.say("not_understood.again")
