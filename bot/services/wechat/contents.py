"""What a customer's message in a 公众号 says, in the words of the desk's transcript."""

from dataclasses import dataclass

from bot.domain.wechat_inbound import Inbound, InboundKind
from bot.services import wordless

_MEDIA = frozenset({InboundKind.IMAGE, InboundKind.VIDEO})


@dataclass(frozen=True)
class Said:
    """The text for the transcript; `mark` for one without words, `media` for a photo still to be fetched."""

    text: str
    mark: str | None = None
    media: bool = False


def said(inbound: Inbound) -> Said:
    """What a message says; what the account's speech recognition found stands for a voice message."""
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
    return _wordless(wordless.VOICE if kind is InboundKind.VOICE else wordless.OTHER)


def _wordless(mark: str) -> Said:
    return Said(wordless.SHOWN[mark], mark=mark)


def _place(*names: str) -> str:
    named = _joined(*names)
    return f"我的位置：{named}" if named else ""


def _joined(*parts: str) -> str:
    return " ".join(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _has_words(text: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in text)
