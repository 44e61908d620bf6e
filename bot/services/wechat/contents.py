"""What a customer's message in a 公众号 says, in the words of the desk's transcript."""

from dataclasses import dataclass

from bot.domain.wechat_inbound import Inbound, InboundKind
from bot.services import wordless

_MEDIA = frozenset({InboundKind.IMAGE, InboundKind.VIDEO})


@dataclass(frozen=True)
class Said:
    """The text for the transcript; `mark` for one without words, `media` for what is still to be fetched."""

    text: str
    mark: str | None = None
    media: bool = False


def said(inbound: Inbound, *, hears_voice: bool = False) -> Said:
    """What a message says; what the account's speech recognition found stands for a voice message.

    Otherwise one is fetched like a photo if `hears_voice`: the desk has a recognition of its own.
    """
    kind, extra = inbound.kind, inbound.extra
    if kind in _MEDIA and inbound.media_id:
        return Said("", media=True)
    words = {
        InboundKind.TEXT: inbound.text,
        InboundKind.VOICE: extra.get("Recognition", ""),
        InboundKind.LOCATION: _place(extra.get("Label", ""), extra.get("Poiname", "")),
        InboundKind.LINK: _joined(extra.get("Title", ""), extra.get("Url", "")),
    }.get(kind, "")
    if _has_words(words):
        return Said(words)
    mark = wordless.VOICE if kind is InboundKind.VOICE else wordless.OTHER
    to_hear = mark == wordless.VOICE and hears_voice and bool(inbound.media_id)
    return Said(wordless.SHOWN[mark], mark=mark, media=to_hear)


def _place(*names: str) -> str:
    named = _joined(*names)
    return f"我的位置：{named}" if named else ""


def _joined(*parts: str) -> str:
    return " ".join(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _has_words(text: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in text)
