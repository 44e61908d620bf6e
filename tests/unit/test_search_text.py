"""What stands in the index, what is asked of it, and what is shown of a text that was found."""

from functools import partial

import pytest

from bot.adapters.pinyin import all_syllables, syllables_of
from bot.adapters.script import convert
from bot.domain.search_query import read, readings
from bot.domain.search_snippet import BEFORE, LENGTH, Readable, snippet
from bot.domain.search_text import Tokens

TOKENS = Tokens(partial(convert, script="hans"), syllables_of, lambda number: f"{len(number):064}")


def terms(text):
    return read(text, TOKENS, all_syllables())


def marked(text, looked_for):
    found = Readable(text, TOKENS).places(terms(looked_for))
    return [text[start:end] for start, end in found]


@pytest.mark.parametrize(("text", "sounds"), [
    ("漏水", ["lou", "shui"]),
    ("银行", ["yin", "hang"]),
    ("行人", ["xing", "ren"]),
    ("重庆", ["chong", "qing"]),
    ("音乐", ["yin", "yue"]),
    ("绿茶", ["lv", "cha"]),
    ("A，1", ["", "", ""]),
])  # fmt: skip
def test_a_character_sounds_as_its_word_does(text, sounds):
    assert syllables_of(text) == sounds


def test_a_text_is_indexed_by_pairs_sounds_and_initials():
    index = TOKENS.index("漏水了，ＡＢＣ", initials=True)
    assert index.grams == ("漏水", "水了", "了", "abc")
    assert index.sounds == ("loushui", "shuile", "le")
    assert index.initials == ("0ls", "0sl", "0l")
    assert TOKENS.index("漏水").initials == ()


@pytest.mark.parametrize("text", [
    "电话13800138000", "電話１３８００１３８０００", "138-0013-8000", "单号SF1234567890",
    "身份证11010119900307123X",
])  # fmt: skip
def test_no_digits_of_a_long_number_stand_in_the_index(text):
    index = TOKENS.index(text)
    assert not any(part in " ".join(index.grams) for part in ("138", "1234", "1101", "8000"))
    assert any(token.startswith("x0") for token in index.grams)


def test_folding_leaves_every_character_in_its_place():
    text = "樓上ＡＢC漏水ﬁ①İ"
    assert len(TOKENS.folded(text)) == len(text)
    assert TOKENS.folded("樓上ＡＢC") == "楼上abc"


@pytest.mark.parametrize(("letters", "cut"), [
    ("loushui", [("lou", "shui")]),
    ("xian", [("xian",), ("xia", "n"), ("xi", "an"), ("xi", "a", "n")]),
    ("loush", [("lou", "sh")]),
    ("sf", []),
    ("", []),
])  # fmt: skip
def test_letters_are_cut_into_syllables_in_every_way_there_is(letters, cut):
    assert readings(letters, all_syllables()) == cut


def test_a_very_long_row_of_letters_is_read_in_a_few_ways_only():
    assert 0 < len(readings("xian" * 10, all_syllables())) <= 8


@pytest.mark.parametrize(("looked_for", "found"), [
    ("漏水", ["漏水", "漏水"]),
    ("loushui", ["漏水", "漏水"]),
    ("lòushuǐ", ["漏水", "漏水"]),
    ("ls", ["樓上漏水", "漏水"]),
    ("guanli", ["管理"]),
    ("楼上", ["樓上"]),
    ("abc", ["ＡＢＣ"]),
    ("bc", []),
    ("mei", []),
])  # fmt: skip
def test_what_was_looked_for_is_marked_in_the_customers_own_characters(looked_for, found):
    assert marked("樓上漏水，管理處說不漏水。ＡＢＣ", looked_for) == found


def test_neighbouring_marks_are_one():
    assert marked("我家漏水了", "漏水 水了") == ["漏水了"]


def test_a_snippet_is_cut_around_the_first_mark():
    text = "前" * 100 + "漏水" + "后" * 200
    parts = snippet(text, Readable(text, TOKENS).places(terms("漏水")))
    assert [part.text for part in parts] == ["…", "前" * BEFORE, "漏水", "后" * (LENGTH - BEFORE - 2), "…"]
    assert [part.hit for part in parts] == [False, False, True, False, False]


def test_a_snippet_hides_numbers_even_where_nothing_was_found():
    (part,) = snippet("请打13800138000", [])
    assert part.text == "请打*******8000"
