"""Our protocol beside an independent one: what wechatpy signs, seals and writes we read, and the reverse."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.replies import TextReply
from wechatpy.utils import WeChatSigner, check_signature
from wechatpy.work.crypto import WeChatCrypto as WecomCrypto

from bot.adapters.wechat import crypto
from bot.adapters.wechat.markup import cdata
from bot.adapters.wechat.protocol import Malformed, parse, text_reply
from bot.domain.wechat import harmless
from tests.envelopes import APP, AT, ENVELOPE, KEY, NOW, OLD_KEY, TOKEN, event, message

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=100)
ORACLE, BEFORE = WeChatCrypto(TOKEN, KEY, APP), WeChatCrypto(TOKEN, OLD_KEY, APP)
# Control characters are in no XML, and XML reads every end of a line as \n.
WRITTEN = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=200
)
IDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=1, max_size=64)
NONCES = st.text("0123456789abcdef", min_size=1, max_size=20)


def tree(xml):
    return {child.tag: child.text or "" for child in ET.fromstring(xml)}  # noqa: S314 -- the test's own


def from_oracle(oracle, xml, nonce="n"):
    """The query and body of a callback that wechatpy made."""
    made = tree(oracle.encrypt_message(xml, nonce, str(AT)))
    query = {"msg_signature": made["MsgSignature"], "timestamp": made["TimeStamp"], "nonce": made["Nonce"]}
    return (
        query,
        f"<xml><ToUserName>gh</ToUserName><Encrypt>{cdata(made['Encrypt'])}</Encrypt></xml>".encode(),
    )


@STEADY
@given(WRITTEN, NONCES, st.sampled_from([ORACLE, BEFORE]))
def test_what_wechatpy_seals_we_open(text, nonce, oracle):
    xml = message(f"<Content>{cdata(text)}</Content><MsgId>1</MsgId>")
    opened = ENVELOPE.open(*from_oracle(oracle, xml, nonce), NOW)
    assert opened.xml.decode() == xml
    assert opened.key_index == (0 if oracle is ORACLE else 1)
    assert parse(opened.xml).text == text


@STEADY
@given(WRITTEN, NONCES, st.binary(min_size=16, max_size=16), st.sampled_from([0, 1]))
def test_what_we_seal_wechatpy_opens(text, nonce, random16, key):
    sealed = ENVELOPE.seal(text, str(AT), nonce, key_index=key, random16=random16)
    oracle = (ORACLE, BEFORE)[key]
    made = tree(sealed)
    assert oracle.decrypt_message(sealed, made["MsgSignature"], made["TimeStamp"], made["Nonce"]) == text


@STEADY
@given(WRITTEN.filter(str.strip), IDS, IDS)
def test_what_we_answer_wechatpy_reads(text, to, sender):
    inbound = parse(message(to=to, sender=sender).encode())
    said = text_reply(inbound, text, NOW)
    read = parse_message(said)
    # wechatpy's XML library trims what it reads; a blank that Unicode knows and XML doesn't is one too
    assert (read.target, read.source, read.type) == (sender, to, "text")
    assert read.content.strip() == harmless(text).strip()
    assert read.create_time.timestamp() == AT


@STEADY
@given(WRITTEN.filter(lambda text: text.strip() and "]]>" not in text), IDS, IDS)
def test_what_wechatpy_answers_we_read(text, to, sender):
    reply = TextReply(content=text, source=sender, target=to)
    read = parse(reply.render().encode())
    assert (read.to, read.sender, read.text) == (to, sender, text)


@STEADY
@given(st.lists(st.text(max_size=30), min_size=2, max_size=4), NONCES)
def test_signatures_are_the_same(parts, nonce):
    parts = [part.encode("utf-8", "replace").decode() for part in parts]
    made = crypto.signature(TOKEN, *parts, nonce)
    signer = WeChatSigner()
    signer.add_data(TOKEN, *parts, nonce)
    assert signer.signature == made


@STEADY
@given(st.integers(AT - 300, AT + 300), NONCES, st.text("0123456789", min_size=1, max_size=20))
def test_a_url_check_that_wechatpy_accepts_we_answer(at, nonce, echo):
    query = {"signature": crypto.signature(TOKEN, str(at), nonce), "timestamp": str(at), "nonce": nonce}
    check_signature(TOKEN, query["signature"], query["timestamp"], nonce)
    assert ENVELOPE.check_url({**query, "echostr": echo}, NOW) == echo


@STEADY
@given(NONCES, st.text("0123456789", min_size=1, max_size=20))
def test_a_url_check_of_wecom_is_answered_as_wechatpy_does(nonce, echo):
    sealed = crypto.encrypt(echo.encode(), KEY, APP, b"r" * 16)
    made = crypto.signature(TOKEN, str(AT), nonce, sealed)
    assert WecomCrypto(TOKEN, KEY, APP).check_signature(made, str(AT), nonce, sealed) == echo
    query = {"msg_signature": made, "timestamp": str(AT), "nonce": nonce, "echostr": sealed}
    assert ENVELOPE.check_url(query, NOW) == echo


@STEADY
@given(IDS.filter(lambda other: other != APP))
def test_what_is_for_another_app_both_refuse(app):
    query, body = from_oracle(WeChatCrypto(TOKEN, KEY, app), message())
    with pytest.raises(InvalidAppIdException):
        ORACLE.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
    with pytest.raises(Malformed, match="crypto"):
        ENVELOPE.open(query, body, NOW)


KINDS = {
    "text": "<Content>水管漏水了</Content><MsgId>7</MsgId>",
    "image": "<PicUrl>http://mmbiz.qpic.cn/a</PicUrl><MediaId>m7</MediaId><MsgId>7</MsgId>",
    "voice": "<MediaId>m7</MediaId><Format>amr</Format><Recognition></Recognition><MsgId>7</MsgId>",
    "video": "<MediaId>m7</MediaId><ThumbMediaId>t7</ThumbMediaId><MsgId>7</MsgId>",
    "shortvideo": "<MediaId>m7</MediaId><ThumbMediaId>t7</ThumbMediaId><MsgId>7</MsgId>",
    "location": (
        "<Location_X>23.1</Location_X><Location_Y>113.2</Location_Y><Scale>20</Scale>"
        "<Label>天河路</Label><MsgId>7</MsgId>"
    ),
    "link": "<Title>题</Title><Description>述</Description><Url>https://a.cn</Url><MsgId>7</MsgId>",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_message_is_read_as_wechatpy_reads_it(kind):
    xml = message(KINDS[kind], kind)
    ours, theirs = parse(xml.encode()), parse_message(xml)
    assert (ours.sender, ours.to, int(ours.msg_id)) == (theirs.source, theirs.target, theirs.id)
    assert ours.kind == ("video" if kind == "shortvideo" else theirs.type)
    assert ours.text == getattr(theirs, "content", "")
    assert ours.media_id == getattr(theirs, "media_id", "")
    assert ours.extra.get("Label") == getattr(theirs, "label", None)
    assert ours.extra.get("Url") == getattr(theirs, "url", None)


@pytest.mark.parametrize("name", ["subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW"])
def test_every_event_is_read_as_wechatpy_reads_it(name):
    xml = event(name, "key7")
    ours, theirs = parse(xml.encode()), parse_message(xml)
    assert (ours.kind, ours.event.lower()) == ("event", theirs.event)
    assert theirs.id == 0  # which is why events have keys of their own
    assert ours.event_key == getattr(theirs, "key", getattr(theirs, "scene_id", "key7"))
