"""Messages as 微信客服 takes them."""

import pytest

from bot.domain.reading import Choice
from bot.services.wechat.carrying import Parcel
from bot.services.wechat.kf_carrier import kf_body

YES, NO = Choice("yes", "是的，撤销"), Choice("no", "不撤销")


def body(text, *choices, most_bytes=2048):
    return kf_body(Parcel("01abc", "talk", "wkA", "wkA:wmLi", text, choices), most_bytes)


def test_a_text_is_a_text():
    assert body("您好") == {"msgtype": "text", "text": {"content": "您好"}}


def test_choices_are_a_menu():
    menu = body("要撤销吗？", YES, NO)["msgmenu"]
    assert menu["head_content"] == "要撤销吗？"
    assert [(one["click"]["id"], one["click"]["content"]) for one in menu["list"]] == [
        ("yes", "是的，撤销"),
        ("no", "不撤销"),
    ]


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("长" * 400, [YES, NO]),
        ("长" * 680, [YES, NO]),
        ("选一个", [Choice(f"c{nth}", f"第{nth}个") for nth in range(11)]),
        ("选一个", [Choice("long", "长" * 50), NO]),
    ],
)
def test_what_is_no_menu_for_the_platform_is_a_text_with_all_its_choices(text, choices):
    made = body(text, *choices)["text"]["content"]
    assert len(made.encode()) <= 2048
    assert made.startswith(text[:300])
    assert all(one.text in made for one in choices)


def test_more_choices_than_a_text_holds_are_cut_and_never_too_long():
    made = body("选一个", *[Choice(f"c{nth}", "长" * 100) for nth in range(40)])["text"]["content"]
    assert len(made.encode()) <= 2048
