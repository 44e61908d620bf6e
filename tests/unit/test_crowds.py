"""How many people complain together, read from what one of them writes."""

import pytest

from bot.domain.crowds import number, together


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("我们十几户都没水", 11),
        ("三个人都吃坏了", 3),
        ("我们一家三口吃完都拉肚子", 3),
        ("全家4个人都吐了", 4),
        ("我们几个人一起投诉", 3),
        ("我们小区上百户业主都停水", 100),
        ("二十多户联名投诉", 21),
        ("我们俩都吐了", 2),
        ("我们楼12户全部漏水", 12),
        ("两三个人都吃坏了", 2),
        ("我们公司15个同事都拉肚子了", 15),
        ("我们两个人吃的，宿舍六个人都拉肚子了", 6),
    ],
)
def test_people_who_complain_together_are_counted_at_least(text, people):
    assert together(text) == people


@pytest.mark.parametrize(
    "text",
    [
        "我一个人", "你们三个保安都不管", "三个人都不理我", "前面排了十个人", "等了三个人", "五人餐",
        "我们打了五个电话", "我们等了三个小时", "买了三个人的票", "一共来了3个人都没修好", "20260118",
        "十家店都没货", "",
    ],
)  # fmt: skip
def test_other_people_and_other_numbers_are_no_crowd(text):
    assert together(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("十", 10), ("十几", 11), ("三十几", 31), ("一百二十", 120), ("两千", 2000)]
)
def test_chinese_numbers_are_read(text, value):
    assert number(text) == value
