"""Windows: how many messages of ours they hold, how long they stay open, and what opens a new one."""

from datetime import UTC, datetime, timedelta

from bot.domain.wechat import Quota, Window, WindowKind

NOON = datetime(2026, 3, 18, 4, 0, tzinfo=UTC)
QUOTA = Quota()
MINUTE, DAYS = timedelta(seconds=60), timedelta(hours=48)


def test_a_message_allows_five_in_two_days():
    window = Window(WindowKind.MESSAGE, NOON)
    assert window.left(NOON, QUOTA) == 5
    assert window.until(NOON, QUOTA) == NOON + DAYS
    assert window.left(NOON + DAYS - timedelta(seconds=1), QUOTA) == 5
    assert window.left(NOON + DAYS, QUOTA) == 0
    assert window.until(NOON + DAYS, QUOTA) is None


def test_a_click_allows_three_in_a_minute():
    window = Window(WindowKind.CLICK, NOON)
    assert window.left(NOON, QUOTA) == 3
    assert window.until(NOON, QUOTA) == NOON + MINUTE
    assert window.left(NOON + MINUTE, QUOTA) == 0


def test_what_is_spent_is_spent_and_never_less_than_nothing():
    window = Window(WindowKind.MESSAGE, NOON).spent().spent(2)
    assert (window.sent, window.left(NOON, QUOTA)) == (3, 2)
    assert window.spent(7).left(NOON, QUOTA) == 0
    assert window.spent(2).until(NOON, QUOTA) is None


def test_the_numbers_are_configurable():
    quota = Quota(messages=20, message_time=timedelta(hours=1), clicks=1, click_time=timedelta(seconds=5))
    message, click = Window(WindowKind.MESSAGE, NOON), Window(WindowKind.CLICK, NOON)
    assert (message.left(NOON, quota), message.until(NOON, quota)) == (20, NOON + timedelta(hours=1))
    assert (click.left(NOON, quota), click.until(NOON, quota)) == (1, NOON + timedelta(seconds=5))


def test_a_message_opens_a_new_window():
    later = NOON + timedelta(hours=3)
    used = Window(WindowKind.MESSAGE, NOON, sent=5)
    assert used.renewed(WindowKind.MESSAGE, later, QUOTA) == Window(WindowKind.MESSAGE, later)


def test_a_click_never_shortens_what_a_message_opened():
    later = NOON + timedelta(hours=3)
    one_left = Window(WindowKind.MESSAGE, NOON, sent=4)
    assert one_left.renewed(WindowKind.CLICK, later, QUOTA) == one_left
    assert one_left.renewed(WindowKind.CLICK, NOON + DAYS, QUOTA) == Window(WindowKind.CLICK, NOON + DAYS)
    used = Window(WindowKind.MESSAGE, NOON, sent=5)
    assert used.renewed(WindowKind.CLICK, later, QUOTA) == Window(WindowKind.CLICK, later)


def test_what_comes_late_does_not_turn_the_window_back():
    window = Window(WindowKind.MESSAGE, NOON, sent=4)
    assert window.renewed(WindowKind.MESSAGE, NOON - timedelta(minutes=5), QUOTA) == window
    assert window.renewed(WindowKind.MESSAGE, NOON, QUOTA) == Window(WindowKind.MESSAGE, NOON)
    assert window.renewed(WindowKind.CLICK, NOON - timedelta(minutes=5), QUOTA) == window
