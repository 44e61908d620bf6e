"""What must never be said: found in texts, refused in packs, absent from everything that the desk says."""

import re

import pytest

from bot.adapters.script import convert
from bot.domain.handbook.checking import check
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.model import Pack
from bot.domain.handbook.taboo_checks import told_to_customers
from bot.domain.handbook.taboos import Taboo, slips
from bot.services.words import _BUTTONS, _STATES
from tests.desks import handbook

TABOOS = tuple(handbook().taboos.values())
# Said as printed; each of these sentences has the mark by which a supervisor holds it back.
PRINTED = {("S-BEV-TETRA-1", "绝非", "X-01"), ("S-BEV-TETRA-1", "杜绝", "X-03")}
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]")
GRAVE = ("understand.grave", "understand.death", "understand.family", "danger.", "illness.urgent")


def broken(text):
    return {slip.taboo.id for slip in slips(TABOOS, convert(text, "hans"))}


def spoken():
    """Every way to say everything that the bot may say, by clause."""
    for clause in handbook().clauses.values():
        if clause.may_be_said:
            yield from ((clause, "".join(unit.sent for unit in way)) for way in clause.ways)


def own_texts():
    told = [text for pack in handbook().packs for _, _, text in told_to_customers(pack)]
    return [*told, *_BUTTONS.values(), *_STATES.values()]


@pytest.mark.parametrize(("taboo", "text"), [
    ("T-P1", "这种问题连小孩子都知道!"),
    ("T-P1", "这么简单的问题您自己看说明书吧"),
    ("T-P1", "三岁小孩都懂"),
    ("T-P2", "你要知道,一分钱,一分货!"),
    ("T-P2", "一分价钱一分货嘛"),
    ("T-P2", "便宜没好货"),
    ("T-P3", "绝对不可能有这种事发生。"),
    ("T-P3", "这是不可能的"),
    ("T-P3", "我们从来没有出过这种问题"),
    ("T-P3", "我們的產品肯定沒有問題"),
    ("T-B5", "您这是无理取闹"),
    ("T-B49", "您这是敲诈我们"),
    ("T-B9", "您爱投诉就投诉去吧"),
    ("T-B39", "这不是我们的责任"),
    ("T-B39", "是您自己弄坏的"),
    ("T-B15", "您去找快递公司吧"),
    ("T-B37", "保证以后不会再发生"),
    ("T-B38", "没办法，就这样"),
    ("T-B43", "我估计是您保管不当"),
    ("T-B8", "您又不是专业的"),
    ("T-B34", "没有发票就不能处理"),
    ("T-B48", "内部规定不方便说"),
])  # fmt: skip
def test_what_the_documents_forbid_is_found_in_either_script(taboo, text):
    assert taboo in broken(text)


@pytest.mark.parametrize("text", [
    "您反映的问题属实，是我们的责任，非常抱歉。",
    "我马上为您核实，明天上午给您回电。",
    "请问您方便提供小票照片吗？没有也没关系。",
    "这件事和您没关系，是我们的疏忽。",
    "这个问题我们已经转给品管部。",
    "我不清楚的地方会请同事核实后答复您。",
    "我一定会帮您跟进到底。",
    "请尽快去医院就诊，也可以去问医生。",
    "您看可不可能明天上午过来？",
])  # fmt: skip
def test_what_an_agent_may_well_say_breaks_nothing(text):
    assert broken(text) == set()


def test_a_slip_says_where_it_stands():
    (slip,) = slips(TABOOS, "您好，一分钱一分货，再见。")
    assert "您好，一分钱一分货，再见。"[slip.start : slip.end] == "一分钱一分货"


def test_every_phrase_of_the_documents_breaks_its_own_taboo():
    for taboo in TABOOS:
        if taboo.id.startswith("T-P"):
            assert taboo.id in broken(taboo.phrase), taboo.id


def test_nothing_in_our_own_words_breaks_a_taboo():
    for text in own_texts():
        assert broken(text) == set(), text


def test_what_the_documents_print_breaks_one_only_where_a_supervisor_can_hold_it_back():
    found = {
        (clause.id, convert(unit.sent, "hans")[slip.start : slip.end], unit.risk)
        for clause in handbook().clauses.values()
        if clause.may_be_said and clause.source != "desk"
        for unit in clause.wording
        for slip in slips(TABOOS, convert(unit.sent, "hans"))
    }
    assert found == PRINTED


def a_pack(**more):
    return Pack(id="ours", title="我们", **more)


def problems_of(pack, place):
    return [problem.message for problem in check([pack]) if place in problem.place]


def taboo(**more):
    values = {"source": "D1", "phrase": "滚。", "reason": "无礼", "patterns": ("滚",)}
    return Taboo(id="T-X1", **{**values, **more})


def test_a_pack_with_a_taboo_in_a_sentence_of_its_own_is_refused():
    said = Clause(id="K-X-1", audience="customer", source="desk", variants=(("好。",), ("请", "滚。")))
    (problem,) = [
        text for text in problems_of(a_pack(clauses=(said,), taboos=(taboo(),)), "K-X-1") if "滚" in text
    ]
    assert "T-X1" in problem


def test_a_pack_with_a_taboo_in_a_meaning_is_refused():
    pack = a_pack(meanings={"greet": "叫我滚"}, taboos=(taboo(),))
    assert any("T-X1" in text for text in problems_of(pack, "meanings[greet]"))


def test_internal_text_and_quotations_are_left_alone():
    internal = Clause(id="S-X-1", audience="internal", document="D1", place="1", wording=("不说滚。",))
    assert not any(
        "T-X1" in text for text in problems_of(a_pack(clauses=(internal,), taboos=(taboo(),)), "S-X-1")
    )


def test_a_better_clause_has_to_exist_and_to_be_for_customers():
    internal = Clause(id="S-X-1", audience="internal", document="D1", place="1", wording=("不说。",))
    assert problems_of(a_pack(taboos=(taboo(better="S-X-2"),)), "T-X1") != []
    assert problems_of(a_pack(clauses=(internal,), taboos=(taboo(better="S-X-1"),)), "T-X1") != []


def test_a_pattern_that_is_none_is_refused():
    with pytest.raises(ValueError, match="正则表达式"):
        taboo(patterns=("(",))


def test_nothing_that_the_bot_says_holds_an_emoji():
    for text in [*(text for _, text in spoken()), *own_texts()]:
        assert not EMOJI.search(text), text


def test_nothing_is_exclaimed_to_somebody_who_is_ill_or_in_danger():
    for clause, text in spoken():
        if (clause.situation or "").startswith(GRAVE):
            assert not set("!！~～") & set(text), clause.id
