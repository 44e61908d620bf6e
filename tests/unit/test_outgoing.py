"""What agents write is looked over: taboos in either script, with tricks, and nothing where all is well."""

from pathlib import Path

import pytest

from bot.adapters.script import convert
from bot.domain.outgoing import WarningKind, broken_taboos, strange_numbers, warned
from tests.desks import handbook

LINES = [
    line.split("\t")
    for line in (Path(__file__).parent / "taboo_lines.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
BROKEN = [(taboo, text) for taboo, text in LINES if taboo != "-"]
HARMLESS = [text for taboo, text in LINES if taboo == "-"]
TABOOS = tuple(handbook().taboos.values())


def broken(text):
    return {taboo.id for taboo, _, _ in broken_taboos(TABOOS, text, convert(text, "hans"))}


@pytest.mark.parametrize(("taboo", "text"), BROKEN, ids=[text for _, text in BROKEN])
def test_a_taboo_and_what_comes_near_it_is_found(taboo, text):
    assert taboo in broken(text)


@pytest.mark.parametrize(("taboo", "text"), BROKEN, ids=[text for _, text in BROKEN])
def test_it_is_found_in_traditional_characters_too(taboo, text):
    assert taboo in broken(convert(text, "hant"))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_an_agent_may_well_say_is_let_through(text):
    assert broken(text) == set()
    assert broken(convert(text, "hant")) == set()


def test_every_taboo_has_examples_and_a_hundred_sentences_are_harmless():
    assert {taboo for taboo, _ in BROKEN} == {taboo.id for taboo in TABOOS}
    assert len(HARMLESS) >= 100


@pytest.mark.parametrize("text", ["不 可 能", "这是不·可·能的", "不~可~能", "一分\n钱一分货"])
def test_blanks_and_marks_between_characters_hide_nothing(text):
    ((_, start, end),) = broken_taboos(TABOOS, text, text)
    assert text[start:end][0] in "不一"
    assert text[start:end][-1] in "能货"


def test_a_taboo_broken_twice_warns_once():
    assert len(broken_taboos(TABOOS, "不可能，不可能", "不可能，不可能")) == 1


def test_a_warning_keeps_its_id_while_its_words_stay():
    first = warned(WarningKind.TABOO, "这不可能", 1, 4, "…", "T-P3")
    moved = warned(WarningKind.TABOO, "您好，这不可能", 4, 7, "…", "T-P3")
    other = warned(WarningKind.TABOO, "这绝对是", 1, 3, "…", "T-P3")
    assert first.id == moved.id
    assert first.id != other.id


def test_numbers_that_nobody_here_knows_are_strange():
    text = "请打13800138000或13900139000，证件11010119900307123X"
    found = [(text[start:end], kind) for start, end, kind in strange_numbers(text, {"13800138000"})]
    assert found == [("13900139000", False), ("11010119900307123X", True)]
    assert list(strange_numbers("热线400-000-0000，编号K4837-19209", set())) == []
