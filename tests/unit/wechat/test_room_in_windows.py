"""What may still be sent to a customer, and what the platform's word changes about it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.wechat_records import Chat, WindowKind
from bot.services.wechat.carrying import Terms
from bot.services.wechat.windows import Room, open_window, room, shut, shuts_at, spent

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
TERMS = Terms()


@pytest.fixture
def chat():
    return Chat("talk", "wechat", "appid")


def test_without_a_window_nothing_may_be_sent(chat):
    assert room(chat, TERMS, NOW) == Room(0, None)
    assert shuts_at(chat, TERMS) is None


@pytest.mark.parametrize(
    ("kind", "left", "length"),
    [(WindowKind.MESSAGE, 5, timedelta(hours=48)), (WindowKind.CLICK, 3, timedelta(minutes=1))],
)
def test_a_window_holds_so_many_messages_for_so_long(chat, kind, left, length):
    open_window(chat, kind, TERMS, NOW)
    assert room(chat, TERMS, NOW) == Room(left, NOW + length)
    chat.window_sent = 2
    assert room(chat, TERMS, NOW).left == left - 2
    assert not room(chat, TERMS, NOW + length).is_open


def test_a_click_takes_nothing_away_from_what_a_message_has_opened(chat):
    open_window(chat, WindowKind.MESSAGE, TERMS, NOW)
    chat.window_sent = 4
    open_window(chat, WindowKind.CLICK, TERMS, NOW + timedelta(hours=1))
    assert room(chat, TERMS, NOW + timedelta(hours=2)) == Room(1, NOW + timedelta(hours=48))


def test_a_click_opens_a_minute_once_the_messages_are_used_up(chat):
    open_window(chat, WindowKind.MESSAGE, TERMS, NOW)
    spent(chat, TERMS)
    open_window(chat, WindowKind.CLICK, TERMS, NOW)
    assert room(chat, TERMS, NOW).left == 3


def test_a_message_opens_a_window_anew(chat):
    open_window(chat, WindowKind.MESSAGE, TERMS, NOW)
    chat.window_sent, chat.warned_at = 5, NOW
    open_window(chat, WindowKind.MESSAGE, TERMS, NOW + timedelta(hours=1))
    assert (room(chat, TERMS, NOW + timedelta(hours=1)).left, chat.warned_at) == (5, None)


def test_the_platforms_word_goes_before_our_own_counting(chat):
    open_window(chat, WindowKind.MESSAGE, TERMS, NOW)
    spent(chat, TERMS)
    assert room(chat, TERMS, NOW).left == 0
    assert shuts_at(chat, TERMS) == NOW + timedelta(hours=48)
    shut(chat)
    assert shuts_at(chat, TERMS) is None
