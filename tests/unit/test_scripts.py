"""Traditional in, Traditional out: quotations by their characters, our own sentences in Taiwan's words."""

import pytest
from opencc import OpenCC

from bot.adapters.script import convert
from bot.domain.company import Company
from bot.services.words import Words
from tests.desks import handbook

BACK, FROM_TAIWAN = OpenCC("t2s"), OpenCC("tw2s")
# The other way round these words are others: what s2twp writes is right, only OpenCC's way back is not.
TWO_MEANINGS = {"查找": "查询", "调用": "呼叫", "运行": "执行", "数据": "资料", "进程": "程序"}


def sentences(*, own):
    for clause in handbook().clauses.values():
        for way in clause.ways if (clause.source == "desk") is own else ():
            yield from ((clause.id, unit.sent) for unit in way)


def from_taiwan(text):
    """`text` in Simplified; 著 is 着 where it is a particle, as the Traditional documents write it."""
    return BACK.convert(FROM_TAIWAN.convert(text))


def test_every_quotation_is_the_same_again_when_its_characters_are_converted_back():
    for clause, text in sentences(own=False):
        assert from_taiwan(convert(text, "hant")) == from_taiwan(text), clause
        assert len(convert(text, "hant")) == len(text), clause


def test_every_sentence_of_our_own_is_the_same_again_too():
    back = OpenCC("tw2sp")
    for clause, text in sentences(own=True):
        again = back.convert(convert(text, "hant", own_words=True))
        for word, ours in TWO_MEANINGS.items():
            again = again.replace(word, ours) if word not in text else again
        assert again == text, clause


def test_each_exception_is_still_needed():
    texts = [text for _, text in sentences(own=True)]
    back = OpenCC("tw2sp")
    said = [back.convert(convert(text, "hant", own_words=True)) for text in texts]
    for word in TWO_MEANINGS:
        assert any(word in again and word not in text for again, text in zip(said, texts, strict=True)), word


@pytest.mark.parametrize(("ours", "said"), [
    ("同事会尽快与您联系。", "同事會盡快與您聯絡。"),
    ("为了保护您的信息", "為了保護您的資訊"),
    ("感谢您的理解和支持！", "感謝您的理解和支持！"),
    ("转给有权处理的同事", "轉給有權處理的同事"),
    ("公共设施设备", "公共設施設備"),
])  # fmt: skip
def test_our_own_sentences_take_taiwans_words_but_not_those_of_computing(ours, said):
    assert convert(ours, "hant", own_words=True) == said


def words(**company):
    return Words(handbook(), Company(**company), convert, str)


def test_a_quotation_keeps_its_words():
    said = words().clause("S-BEV-TETRA-3", "hant").text
    assert said == convert(handbook().say("S-BEV-TETRA-3", {}).text, "hant")


def test_what_is_filled_in_keeps_its_words():
    values = {"case.number": "K1", "case.result": "已发短信，联系了网络信息中心"}
    said = words().situation("handling.result", "hant", values=values).text
    assert "已發短信，聯繫了網絡信息中心" in said
    assert "處理完畢" in said


def test_what_is_filled_in_is_never_searched_for_blanks():
    values = {"case.number": "K1", "case.result": "{case.number}"}
    assert "{case.number}" in words().situation("handling.result", "hans", values=values).text


def test_buttons_and_meanings_are_our_own_words():
    found = words().meanings(["inform"], "hant")
    assert [choice.text for choice in found] == [
        convert(handbook().meanings["inform"], "hant", own_words=True)
    ]
