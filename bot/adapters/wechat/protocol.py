"""The callbacks of 公众号 and 微信客服 without any input or output: open, read, answer.

Whatever is wrong with one raises `Malformed` and nothing else. What an envelope held is only looked at after
its signature and its age are right.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.adapters.wechat import crypto
from bot.adapters.wechat.markup import MOST_BYTES, MOST_DEPTH, MOST_ELEMENTS, cdata, fields, refuse
from bot.domain.wechat_inbound import (
    Inbound,
    InboundKind,
    KfDoorbell,
    Malformed,
    Opened,
    Trouble,
    dedup_key,
)
from bot.domain.wechat_text import harmless

__all__ = [
    "MOST_BYTES",
    "MOST_DEPTH",
    "MOST_ELEMENTS",
    "Envelope",
    "Inbound",
    "InboundKind",
    "KfDoorbell",
    "Malformed",
    "Opened",
    "Trouble",
    "dedup_key",
    "kf_doorbell",
    "parse",
    "text_reply",
]

_OUTSIDE = frozenset({"ToUserName", "Encrypt", "AgentID"})  # of an encrypted message; more gives it away
_TIME = re.compile(r"[0-9]{1,11}")
_ECHO = re.compile(r"[0-9A-Za-z+/=_.-]{1,512}")
_ID = re.compile(r"[!-~]{1,128}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_KINDS = {
    **{kind.value: kind for kind in InboundKind if kind is not InboundKind.OTHER},
    "shortvideo": InboundKind.VIDEO,
}
_OWN = ("ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MediaId", "bizmsgmenuid")
_OF_KINDS = {InboundKind.EVENT: ("Event", "EventKey")}


@dataclass(frozen=True)
class Envelope:
    """How one account's callbacks are signed and encrypted.

    `app_id` is the 公众号's appid or the corp's id, `keys` the EncodingAESKey and perhaps the one before it,
    `fresh_s` how many seconds a callback may be old or ahead. `encrypted_only` refuses whatever comes in the
    clear, also beside something encrypted; only accounts for testing do without.
    """

    token: str = field(repr=False)
    app_id: str
    keys: tuple[str, ...] = field(repr=False)
    fresh_s: int = 300
    encrypted_only: bool = True

    def check_url(self, query: Mapping[str, str], now: datetime) -> str:
        """What to answer to the question whether the address is ours; `Malformed`.

        A 公众号 asks in the clear, WeCom encrypted.
        """
        asked = _Query(query)
        echo = asked.one("echostr")
        if asked.has("msg_signature"):
            asked.check("msg_signature", self.token, now, self.fresh_s, echo)
            echo = crypto.decrypt(echo, self.keys, self.app_id).xml.decode("utf-8", "replace")
        else:
            asked.check("signature", self.token, now, self.fresh_s)
        if not _ECHO.fullmatch(echo):
            raise Malformed(Trouble.SIGNATURE, "a strange echostr")
        return echo

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Opened:
        """The message in a callback; `Malformed`. The body is not read before the query looks right."""
        asked = _Query(query)
        if len(body) > MOST_BYTES:
            raise Malformed(Trouble.SIZE, f"{len(body)} bytes")
        if (
            not asked.has("msg_signature")
            and not self.encrypted_only
            and not asked.has("encrypt_type", "aes")
        ):
            asked.check("signature", self.token, now, self.fresh_s)
            return Opened(body, None)
        asked.look("msg_signature", now, self.fresh_s, missing=self._missing(asked))
        outside = fields(body)
        if "Encrypt" not in outside or (self.encrypted_only and not outside.keys() <= _OUTSIDE):
            raise Malformed(Trouble.PLAIN, "not encrypted, or not only")
        asked.check("msg_signature", self.token, now, self.fresh_s, outside["Encrypt"])
        return crypto.decrypt(outside["Encrypt"], self.keys, self.app_id)

    def seal(
        self, text_xml: str, timestamp: str, nonce: str, *, key_index: int | None = 0, random16: bytes
    ) -> str:
        """The answer in an envelope, encrypted with the key that opened the message (`Opened.key_index`).

        Unchanged for None, which is what a message in the clear gets. `random16`: 16 fresh random bytes;
        `timestamp`: seconds since 1970 in digits. ValueError for others.
        """
        if key_index is None:
            return text_xml
        if not _TIME.fullmatch(timestamp):
            raise ValueError("a timestamp has digits only")
        sealed = crypto.encrypt(text_xml.encode(), self.keys[key_index], self.app_id, random16)
        signed = crypto.signature(self.token, timestamp, nonce, sealed)
        return (
            f"<xml><Encrypt>{cdata(sealed)}</Encrypt><MsgSignature>{cdata(signed)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _missing(self, asked: "_Query") -> Trouble:
        """What is wrong where there is no signature of an encrypted message."""
        is_plain = self.encrypted_only and asked.has("signature") and not asked.has("encrypt_type", "aes")
        return Trouble.PLAIN if is_plain else Trouble.SIGNATURE


class _Query:
    """The parameters of a callback; each may come once."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._values: dict[str, str] = {}
        for name, value in query.items():
            if name in self._values:
                raise Malformed(Trouble.SIGNATURE, "a parameter comes twice")
            self._values[name] = value

    def has(self, name: str, value: str | None = None) -> bool:
        return name in self._values and value in (None, self._values[name])

    def one(self, name: str) -> str:
        if name not in self._values:
            raise Malformed(Trouble.SIGNATURE, f"no {name}")
        return self._values[name]

    def look(self, name: str, now: datetime, fresh_s: int, missing: Trouble = Trouble.SIGNATURE) -> None:
        """Refuse what can't be signed or is too old, before anything is read."""
        if name not in self._values:
            raise Malformed(missing, f"no {name}")
        if not crypto.looks_signed(self._values[name]):
            raise Malformed(Trouble.SIGNATURE, f"a strange {name}")
        at = self.one("timestamp")
        self.one("nonce")
        if not _TIME.fullmatch(at) or abs(now.timestamp() - int(at)) > fresh_s:
            raise Malformed(Trouble.STALE, "a timestamp too far from now")

    def check(self, name: str, token: str, now: datetime, fresh_s: int, *signed: str) -> None:
        """Refuse unless the signature of this name is right and fresh."""
        self.look(name, now, fresh_s)
        made = crypto.signature(token, self.one("timestamp"), self.one("nonce"), *signed)
        if not crypto.same(made, self._values[name]):
            raise Malformed(Trouble.SIGNATURE, f"a wrong {name}")


def parse(xml: bytes) -> Inbound:
    """The message or event of a 公众号's customer; `Malformed`."""
    found = fields(xml)
    to, sender, created = _ids(found)
    kind = _KINDS.get(found.get("MsgType", ""), InboundKind.OTHER)
    msg_id = found.get("MsgId", "") if kind is not InboundKind.EVENT else ""
    if msg_id and not _NUMBER.fullmatch(msg_id):
        refuse("a strange MsgId")
    if kind is InboundKind.EVENT and not found.get("Event"):
        refuse("an event without a name")
    own = {*_OWN, *_OF_KINDS.get(kind, ("MsgId",))}
    return Inbound(
        to,
        sender,
        created,
        kind,
        text=found.get("Content", "") if kind is InboundKind.TEXT else "",
        media_id=found.get("MediaId", ""),
        menu_id=found.get("bizmsgmenuid", ""),
        event=found["Event"] if kind is InboundKind.EVENT else "",
        event_key=found.get("EventKey", "") if kind is InboundKind.EVENT else "",
        msg_id=msg_id,
        extra={name: text for name, text in found.items() if name not in own},
    )


def kf_doorbell(xml: bytes) -> KfDoorbell | None:
    """That 微信客服 has something for us, None for an event that says something else; `Malformed`."""
    found = fields(xml)
    if not _ID.fullmatch(found.get("ToUserName", "")):  # nobody is named as its sender
        refuse("a strange receiver")
    if found.get("Event") != "kf_msg_or_event":
        return None
    token, open_kfid = found.get("Token", ""), found.get("OpenKfId", "")
    if not _ID.fullmatch(token) or not _ID.fullmatch(open_kfid):
        refuse("a strange Token or OpenKfId")
    return KfDoorbell(token, open_kfid)


def text_reply(inbound: Inbound, text: str, now: datetime) -> str:
    """The XML that answers a message with a text; ValueError for an empty one, which shows as trouble.

    The text goes out `harmless`, and no `]]>` in it ends it.
    """
    said = harmless(text)
    if not said.strip():
        raise ValueError("an empty answer is `success`, not an empty text")
    return (
        f"<xml><ToUserName>{cdata(inbound.sender)}</ToUserName>"
        f"<FromUserName>{cdata(inbound.to)}</FromUserName><CreateTime>{int(now.timestamp())}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content>{cdata(said)}</Content></xml>"
    )


def _ids(found: Mapping[str, str]) -> tuple[str, str, int]:
    """Who writes to whom, and when."""
    to, sender, created = (found.get(name, "") for name in ("ToUserName", "FromUserName", "CreateTime"))
    if not _ID.fullmatch(to) or not _ID.fullmatch(sender):
        refuse("a strange sender or receiver")
    if not _TIME.fullmatch(created):
        refuse("a strange CreateTime")
    return to, sender, int(created)
