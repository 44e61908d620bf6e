"""Where there are no buttons, customers pick with a number, or with the words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.script import convert
from bot.domain.wechat import numbered, picked

CHOICES = [
    {"id": "yes", "text": "对的"},
    {"id": "change", "text": "不对，我要修改"},
    {"id": "person", "text": "转人工"},
]
STARS = [{"id": f"star{nth}", "text": str(nth)} for nth in (5, 4, 3, 2, 1)]
MANY = [{"id": f"c{nth}", "text": f"选项{chr(64 + nth)}"} for nth in range(1, 13)]
NUMBERS = "2 ２ 二 2. 2。 2、 (2) （二） ② 2️⃣ ⑵ ⒉ 2号 2號 第2项 两 貳 2吧 「2」 2! 2~"
WORDY = "选2 選２ 选择二 第二个 第二個 我选第二个 我要2 要2 回复2 按2"
STRANGE = "0 4 99 100 十 -1 1.5 12 一一 一百 1个半 1天 我有1个问题 2026 13800138000 ²³"
UNCLEAR = "选 。 对的吗 不对 一点也不对 第二天 第一次 两个都不对"
STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=300)


def simplified(text):
    return convert(text, "hans")


def test_choices_stand_below_with_their_numbers():
    assert numbered("以上对吗？", CHOICES) == (
        "以上对吗？\n1. 对的\n2. 不对，我要修改\n3. 转人工\n（回复数字就可以选。）"
    )
    assert numbered("以上对吗？", CHOICES[:1], hint="") == "以上对吗？\n1. 对的"
    assert numbered("以上對嗎？", CHOICES[:1]).endswith("\n（回覆數字就可以選。）")
    assert numbered("您好。", []) == "您好。"


@pytest.mark.parametrize(
    "text",
    [
        " 2 ",
        "选 2",
        "回覆 2",
        *NUMBERS.split(),
        *WORDY.split(),
    ],
)
def test_a_number_picks_however_it_is_written(text):
    assert picked(text, CHOICES) == "change"


@pytest.mark.parametrize(
    "text", ["对的", "对的。", "對的", " 对的！", "「对的」", "1. 对的", "1、對的", "１．对的", "1）对的"]
)
def test_the_words_pick_in_either_script(text):
    assert picked(text, CHOICES, simplified) == "yes"


def test_the_words_are_known_when_the_choices_are_traditional():
    choices = [{"id": "person", "text": "轉人工"}]
    assert picked("转人工", choices, simplified) == picked("轉人工", choices, simplified) == "person"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1 2",
        "1\n2",
        "2. 对的",
        "9. 对的",
        "1. 转人工",
        *STRANGE.split(),
        *UNCLEAR.split(),
    ],
)
def test_anything_else_picks_nothing(text):
    assert picked(text, CHOICES, simplified) is None


@pytest.mark.parametrize(
    ("text", "id"), [("10", "c10"), ("十", "c10"), ("十一", "c11"), ("12", "c12"), ("第十二个", "c12")]
)
def test_numbers_over_nine_pick_too(text, id):
    assert picked(text, MANY) == id
    assert picked("二十", MANY) is None


def test_a_long_text_is_no_number_however_it_begins():
    assert picked("选" + " " * 30 + "2", CHOICES) is None


def test_choices_that_are_numbers_are_picked_by_what_they_say():
    assert numbered("请打分", STARS) == "请打分\n5\n4\n3\n2\n1"
    assert [picked(text, STARS) for text in ("5", "５", "1", "6", "五星")] == [
        "star5",
        "star5",
        "star1",
        None,
        None,
    ]


def test_without_choices_nothing_is_picked():
    assert picked("1", []) is None


@STEADY
@given(st.text(max_size=30))
def test_whatever_is_written_picks_a_choice_or_nothing(text):
    assert picked(text, CHOICES) in {None, "yes", "change", "person"}


@STEADY
@given(
    st.lists(st.text("对错是否转人工退款换货", min_size=1, max_size=6), min_size=1, max_size=10, unique=True)
)
def test_every_choice_is_reached_by_its_number_and_by_its_words(words):
    choices = [{"id": str(nth), "text": text} for nth, text in enumerate(words)]
    lines = numbered("请选", choices).splitlines()[1:-1]
    for nth, row in enumerate(choices, 1):
        assert (
            picked(str(nth), choices)
            == picked(row["text"], choices)
            == picked(lines[nth - 1], choices)
            == row["id"]
        )
