"""Callbacks as Tencent sends them: signed and sealed for one account, also wrongly."""

from datetime import UTC, datetime

from bot.adapters.wechat.protocol import Envelope
from tests.wechat.sealing import Sealer, signature

TOKEN, APP = "kesuToken1", "wx5823bf96d3bd56c7"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
NOW = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ENVELOPE = Envelope(TOKEN, APP, (KEY, OLD_KEY))
IN_THE_CLEAR = Envelope(TOKEN, APP, (KEY,), encrypted_only=False)
SEALER = Sealer(TOKEN, KEY, APP)
OUTSIDE = "<xml><ToUserName><![CDATA[gh_3c884a361561]]></ToUserName><Encrypt><![CDATA[{}]]></Encrypt></xml>"


TEXT = "<Content><![CDATA[水管漏水了]]></Content><MsgId>24012345678901234</MsgId>"


def message(inside=TEXT, kind="text", **changed):
    """The XML of a message; `changed` are the ids and the time."""
    ids = {"to": "gh_3c884a361561", "sender": "oLVPpjqs9BhvzwPj5A-vTYAX3GLc", "at": AT} | changed
    return (
        f"<xml><ToUserName><![CDATA[{ids['to']}]]></ToUserName>\n"
        f"<FromUserName><![CDATA[{ids['sender']}]]></FromUserName>\n<CreateTime>{ids['at']}</CreateTime>\n"
        f"<MsgType><![CDATA[{kind}]]></MsgType>\n{inside}</xml>"
    )


def event(name, key="", **changed):
    """The XML of an event."""
    return message(
        f"<Event><![CDATA[{name}]]></Event><EventKey><![CDATA[{key}]]></EventKey>", "event", **changed
    )


def posted(sealed, at=AT, nonce="486452656"):
    """The query and the body of a callback with this Encrypt in it."""
    return SEALER.query(sealed, at, nonce), OUTSIDE.format(sealed).encode()


def sent(xml, at=AT, nonce="486452656"):
    """The query and the body of a callback with this message in it."""
    return posted(SEALER.seal(xml), at, nonce)


def signed(at=AT, nonce="486452656"):
    """The query of what comes in the clear."""
    return {"signature": signature(TOKEN, str(at), nonce), "timestamp": str(at), "nonce": nonce}
