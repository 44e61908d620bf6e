"""Callbacks as nobody at Tencent would send them: strategies of hypothesis, from noise to nearly right."""

from hypothesis import strategies as st
from multidict import MultiDict

from bot.adapters.wechat.markup import cdata
from tests.envelopes import APP, AT, KEY, OUTSIDE, SEALER, TOKEN, event, message, posted, sent, signed
from tests.wechat.sealing import Sealer

NAMES = ["signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type", "openid", "x"]
TAGS = ["xml", "ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Encrypt", "Event"]
TAGS += ["EventKey", "MediaId", "Token", "OpenKfId", "List", "item", "bizmsgmenuid", "a", "消息", "a:b"]
PIECES = [f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS] + [f"<{tag}/>" for tag in TAGS]
PIECES += [
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version='1.0'?>",
    "<?x y?>",
    "&amp;",
    "&e;",
    "&#0;",
    "&#x1F600;",
]
PIECES += [
    "<!DOCTYPE xml>",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "text",
    "event",
    "kf_msg_or_event",
]
PIECES += [
    "\0",
    "\x08",
    "\x7f",
    "\ufeff",
    "\ufffe",
    "\u202e",
    " ",
    "\n",
    "<",
    ">",
    "&",
    "'",
    '"',
    "=",
    "1774000800",
]
RIGHT = [
    message(),
    event("subscribe", "qrscene_1"),
    message("<Event>kf_msg_or_event</Event><Token>t</Token><OpenKfId>k</OpenKfId>", "event"),
    message("<MediaId>m</MediaId><MsgId>2</MsgId>", "image"),
]
WORDS = st.text(max_size=40) | st.sampled_from(["aes", "raw", str(AT), "486452656", "0" * 40, "签" * 40])
NOISE = st.binary(max_size=200) | st.text(max_size=100).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
MARKUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)
FIELDS = st.dictionaries(st.sampled_from(TAGS[1:]), MARKUP | WORDS, max_size=8).map(
    lambda found: "<xml>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in found.items()) + "</xml>"
)


@st.composite
def damaged(draw, whole):
    """Something right of which some pieces are lost, doubled, changed or put in."""
    text = draw(whole)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(start + draw(st.integers(0, 30)), len(text))
        put = draw(
            st.sampled_from(["", text[start:end] * 2, text[:end]])
            | st.sampled_from(PIECES)
            | st.text(max_size=5)
        )
        text = text[:start] + put + text[end:]
    return text


def raw(text):
    """The bytes of a text with whatever is in it."""
    return text.encode("utf-8", "surrogatepass")


BIG = st.builds(
    lambda opening, times: message(f"<Content>{opening * times}</Content>"),
    st.sampled_from(["<a>", "<a/>", "x", "&amp;", "漏", "<![CDATA[]]>", "<item>", " "]),
    st.integers(1, 20_000),
)
TOLD = st.one_of(st.text(max_size=60), MARKUP, st.text("<a href=weixin:>]！。，1选二", max_size=900)).map(
    lambda text: message(f"<Content>{cdata(text)}</Content><MsgId>1</MsgId>")
)
XML = st.one_of(TOLD, damaged(st.sampled_from(RIGHT)), FIELDS, MARKUP, BIG).map(raw) | NOISE
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), WORDS), max_size=8).map(MultiDict)


def _sealed(plain):
    """A callback whose signature is right around bytes that need not be a message."""
    short = 32 - len(plain) % 32
    return posted(SEALER.seal_bytes(plain + bytes([short]) * short))


def _in_front(sealed):
    query, _ = sent("")
    return SEALER.query(sealed.decode("utf-8", "replace"), AT, "n") | {"x": query["nonce"]}, raw(
        OUTSIDE.format(sealed.decode("utf-8", "replace"))
    )


# Pairs of a query and a body.
STRANGERS = st.tuples(QUERIES | st.just(sent(message())[0]) | st.just(signed()), XML)
ENVELOPES = st.one_of(
    NOISE.map(_in_front),
    damaged(st.just(SEALER.seal(message()))).map(raw).map(_in_front),
    st.binary(max_size=120).map(_sealed),
    st.builds(
        lambda length, rest: _sealed(b"r" * 16 + length.to_bytes(4, "big") + rest + APP.encode()),
        st.integers(0, 2**32 - 1) | st.integers(0, 64),
        st.binary(max_size=64),
    ),
    st.sampled_from([APP, APP[:-1], "", "企业"]).map(
        lambda app: posted(Sealer(TOKEN, KEY, app).seal(message()))
    ),
)
MESSAGES = XML.map(lambda xml: _sealed(b"r" * 16 + len(xml).to_bytes(4, "big") + xml + APP.encode()))
EVERYTHING = {
    "strangers": STRANGERS,
    "envelopes": ENVELOPES,
    "messages": MESSAGES,
    "xml": st.tuples(st.just({}), XML),
}
