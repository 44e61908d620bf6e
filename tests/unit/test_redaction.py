"""What is personal in a text is found, and nothing else is lost."""

import pytest

from bot.domain.redaction import Personal, is_placeholder, placeholder

NOBODY = Personal()


@pytest.mark.parametrize(
    ("text", "kind", "hidden"),
    [
        ("我电话13900001234，快点", "电话", "13900001234"),
        ("打139 0000 1234找我", "电话", "139 0000 1234"),
        ("座机021-87654321", "电话", "021-87654321"),
        ("家里电话87654321", "号码", "87654321"),
        ("身份证11010119900307123X", "证件号", "11010119900307123X"),
        ("旧身份证110101900307123", "号码", "110101900307123"),
        ("送到上海市测试路1号3栋201室", "地址", "送到上海市测试路1号3栋201室"),
        ("阳光花园3栋2单元501室漏水", "地址", "阳光花园3栋2单元501室"),
        ("我叫王小芳，要退货", "姓名", "王小芳"),
    ],
)
def test_personal_data_is_found(text, kind, hidden):
    assert (hidden, kind) in NOBODY.split(text)
    assert placeholder(kind) in NOBODY.hidden(text)
    assert hidden not in NOBODY.hidden(text)


@pytest.mark.parametrize(
    "text",
    ["批号20260318的奶茶", "2026-03-18 10:00 买的", "K4837-19209", "等了3天，赔我100元", "我叫了三次人", ""],
)
def test_ordinary_texts_stay_as_they_are(text):
    assert NOBODY.hidden(text) == text


def test_what_the_case_knows_of_a_person_is_found_wherever_it_stands():
    personal = Personal.of([("称呼", "王女士"), ("姓名", "王"), ("身体不适状况", "腹泻")])
    assert personal.hidden("王女士说腹泻了，王朝饮料") == "【称呼已隐去】说【身体不适状况已隐去】了，王朝饮料"


def test_the_longer_of_two_that_begin_together_is_hidden():
    personal = Personal.of([("姓名", "王芳"), ("称呼", "王芳女士")])
    assert personal.hidden("王芳女士来电") == "【称呼已隐去】来电"


def test_the_pieces_make_up_the_text_again():
    text = "我叫王芳，电话13900001234，住阳光花园3栋501室，身份证11010119900307123X。"
    assert "".join(piece for piece, _ in NOBODY.split(text)) == text


def test_only_what_we_put_there_is_a_placeholder():
    assert is_placeholder(placeholder("电话"))
    assert not is_placeholder("【电话已隐去】，另外")
    assert not is_placeholder("退款100元")
