"""XML that is not plainly a message is refused, with one kind of error; nothing is ever fetched for it."""

import builtins
import socket
import tracemalloc

import pytest

from bot.adapters.wechat.markup import MOST_BYTES, MOST_DEPTH, MOST_ELEMENTS, fields
from bot.adapters.wechat.protocol import (
    Inbound,
    InboundKind,
    Malformed,
    Trouble,
    dedup_key,
    kf_doorbell,
    parse,
)
from tests.envelopes import AT, ENVELOPE, IN_THE_CLEAR, NOW, event, message, posted, sent, signed

TEXT = message()
LAUGHS = "".join(f'<!ENTITY l{nth} "{f"&l{nth - 1};" * 10}">' for nth in range(1, 10))


def put(inside):
    return TEXT.replace("</xml>", f"{inside}</xml>")


HOSTILE = {
    "XXE of a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + put("<A>&e;</A>"),
    "XXE of an address": '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]>' + put("<A>&e;</A>"),
    "XXE by a parameter": '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/"> %e;]>' + TEXT,
    "a DOCTYPE elsewhere": '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">' + TEXT,
    "any DOCTYPE": "<!DOCTYPE xml>" + TEXT,
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>' + put("<A>&l9;</A>"),
    "one long entity many times": f'<!DOCTYPE x [<!ENTITY a "{"a" * 9000}">]>'
    + put("<A>" + "&a;" * 9000 + "</A>"),
    "an entity of nobody": put("<A>&nbsp;</A>"),
    "deep": put("<a>" * MOST_DEPTH + "</a>" * MOST_DEPTH),
    "very deep": "<xml>" * 9000,
    "wide": put("".join(f"<a{nth}/>" for nth in range(MOST_ELEMENTS))),
    "wide in a list": put("<L>" + "<item/>" * MOST_ELEMENTS + "</L>"),
    "duplicate tags": put("<MsgId>1</MsgId>"),
    "duplicate sender": put("<FromUserName>somebody</FromUserName>"),
    "duplicate list at the top": put("<List/><List/>"),
    "duplicate tags within": put("<A><B>1</B><B>2</B></A>"),
    "a control character": put("<A>\x01</A>"),
    "a NUL": put("<A>\0</A>"),
    "an escaped control character": put("<A>&#8;</A>"),
    "an escaped NUL": put("<A>&#0;</A>"),
    "an escaped half character": put("<A>&#xD800;</A>"),
    "invalid UTF-8": TEXT.encode().replace("水".encode(), b"\xff\xfe"),
    "overlong UTF-8": TEXT.encode().replace("水".encode(), b"\xc0\xaf"),
    "half a character": TEXT.encode().replace("水".encode(), b"\xed\xa0\x80"),
    "UTF-16": TEXT.encode("utf-16"),
    "another encoding": b'<?xml version="1.0" encoding="utf-7"?><xml>+ADw-script+AD4-</xml>',
    "a comment": put("<!-- -->"),
    "a comment in an id": TEXT.replace("oLVP", "]]><!-- --><![CDATA[oLVP"),
    "a processing instruction": '<?xml-stylesheet href="http://127.0.0.1:9/"?>' + TEXT,
    "an inclusion": put('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
    "a namespace": TEXT.replace("<xml>", '<xml xmlns="http://127.0.0.1:9/">'),
    "an attribute": put('<A b="c"/>'),
    "a strange name": put("<消息>1</消息>"),
    "a long name": put(f"<{'a' * 65}/>"),
    "another root": TEXT.replace("<xml>", "<msg>").replace("</xml>", "</msg>"),
    "two roots": TEXT + TEXT,
    "cut off": TEXT[:-3],
    "an open section": TEXT.replace("]]></Content>", "</Content>"),
    "text behind": TEXT + "x",
    "empty": "",
    "blank": " \n",
    "JSON": '{"ToUserName": "gh"}',
    "HTML": "<html><body>502</body></html>",
}


@pytest.fixture
def shut(monkeypatch):
    """No file is opened and no connection made."""

    def opened(*_, **__):
        pytest.fail("something was fetched")

    monkeypatch.setattr(socket, "socket", opened)
    monkeypatch.setattr(socket, "getaddrinfo", opened)
    monkeypatch.setattr(builtins, "open", opened)


def refused(xml):
    with pytest.raises(Malformed) as caught:
        parse(xml if isinstance(xml, bytes) else xml.encode())
    return caught.value


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE)
def test_xxe_doctype_laughs_deep_wide_and_duplicate_tags_are_refused_and_nothing_is_fetched(xml, shut):
    problem = refused(xml)
    assert problem.kind in {Trouble.XML, Trouble.SIZE}
    assert problem.kind.status in {400, 413}


@pytest.mark.parametrize("name", ["XXE of a file", "billion laughs", "very deep", "control", "invalid UTF-8"])
def test_xxe_and_the_like_around_and_inside_of_an_envelope_are_refused(name, shut):
    xml = next(xml for known, xml in HOSTILE.items() if name in known)
    around = posted(" ")[0], xml if isinstance(xml, bytes) else xml.encode()
    with pytest.raises(Malformed, match="xml"):
        ENVELOPE.open(*around, NOW)
    if isinstance(xml, str):
        refused(ENVELOPE.open(*sent(xml), NOW).xml)


def test_billion_laughs_take_no_memory(shut):
    tracemalloc.start()
    try:
        refused(HOSTILE["billion laughs"])
        refused(HOSTILE["one long entity many times"][:MOST_BYTES])
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_message_may_have_64_kib_and_no_byte_more():
    full = put("<A>" + "x" * (MOST_BYTES - len(put("<A></A>").encode())) + "</A>").encode()
    assert len(full) == MOST_BYTES
    assert len(parse(full).extra["A"]) > 60_000
    assert refused(full.replace(b"<A>", b"<A>x")).kind is Trouble.SIZE
    assert Trouble.SIZE.status == 413
    with pytest.raises(Malformed, match="size"):
        ENVELOPE.open(*posted("A" * MOST_BYTES), NOW)
    with pytest.raises(Malformed, match="size"):
        IN_THE_CLEAR.open(signed(), full + b" ", NOW)


def test_what_is_refused_says_nothing_of_what_it_said():
    for xml in HOSTILE.values():
        told = str(refused(xml))
        assert "oLVP" not in told
        assert "passwd" not in told


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("<CreateTime>1774000800</CreateTime>", ""),
        ("1774000800", "soon"),
        ("1774000800", "-1"),
        ("1774000800", "１"),
        ("1774000800", "9" * 12),
        ("24012345678901234", "1 OR 1=1"),
        ("24012345678901234", "9" * 21),
        ("<![CDATA[oLVPpjqs9BhvzwPj5A-vTYAX3GLc]]>", ""),
        ("oLVPpjqs9BhvzwPj5A-vTYAX3GLc", "a b"),
        ("oLVPpjqs9BhvzwPj5A-vTYAX3GLc", "o" * 129),
        ("gh_3c884a361561", "公众号"),
    ],
)
def test_ids_and_times_that_tencent_would_not_write_are_refused(was, becomes):
    assert was in TEXT
    assert refused(TEXT.replace(was, becomes)).kind is Trouble.XML


def test_a_text_is_read():
    assert parse(TEXT.encode()) == Inbound(
        "gh_3c884a361561",
        "oLVPpjqs9BhvzwPj5A-vTYAX3GLc",
        AT,
        InboundKind.TEXT,
        text="水管漏水了",
        msg_id="24012345678901234",
    )


def test_a_tap_on_a_choice_says_which():
    tapped = parse(put("<bizmsgmenuid>101</bizmsgmenuid>").encode())
    assert (tapped.kind, tapped.menu_id, tapped.extra) == ("text", "101", {})


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        ("image", "image"),
        ("voice", "voice"),
        ("video", "video"),
        ("shortvideo", "video"),
        ("location", "location"),
        ("link", "link"),
        ("hologram", "other"),
        ("other", "other"),
    ],
)
def test_other_kinds_keep_what_they_bring(kind, becomes):
    inside = "<MediaId>m1</MediaId><PicUrl>http://mmbiz.qpic.cn/x</PicUrl><Label></Label><MsgId>1</MsgId>"
    got = parse(message(inside, kind).encode())
    assert (got.kind, got.media_id, got.msg_id) == (becomes, "m1", "1")
    assert got.extra == {"PicUrl": "http://mmbiz.qpic.cn/x", "Label": ""}


def test_an_event_has_a_name_and_no_number():
    got = parse(event("CLICK", "V1001").encode())
    assert (got.kind, got.event, got.event_key, got.msg_id) == ("event", "CLICK", "V1001", "")
    assert refused(message("", "event")).kind is Trouble.XML
    assert refused(message("<Event></Event>", "event")).kind is Trouble.XML


def test_lists_in_events_keep_all_their_items():
    items = "".join(f"<List><TemplateId>T{nth}</TemplateId><Is>accept</Is></List>" for nth in (1, 2))
    inside = f"<Event>subscribe_msg_popup_event</Event><Popup>{items}</Popup>"
    assert parse(message(inside, "event").encode()).extra == {
        "Popup.List.TemplateId": "T1",
        "Popup.List.Is": "accept",
        "Popup.List.2.TemplateId": "T2",
        "Popup.List.2.Is": "accept",
    }


def test_the_doorbell_of_kf_is_read_and_no_other_event_of_wecom():
    inside = "<Event>kf_msg_or_event</Event><Token>ENCApHxnGDNAVNY4</Token><OpenKfId>wkAJ2GCAAA</OpenKfId>"
    bell = kf_doorbell(message(inside, "event").encode())
    assert (bell.token, bell.open_kfid) == ("ENCApHxnGDNAVNY4", "wkAJ2GCAAA")
    assert "ENCA" not in repr(bell)
    assert kf_doorbell(event("change_contact").encode()) is None
    for wrong in (inside.replace("ENCApHxnGDNAVNY4", ""), inside.replace("wkAJ2GCAAA", "a b")):
        with pytest.raises(Malformed):
            kf_doorbell(message(wrong, "event").encode())


def test_whitespace_and_a_declaration_are_no_difference():
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n' + TEXT
    assert fields(declared.encode()) == fields(TEXT.encode()) == fields(TEXT.replace("\n", "").encode())


def key(xml):
    return dedup_key(parse(xml.encode()))


def test_the_key_of_a_message_is_the_same_for_each_delivery_and_for_nothing_else():
    keys = {
        key(TEXT),
        key(message(sender="another")),
        key(message(to="gh_other")),
        key(TEXT.replace("24012345678901234", "24012345678901235")),
        key(event("subscribe")),
        key(event("unsubscribe")),
        key(event("CLICK", "a")),
        key(event("CLICK", "b")),
        key(event("CLICK", "a", at=AT + 1)),
        key(event("CLICK", "a", sender="another")),
        key(message("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID>", "event")),
        key(message("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>2</MsgID>", "event")),
        key(message("<Content>1</Content>")),
        key(message("<Content>2</Content>")),
        key(message("<Content>3</Content><MsgId>0</MsgId>")),
        key(message("<Content>4</Content><MsgId>0</MsgId>")),
    }
    assert len(keys) == 16
    assert key(message(at=AT + 5)) == key(TEXT)
    assert key(event("CLICK", "a")) in keys
    assert all(len(one) == 64 for one in keys)
