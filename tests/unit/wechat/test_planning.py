"""Lines of a transcript become few messages, none too long; where few may be sent, they are joined."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import Author, Message
from bot.domain.wechat import MOST_PARTS, size
from bot.domain.wechat_records import Sending
from bot.services.wechat.carrying import MIRRORED, Terms
from bot.services.wechat.planning import body, joined, pieces, squeezed, without_menu

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
CHOICES = [{"id": "yes", "text": "是"}, {"id": "no", "text": "不是"}]
WORDS = st.text(st.sampled_from("退款，已。到账！\nabc 1👋"), max_size=900)


def a_line(seq, text, author=Author.BOT, **more):
    return Message(f"m{seq}", "talk", seq, author, text, NOW, **more)


def lines_of(*spoken):
    return [a_line(seq, text, author) for seq, (author, text) in enumerate(spoken, 1)]


def a_sending(seq, text, **more):
    return Sending(f"s{seq}", "talk", seq, seq, 0, "text", body(text), NOW, NOW, **more)


def texts(found):
    return [piece.body["text"] for piece in found]


def test_what_bot_and_desk_say_together_is_one_message():
    found = pieces(lines_of((Author.BOT, "抱歉。"), (Author.DESK, "编号 1。")), Terms())
    assert texts(found) == ["抱歉。\n\n编号 1。"]
    assert (found[0].from_seq, found[0].to_seq) == (1, 2)


def test_what_people_say_are_messages_of_their_own():
    spoken = [(Author.DESK, "小李来了。"), (Author.AGENT, "您好"), (Author.AGENT, "请讲")]
    assert texts(pieces(lines_of(*spoken), Terms())) == ["小李来了。", "您好", "请讲"]


def test_what_customers_say_and_what_was_said_in_wecom_is_not_sent():
    there = a_line(2, "在企业微信里说的", Author.AGENT, client_id=f"{MIRRORED}1")
    assert pieces([a_line(1, "在吗", Author.CUSTOMER), there], Terms()) == []


def test_choices_are_numbered_where_there_are_no_menus():
    (piece,) = pieces([a_line(1, "对吗？", choices=CHOICES)], Terms())
    assert piece.body["text"].startswith("对吗？\n1. 是\n2. 不是")
    assert piece.body["choices"] == []


def test_choices_are_a_menu_after_all_other_words_where_there_are_menus():
    lines = [a_line(1, "抱歉。"), a_line(2, "对吗？", choices=CHOICES)]
    words, menu = pieces(lines, Terms(menus=True))
    assert (words.body["text"], words.body["choices"]) == ("抱歉。", [])
    assert (menu.body["text"], menu.body["choices"]) == ("对吗？", CHOICES)
    assert without_menu(menu.body)["text"].startswith("对吗？\n1. 是")


def test_choices_without_words_stand_behind_the_words_before_them():
    lines = [a_line(1, "请评价。"), a_line(2, "", choices=CHOICES)]
    for menus in (False, True):
        (piece,) = pieces(lines, Terms(menus=menus))
        assert piece.body["text"].startswith("请评价。\n\n1. 是\n2. 不是")


def test_links_of_strangers_go_out_as_plain_words():
    (piece,) = pieces([a_line(1, '<a href="weixin://x">点我</a>', choices=CHOICES)], Terms(menus=True))
    assert "<a" not in piece.body["text"]


def test_nothing_of_what_an_agent_says_is_left_out():
    text = "".join(f"第{nth}句话说到这里。" for nth in range(1500))
    found = pieces([a_line(1, text, Author.AGENT)], Terms())
    assert "".join(texts(found)) == text
    assert len(found) > MOST_PARTS


@given(st.lists(WORDS, max_size=8), st.booleans(), st.booleans())
def test_a_turn_is_at_most_five_messages_none_too_long_none_empty(spoken, offered, menus):
    lines = [a_line(seq, text or "。") for seq, text in enumerate(spoken, 1)]
    if lines and offered:
        lines[-1].choices = CHOICES
    found = pieces(lines, Terms(menus=menus))
    assert len(found) <= MOST_PARTS
    assert all(0 < size(text) <= 2048 for text in texts(found))
    assert [piece.part for piece in found] == list(range(len(found)))


def test_messages_that_wait_are_joined_until_there_is_room_for_them():
    waiting = [a_sending(nth, f"第{nth}句") for nth in range(1, 5)]
    needless = squeezed(waiting, 2, Terms())
    assert [one.body["text"] for one in waiting] == ["第1句\n\n第2句\n\n第3句", "第4句"]
    assert [one.id for one in needless] == ["s2", "s3"]
    assert waiting[0].to_seq == 3


def test_messages_for_which_there_is_room_stay_as_they_are():
    waiting = [a_sending(1, "一"), a_sending(2, "二")]
    assert squeezed(waiting, 2, Terms()) == []


def test_what_was_tried_before_is_never_changed():
    waiting = [a_sending(1, "一", attempts=1), a_sending(2, "二")]
    assert squeezed(waiting, 1, Terms()) == []


def test_nothing_is_joined_behind_a_menu_or_beyond_the_limit():
    assert joined(body("对吗？", CHOICES), body("好"), 2048) is None
    assert joined(body("一" * 400), body("二" * 400), 2048) is None
