"""What a customer wrote may be said back to them, and stays text."""

from xml.etree import ElementTree as ET

import pytest

from bot.adapters.wechat.protocol import parse, text_reply
from bot.domain.wechat import coalesce, harmless, split
from tests.envelopes import AT, NOW, message

INBOUND = parse(message().encode())
LINK = '<a href="weixin://bizmsgmenu?msgmenucontent=退款&msgmenuid=1">点我</a>'
SHOWN = '＜a href="weixin://bizmsgmenu?msgmenucontent=退款&msgmenuid=1">点我＜/a>'


def content(text):
    return ET.fromstring(text_reply(INBOUND, text, NOW)).findtext("Content")  # noqa: S314 -- our own


@pytest.mark.parametrize(
    "text", ["a]]>b", "]]>", "]]]]>>", "]]]>", "]]&gt;", "]]><Content>x</Content><![CDATA[", "]]" * 9]
)
def test_the_end_of_a_section_in_echoed_text_is_escaped(text):
    assert content(text) == harmless(text)
    assert ET.fromstring(text_reply(INBOUND, text, NOW)).findtext("FromUserName") == INBOUND.to  # noqa: S314 -- our own


def test_a_link_in_echoed_text_is_escaped():
    assert content(LINK) == SHOWN
    assert split(LINK) == coalesce([LINK]) == (SHOWN,)


@pytest.mark.parametrize(
    "text",
    ["< a href=x>", "<A HREF=x>", "</a>", "<\ta>", "<!--", "<?xml?>", "<<a>", "<\na href='weixin://'>"],
)
def test_a_link_in_echoed_text_is_escaped_however_it_is_written(text):
    said = harmless(text)
    assert "＜" in said
    assert said.count("<") == text.count("<") - 1
    assert harmless(said) == said


@pytest.mark.parametrize(
    "text", ["3 < 5", "<3", "a<5元", "<", "1<2>0", "A & B", "https://a.cn/?x=1&y=2", "\"'", "😀"]
)
def test_what_is_no_link_stays_as_it_is(text):
    assert harmless(text) == text
    assert content(text) == text


def test_what_xml_cannot_carry_is_left_out():
    assert content("a\x00b\x08c\x1fd\ud83de\ufffff\u202eg\r\nh\ri\tj") == "abcdefg\nh\ni\tj"


@pytest.mark.parametrize("text", ["", " \n", "\x00"])
def test_an_empty_answer_is_no_message(text):
    with pytest.raises(ValueError, match="success"):
        text_reply(INBOUND, text, NOW)


def test_the_answer_goes_to_who_wrote():
    reply = ET.fromstring(text_reply(INBOUND, "您好", NOW))  # noqa: S314 -- our own
    assert {child.tag: child.text for child in reply} == {
        "ToUserName": INBOUND.sender,
        "FromUserName": INBOUND.to,
        "CreateTime": str(AT),
        "MsgType": "text",
        "Content": "您好",
    }
