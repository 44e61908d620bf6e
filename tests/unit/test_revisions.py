"""The rules that a clause's new words have to keep, and how a change is shown."""

import pytest

from bot.adapters.script import convert
from bot.domain.handbook.clause import COMPANY, Clause, Unit
from bot.domain.handbook.clause_checks import check_clauses
from bot.domain.handbook.edition_checks import allowed_values, check_revision
from bot.domain.handbook.edition_diff import Change, Part, parts, rows
from bot.domain.handbook.edition_making import TypedSentence, known_units, typed_ways
from bot.domain.handbook.editions import named, revised
from bot.domain.handbook.risky import is_near
from bot.domain.handbook.situations import SITUATIONS
from bot.domain.handbook.wording import say
from bot.services.situation_titles import TITLES
from tests.desks import handbook


def reworded(clause_id, changed=None, added=(), way=0):
    """A clause with some sentences changed (by key) and some added to one of its ways."""
    printed = handbook().clause(clause_id)
    typed = [
        [TypedSentence(u.key, (changed or {}).get(u.key, u.sent), u.paragraph, u.held) for u in one]
        for one in named(printed)
    ]
    typed[way] += [TypedSentence("", text) for text in added]
    known = known_units(printed)
    return revised(printed, typed_ways(printed, known, typed, known.keys()), 1001)


def findings(clause_id, changed=None, added=(), **more):
    after = reworded(clause_id, changed, added, **more)
    return [(key, message) for key, message in check_revision(handbook(), handbook(), after, convert)]


def test_every_clause_as_printed_passes():
    book = handbook()
    for clause in book.clauses.values():
        after = revised(clause, named(clause), 1001)
        wrong = [message for _, message in check_quickly(book, after)]
        assert not wrong, (clause.id, wrong)


def check_quickly(book, after):
    """Without the check of all packs, which is the same for each clause that is not changed."""
    from bot.domain.handbook import edition_checks

    revision = edition_checks.Revision(book.clause(after.id), after)
    yield from edition_checks._shape(revision)
    yield from edition_checks._blanks(book, revision)
    yield from edition_checks._taboos(book, revision)
    yield from edition_checks._risks(book, revision)
    yield from edition_checks._scripts(revision, convert)


@pytest.mark.parametrize(
    ("clause", "changed", "added", "said"),
    [
        ("S-DEEP-1", {"1": "您好，绝对不会有这种事。"}, (), "不能对顾客说"),
        ("S-DEEP-1", {"1": "一分钱一分货。"}, (), "不能对顾客说"),
        ("K-ACCEPTED", {"1.4": "绝对没问题。"}, (), "不能对顾客说"),
        ("S-DEEP-1", {"1": "您好，{case.plan}。"}, (), "{case.plan} 在这里没有值可填"),
        ("S-DEEP-1", {"1": "您好，{nonsense.value}。"}, (), "{nonsense.value} 在这里没有值可填"),
        ("S-DEEP-1", {"1": "您好，{公司}。"}, (), "花括号里要写"),
        ("K-ACCEPTED", {"1.1": "已经受理。"}, (), "少了 {case.number}"),
        ("S-DEEP-1", {"1": "您好。\u200b请问？"}, (), "看不见的字符"),
        ("S-DEEP-1", {"1": "您" * 501}, (), "最多 500 个"),
        ("S-DEEP-1", {"1": "您好，請問有什麼可以幫您？"}, (), "请用简体字写"),
        ("S-DEEP-1", {}, ["nlu: 您好"], "关键字"),
        ("S-DEEP-1", {}, ["您好。"] * 41, "最多 40 句"),
    ],
)
def test_wrong_words_are_refused_with_a_sentence(clause, changed, added, said):
    messages = [message for _, message in findings(clause, changed, added)]
    assert any(said in message for message in messages), messages
    assert all(message.endswith("。") for message in messages)


def test_good_words_pass():
    assert findings("S-DEEP-1", {"1": "您好，我是{company.name}的客服，请问有什么可以帮您？"}) == []


def test_an_emptied_clause_has_no_way_to_be_said():
    printed = handbook().clause("S-DEEP-1")
    assert typed_ways(printed, known_units(printed), [[TypedSentence("1", " ")]], {"1"}) == ()


def test_a_finding_names_its_sentence():
    ((key, _),) = findings("S-DEEP-1", {}, ["今天天气真好。", "绝对没有这种事。"])
    assert key == "3"


@pytest.mark.parametrize(
    "words",
    [
        "因为我们曾经发现在运输过程中,有些品行较差的运输工有偷喝饮料行为。",
        "有些品行较差的运输工在路上偷喝饮料，我们发现过。",
        "我们发现过：有些品行很差的运输工，运输过程中有偷喝饮料的行为！",
    ],
)
@pytest.mark.parametrize("clause", ["S-BEV-TETRA-1", "S-DEEP-1", "S-BEV-WATER-1"])
def test_a_risky_sentence_comes_back_nowhere_without_its_mark(clause, words):
    assert any("X-02" in message for _, message in findings(clause, {}, [words]))


def test_a_risky_sentence_does_not_come_back_in_pieces():
    pieces = ["因为我们曾经发现，在运输过程中，", "有些品行较差的", "运输工有偷喝饮料行为。"]
    assert any("X-02" in message for _, message in findings("S-DEEP-1", {}, pieces))


def test_a_sentence_that_is_internal_is_not_told_to_customers():
    found = findings("S-DEEP-1", {}, ["以公司利益名誉为前提,以事实为依据,真心加诚意。"])
    assert any("S-BEV-PRINC-1" in message for _, message in found)


def test_the_mark_stays_where_the_words_change():
    clause = reworded("S-BEV-TETRA-1", {"4": "我们会认真调查。"})
    (unit,) = [one for one in clause.wording if one.key == "4"]
    assert (unit.risk, unit.held) == ("X-02", True)


def test_no_form_takes_a_hold_of_the_pack_away():
    printed = handbook().clause("S-BEV-TETRA-1")
    typed = [[TypedSentence(u.key, u.sent, held=False) for u in way] for way in named(printed)]
    known = known_units(printed)
    (way,) = typed_ways(printed, known, typed, known.keys())
    assert [unit.key for unit in way if unit.held] == ["4"]


def test_a_new_sentence_takes_no_name_that_was_ever_used():
    printed = handbook().clause("S-DEEP-1")
    typed = [[TypedSentence("1", "您好。"), TypedSentence("", "请问？"), TypedSentence("forged", "请问！")]]
    (way,) = typed_ways(printed, known_units(printed), typed, {"1", "2", "7"})
    assert [unit.key for unit in way] == ["1", "8", "9"]


def test_a_new_way_has_names_of_its_own():
    clause = handbook().clause("K-ACCEPTED")
    typed = [[TypedSentence(u.key, u.sent) for u in way] for way in named(clause)]
    del typed[1]
    typed.append([TypedSentence("", "已受理。"), TypedSentence("", "编号在此。")])
    known = known_units(clause)
    ways = typed_ways(clause, known, typed, known.keys())
    assert [unit.key for unit in ways[1]] == ["3.1", "3.2"]
    assert {unit.key.partition(".")[0] for unit in ways[0]} == {"1"}


def test_a_second_way_of_a_sentence_that_had_one():
    one = Clause(id="K-A-1", audience="customer", source="desk", wording=("您好。",))
    typed = [[TypedSentence("1", "您好。")], [TypedSentence("", "您好啊。")]]
    ways = typed_ways(one, known_units(one), typed, {"1"})
    after = revised(one, ways, 1001)
    assert [after.unit_key(0, 0), after.unit_key(0, 1)] == ["K-A-1#1", "K-A-1#2.1"]
    assert say(after, {}, variant=1).text == "您好啊。"


def test_an_unchanged_misprint_keeps_its_correction_and_a_changed_one_is_the_companys():
    printed = Clause(
        id="S-A-1",
        audience="customer",
        document="D01",
        place="001:1",
        wording=(Unit("酒点。", corrected="酒店。"),),
    )
    known = known_units(printed)
    (kept,) = typed_ways(printed, known, [[TypedSentence("1", "酒店。")]], known)[0]
    assert (kept.text, kept.corrected) == ("酒点。", "酒店。")
    (changed,) = typed_ways(printed, known, [[TypedSentence("1", "宾馆。")]], known)[0]
    assert (changed.text, changed.corrected) == ("宾馆。", None)


def test_a_revised_quotation_fills_printed_blanks_and_braces():
    from bot.domain.handbook.clause import Placeholder

    printed = Clause(
        id="S-A-1",
        audience="customer",
        document="D01",
        place="001:1",
        wording=("电话:400-xxx-xxxx。",),
        placeholders=(Placeholder("400-xxx-xxxx", "company.hotline"),),
    )
    after = revised(printed, ((Unit("{company.name}的电话:400-xxx-xxxx。", key="1"),),), 1001)
    assert say(after, {"company.name": "本公司", "company.hotline": "4001"}).text == "本公司的电话:4001。"
    without = revised(printed, ((Unit("请来电。", key="1"),),), 1001)
    assert without.placeholders == ()


def test_no_file_of_a_pack_can_pretend_to_be_the_companys():
    (clause,) = [
        Clause(id="S-A-1", audience="customer", document="D01", place="001:1", digest="0", wording=("好。",))
    ]
    assert not clause.is_revised
    assert clause.origin != COMPANY


def test_two_sentences_do_not_share_a_name():
    from bot.domain.handbook.model import Pack

    clause = Clause(
        id="K-A-1",
        audience="customer",
        source="desk",
        wording=(Unit("一。", key="2"), Unit("二。")),
    )
    pack = Pack(id="a", title="甲", clauses=(clause,))
    assert any("都叫" in one.message for one in check_clauses([pack], {clause.id: clause}))


def test_values_that_are_known_where_the_clause_is_said():
    assert "case.number" in allowed_values(handbook(), handbook().clause("K-ACCEPTED"))
    assert "case.number" not in allowed_values(handbook(), handbook().clause("S-DEEP-1"))


def test_near_means_most_pairs_of_characters_in_any_order():
    assert is_near("运输工偷喝饮料", "饮料，被运输工偷喝！", 0.6)
    assert not is_near("运输工偷喝饮料", "饮料很好喝。", 0.6)


def test_a_change_is_shown_by_characters():
    assert parts("您好，请问有事吗？", "您好，请问有什么事？") == (
        Part(Change.KEPT, "您好，请问有"),
        Part(Change.LEFT_OUT, "事吗"),
        Part(Change.ADDED, "什么事"),
        Part(Change.KEPT, "？"),
    )


def test_both_texts_can_be_read_from_a_change():
    before, after = "我们的软包装流水线采用全自动充填机。", "我们的流水线，用的是自动的充填设备。"
    found = parts(before, after)
    assert "".join(part.text for part in found if part.change is not Change.ADDED) == before
    assert "".join(part.text for part in found if part.change is not Change.LEFT_OUT) == after


def test_sentences_are_compared_by_name_and_stand_where_they_stood():
    before = ((Unit("一。", key="1"), Unit("二。", key="2"), Unit("三。", key="3")),)
    after = ((Unit("一！", key="1"), Unit("三。", key="3"), Unit("四。", key="4")),)
    (way,) = rows(before, after)
    assert [(row.key, row.change) for row in way] == [
        ("1", Change.CHANGED),
        ("2", Change.LEFT_OUT),
        ("3", Change.KEPT),
        ("4", Change.ADDED),
    ]


def test_a_way_that_is_gone_is_shown_as_left_out():
    before = ((Unit("一。", key="1.1"),), (Unit("二。", key="2.1"),))
    ways = rows(before, before[1:])
    assert [[row.change for row in way] for way in ways] == [[Change.KEPT], [Change.LEFT_OUT]]


def test_every_situation_has_a_chinese_title():
    assert TITLES.keys() == SITUATIONS.keys()
