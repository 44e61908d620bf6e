import pytest

from bot.domain.labels import ALL, COMPLAINTS
from bot.domain.training_data import Apart, Row, annotation_faults, plain, variety_faults


def faults(*rows, apart=()):
    """What is found about these (label, text) rows, "r1" and on, but that there are too few of them."""
    named = [Row(f"r{number}", label, text) for number, (label, text) in enumerate(rows, start=1)]
    kept = [Apart(f"a{number}", text) for number, text in enumerate(apart, start=1)]
    return [str(fault) for fault in variety_faults(named, kept) if fault.where != "data/nlu"]


@pytest.mark.parametrize(
    "written",
    [
        "[牛奶](product)坏了",
        "[牛奶](product:奶)坏了",
        '[牛奶]{"entity": "product"}坏了',
        "[微笑]你们行",
        "(昨天)买的",
        "没有标注",
        "[两箱](quantity)[牛奶](product)",
    ],
)
def test_a_right_annotation_has_no_fault(written):
    assert list(annotation_faults(written)) == []


@pytest.mark.parametrize(
    "written",
    [
        "[牛奶(product)坏了",
        "牛奶](product)坏了",
        "[牛奶](product坏了",
        "[牛奶] (product)坏了",
        "[牛奶]（product）坏了",
        "【牛奶】(product)坏了",
        "[[牛奶](product)坏了",
        "[](product)坏了",
    ],
)
def test_brackets_that_do_not_match_are_a_fault(written):
    assert any("括号不成对" in fault for fault in annotation_faults(written))


def test_an_unknown_kind_of_fact_is_named():
    assert list(annotation_faults("[雨](rain)")) == ["未知实体 rain"]


def test_blanks_inside_the_brackets_are_a_fault():
    assert "两端有空格" in next(annotation_faults("[ 牛奶](product)"))


def test_a_message_without_its_annotations_is_what_the_customer_types():
    assert plain('[两箱](quantity)[奶]{"entity": "product"}[微笑]') == "两箱奶[微笑]"


def test_one_text_under_two_labels_is_told_with_both_places():
    assert faults(("greet", "你好！"), ("thank", "你好")) == ["r2: 与 r1 同文，标签却不同（thank、greet）"]


def test_a_text_that_stands_twice_is_told_once():
    text = "水有怪味，不敢给孩子喝"
    assert faults(("water.odor", text), ("water.odor", f"[水](product){text[1:]}")) == ["r2: 与 r1 重复"]


def test_a_template_with_other_facts_in_its_slots_is_a_near_copy():
    rows = [
        ("carton.empty", "我买的[一箱](quantity)[牛奶](product)里有空包"),
        ("carton.empty", "我买的[三提](quantity)[核桃花生露](product)里有空包"),
    ]
    assert faults(*rows) == ["r2: 与 r1 几乎相同，请换个说法或删去"]


def test_the_same_words_under_another_label_are_no_near_copy():
    assert faults(("greet", "客服你在不在呀啊"), ("urge", "客服你在不在呀喂")) == []


def test_bare_facts_may_differ_only_in_their_values():
    assert faults(("inform", "[13800001111](phone)"), ("inform", "[13900002222](phone)")) == []


def test_a_row_that_is_measured_with_is_told_whatever_its_label():
    apart = ["粥里吃出一只大苍蝇，恶心", "人工客服"]
    rows = [
        ("greet", "粥里吃出一只大苍蝇恶心"),
        ("illness", "粥里吃出两只大苍蝇，恶心"),
        ("greet", "人工客服"),
    ]
    assert faults(*rows, apart=apart) == [
        "r1: 与评测用的 a1 相同，不能用来训练",
        "r2: 与评测用的 a1 几乎相同，不能用来训练",
        "r3: 与评测用的 a2 相同，不能用来训练",
    ]


def test_everybodys_phrase_may_be_trained_and_measured_with():
    assert faults(("thank", "谢谢"), apart=["谢谢！"]) == []


def test_labels_with_too_few_examples_are_told():
    told = {
        fault.what for fault in variety_faults([Row("r1", "greet", "你好")], []) if fault.where == "data/nlu"
    }
    assert len(told) == len(ALL)
    assert "标签 greet 只有 1 条例句，至少要 40 条" in told
    assert all(f"标签 {label} 只有 0 条例句，至少要 60 条" in told for label in COMPLAINTS)
