"""Short answers read without the model: a yes to the read-back draft, and 「等会儿告诉你」."""

from types import SimpleNamespace

import pytest

from bot.services import confirming, postponing
from tests.rooms import reading


def said(text, label=None, confidence=0.9, choice=None, **entities):
    """As much of a turn as short answers are read from."""
    message = SimpleNamespace(choice=choice)
    return SimpleNamespace(plain=text, message=message, reading=reading(label, confidence, **entities))


@pytest.mark.parametrize(
    "text",
    [
        "对", "对的", "没错", "是的", "好的", "嗯", "嗯嗯，对", "可以", "行吧", "好，提交吧",
        "确认无误", "没问题", "没有要改的", "不用改了", "没了", "就这样", "对，麻烦快点", "好的好的",
        "OK", "嗯，没有错",
    ],
)  # fmt: skip
def test_a_yes_confirms_whatever_the_model_takes_it_for(text):
    assert confirming.agrees(said(text))
    assert confirming.agrees(said(text, "chitchat"))


@pytest.mark.parametrize(
    "text",
    [
        "不对", "不是", "错了", "要改", "好的，但是电话要改一下", "对了，电话写错了", "我再看看",
        "谢谢", "你们是骗子", "有错",
    ],
)  # fmt: skip
def test_what_is_no_plain_yes_confirms_nothing(text):
    assert not confirming.agrees(said(text))


def test_a_yes_with_a_fact_in_it_is_more_than_a_yes():
    assert not confirming.agrees(said("对，电话13900001234", "affirm", phone="13900001234"))


def test_only_its_own_button_confirms():
    assert confirming.agrees(said("没错，提交", "affirm", choice="confirm"))
    assert not confirming.agrees(said("没有/不方便", "deny", choice="refuse"))


@pytest.mark.parametrize(
    "text",
    [
        "等会儿告诉你", "我找找", "晚点发", "等一下", "稍等", "等我看看", "待会儿发给你", "回头给你",
        "我再找找看", "回家再看", "到家拍给你", "单子不在手边", "明天发你", "过一会儿说", "我翻一下",
        "好的，等一下", "我问一下家里人",
    ],
)  # fmt: skip
def test_later_is_neither_an_answer_nor_a_refusal(text):
    assert postponing.is_meant(said(text))


@pytest.mark.parametrize(
    "text",
    [
        "没有", "不方便", "昨天晚上", "等了三个小时", "还没看医生", "等会儿去医院", "家乐福",
        "不记得了", "扔了", "晚点去看医生", "放在冰箱里",
        "你们让我等了一个星期才给我回复，到现在也没有人告诉我是怎么回事",
    ],
)  # fmt: skip
def test_an_answer_or_a_refusal_is_not_put_off(text):
    assert not postponing.is_meant(said(text))


def test_facts_and_complaints_are_not_put_off():
    assert not postponing.is_meant(said("等下发，先记电话", "inform", phone="13900001234"))
    assert not postponing.is_meant(said("等一下，还有客服骂人", "service.quality"))
