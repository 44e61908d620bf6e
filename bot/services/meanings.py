"""A message that was not understood: what it may have meant, and which of it the customer says it did."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.conversation import Author, Conversation, Message
from bot.domain.reading import Choice
from bot.services import thresholds
from bot.services.choices import MEANS, label_of
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn

MOST_OFFERED = 3
_LOOKED_BACK = 20  # messages in which the offer may stand
_NUMERALS = "一二三四五六七八九"
_NUMBER = re.compile(rf"(?:第|选|選)?([1-9{_NUMERALS}])(?:个|個|种|種|项|項|\.|、|号|號)?")


class Given(NamedTuple):
    """What the customer says they meant: the label, and the id of the message they said it with."""

    label: str
    about: str | None


def offered(turn: Turn) -> tuple[Choice, ...]:
    """The two or three likeliest readings of this message as buttons in plain words; none for gibberish."""
    familiarity = turn.reading.familiarity
    if familiarity is not None and familiarity < thresholds.FAMILIAR:
        return ()
    likely = [label for label, confidence in turn.reading.ranking if confidence >= thresholds.WORTH_OFFERING]
    found = turn.words.meanings(likely, turn.conversation.script)
    return found[:MOST_OFFERED]


async def given(uow: UnitOfWork, conversation: Conversation, message: Message) -> Given | None:
    """The meaning that this message picks from those just offered: by button, number, or in its words."""
    pressed = message.choice is not None and message.choice.startswith(MEANS)
    if not pressed and (message.choice is not None or not conversation.misunderstood):
        return None
    offer = await _offer(uow, message)
    if offer is None:
        return None
    options = [row["text"] for row in offer.choices]
    ids = [row["id"] for row in offer.choices]
    picked = message.choice if pressed else _typed(message.text, options, ids)
    if picked is None or picked not in ids:  # a button that was never offered means nothing
        return None
    if picked.startswith(MEANS):
        return Given(picked.removeprefix(MEANS), offer.in_reply_to)
    label = label_of(picked)
    return Given(label, None) if label else None


async def _offer(uow: UnitOfWork, message: Message) -> Message | None:
    """The bot's last answer before this message, if it offered meanings."""
    earlier = [
        line
        for line in await uow.messages.latest(message.conversation_id, limit=_LOOKED_BACK)
        if line.seq < message.seq and line.author is Author.BOT
    ]
    last = earlier[-1] if earlier else None
    return last if last and any(row["id"].startswith(MEANS) for row in last.choices) else None


def _typed(text: str, options: Sequence[str], ids: Sequence[str]) -> str | None:
    """The id of the option that a text names by its place, from 1, or in its own words."""
    plain = unicodedata.normalize("NFKC", text).strip(" 。.!、")
    numbered = _NUMBER.fullmatch(plain)
    if numbered:
        place = int(numbered[1]) if numbered[1].isdecimal() else _NUMERALS.index(numbered[1]) + 1
        return ids[place - 1] if place <= len(ids) else None
    return dict(zip(options, ids, strict=True)).get(plain)
