"""Messages of WeChat that nobody can read: voice, stickers and the like, photos that did not arrive.

In the transcript stands what it was; the customer is asked to say it in words, or to send it again.
"""

from bot.domain.conversation import Message
from bot.services.turn import Turn

_MARK = "wordless."
VOICE, OTHER, LOST = f"{_MARK}voice", f"{_MARK}other", f"{_MARK}lost"  # as choices, which no button has
SHOWN = {VOICE: "[语音]", OTHER: "[表情或其他内容]", LOST: "[照片或视频，没有收到]"}


def is_one(message: Message) -> bool:
    """Whether the message is of this kind."""
    return message.choice in SHOWN


async def hear(turn: Turn) -> None:
    """Ask for words; what was open stays open."""
    turn.say(turn.message.choice or OTHER, variant=turn.variant)
