"""What is kept of a message to train with: nothing personal, and the facts where they stand."""

import pytest

from bot.domain.correction import LONGEST_PART, Correction, CorrectionKind, Marked, Part
from bot.domain.errors import InvalidInput
from bot.domain.placeholders import filled, personal
from bot.domain.reading import Entity
from tests.records import NOW


def kept(text, fields=None, **facts):
    """The text with fillers, and the values of the facts in it; facts are given as kind=value."""
    entities = [
        Entity(kind, value, text.index(value), text.index(value) + len(value))
        for kind, value in facts.items()
    ]
    marks = [Marked(one.entity, one.start, one.end) for one in entities]
    found, moved = filled(text, personal(entities, fields or {}), marks)
    return found, {mark.entity: found[mark.start : mark.end] for mark in moved}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话139 0000 1234，快点", "电话000 0000 0000，快点"),
        ("座机021-87654321没人接", "座机000-00000000没人接"),
        ("身份证11010119900307123X", "身份证00000000000000000X"),
        ("我叫王小芳，要退货", "我叫某某，要退货"),
        ("阳光花园3栋2单元501室漏水", "某地漏水"),
        ("批号20260318的奶茶", "批号20260318的奶茶"),
    ],
)
def test_what_looks_personal_is_replaced_by_what_looks_alike(text, expected):
    assert kept(text)[0] == expected


def test_facts_that_name_somebody_are_replaced_and_stay_marked():
    text = "杨女士的牛奶酸了，单号SF1234567890123，电话13812345678"
    found, facts = kept(
        text, person="杨女士", product="牛奶", order_no="SF1234567890123", phone="13812345678"
    )
    assert found == "某女士的牛奶酸了，单号SF0000000000000，电话00000000000"
    assert facts == {
        "person": "某女士", "product": "牛奶", "order_no": "SF0000000000000", "phone": "00000000000",
    }  # fmt: skip


def test_a_number_in_chinese_digits_is_replaced_too():
    assert kept("打我电话幺三八一二三四", phone="幺三八一二三四")[0] == "打我电话0000000"


def test_a_phone_that_only_the_case_knows_is_replaced():
    assert kept("还是 8765432 这个", {"phone": "8765432"})[0] == "还是 0000000 这个"


@pytest.mark.parametrize(
    "text", ["我叫王小芳，电话13900001234", "住测试路1号3栋201室，座机021-87654321", "普通的话"]
)
def test_replacing_again_changes_nothing(text):
    once = kept(text)[0]
    assert kept(once)[0] == once


def test_a_row_is_written_as_rasa_reads_it():
    part = Part.of("  牛奶\n是酸的[真的] ", "food.quality", [Marked("product", 2, 4)])
    assert part.written == "[牛奶](product) 是酸的【真的】"
    assert Part.from_json(part.to_json()) == part


def test_the_second_of_two_same_words_is_marked_where_it_stands():
    part = Part.of("牛奶和牛奶", "food.quality", [Marked("product", 3, 5)])
    assert part.written == "牛奶和[牛奶](product)"


def test_overlapping_facts_are_kept_once():
    part = Part.of("草莓牛奶", "food.quality", [Marked("product", 0, 4), Marked("flavour", 0, 2)])
    assert part.written == "[草莓牛奶](product)"


@pytest.mark.parametrize(
    ("text", "label", "marks"),
    [
        (" \n", "greet", []),
        ("好" * (LONGEST_PART + 1), "greet", []),
        ("你好", "nothing.known", []),
        ("你好", "greet", [Marked("product", 0, 9)]),
        ("你好", "greet", [Marked("mood", 0, 1)]),
    ],
)
def test_a_row_that_can_not_be_trained_with_is_refused(text, label, marks):
    with pytest.raises(InvalidInput):
        Part.of(text, label, marks)


def answer(*parts, kind=CorrectionKind.LABEL):
    return Correction("c", "m", "li", NOW, kind, parts)


def test_two_agree_when_labels_and_facts_are_the_same():
    one = answer(Part.of("牛奶酸了", "food.quality", [Marked("product", 0, 2)]))
    assert one.agrees_with(answer(Part.of("我的牛奶酸了", "food.quality", [Marked("product", 2, 4)])))
    assert not one.agrees_with(answer(Part.of("牛奶酸了", "food.quality", [])))
    assert not one.agrees_with(answer(kind=CorrectionKind.SKIP))
    small_talk = Part.of("天气不错", "chitchat", [])
    assert answer(small_talk).agrees_with(answer(small_talk, kind=CorrectionKind.OFFTOPIC))
