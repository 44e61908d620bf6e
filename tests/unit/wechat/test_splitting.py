"""Long answers go out in few parts that end where a reader pauses, and no character is ever broken."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.adapters.script import convert
from bot.domain.wechat import HINT, PICK, coalesce, harmless, size, split
from bot.domain.wechat_text import _ONLY_TRADITIONAL, beside

SENTENCE = "您反映的水管漏水问题，我们已经记录下来了。"  # 63 bytes
COLOURS = "".join(map(chr, range(0x1F3FB, 0x1F400)))
WRITTEN = st.text(
    st.one_of(
        st.sampled_from("的漏水管退款。！？，；\n .,!?1a<>…“”"),
        st.sampled_from("👨\u200d👩👍\U0001f3fd🇨🇳e\u0301❤\ufe0f1\u20e3𠀀"),
        st.characters(),
    ),
    max_size=400,
)
STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=300)


def bare(text):
    return re.sub(r"\s", "", harmless(text))


def test_what_fits_is_one_part():
    assert split(SENTENCE) == (SENTENCE,)
    assert split("好" * 682) == ("好" * 682,)
    assert split("") == split(" \n") == split("\x00") == ()


def test_parts_end_with_sentences():
    parts = split(SENTENCE * 100, most_parts=9)
    assert [part.endswith("。") for part in parts] == [True] * 4
    assert "".join(parts) == SENTENCE * 100
    assert [size(part) for part in parts] == [2016, 2016, 2016, 252]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("他说：“好。”然后走了。再没有来", ("他说：“好。”然后走了。", "再没有来")),
        ("第一行很长\n第二行也很长的", ("第一行很长", "第二行也很长的")),
        ("价格是3.1415926535。对吗亲", ("价格是3.1415926535。", "对吗亲")),
        ("单号KS20260320001，请您记好了吧", ("单号KS20260320001，", "请您记好了吧")),
        ("好的!再见,各位亲", ("好的!", "再见,各位亲")),
        ("Is it? It is. Or is it not so here", ("Is it? It is.", "Or is it not so here")),
    ],
)
def test_a_break_stands_where_a_reader_pauses(text, parts):
    assert split(text, size(text) - 3) == parts


def test_a_word_or_number_is_broken_only_if_it_fills_a_part():
    assert split("请拨打13800138000联系我们", 17, 9) == ("请拨打", "13800138000联系", "我们")
    assert split("https://example.com/a/very/long/address", 20) == (
        "https://example.com/",
        "a/very/long/address",
    )


@pytest.mark.parametrize(
    "one", ["👨‍👩‍👧‍👦", "👍🏽", "🇨🇳", "e\u0301", "❤️", "1️⃣", "🏴\U000e0067\U000e0062\U000e007f"]
)
def test_what_looks_like_one_character_stays_whole(one):
    parts = split(one * 30, size(one) * 3 - 1, 99)
    assert parts == (one * 2,) * 15


def test_a_character_of_a_thousand_accents_is_broken_rather_than_left_out():
    assert "".join(split("e" + "\u0301" * 1000, 100, 99)) == "e" + "\u0301" * 1000


def test_what_sentences_cannot_fit_is_broken_within_them():
    text = ("一" * 33 + "，" + "二" * 33 + "。") * 6  # parts of 101 to 200 bytes at sentence ends
    parts = split(text, 250, 5)
    assert len(parts) == 5
    assert "".join(parts) == text


def test_what_is_too_much_is_cut_and_says_so():
    parts = split(SENTENCE * 300)
    assert len(parts) == 5
    assert parts[-1].endswith("。…" + HINT)
    assert (SENTENCE * 300).startswith("".join(parts)[: -len("…" + HINT)])
    assert split(SENTENCE * 300, most_parts=1, hint="（续）")[0].endswith("…（续）")


def test_the_sign_of_a_cut_is_written_like_the_text():
    assert split(convert(SENTENCE * 300, "hant"))[-1].endswith(beside("請問", HINT))
    assert beside("您好", HINT) == HINT
    assert beside("請問", "（续）") == "（续）"
    for one in (HINT, PICK):
        assert convert(beside("請問", one), "hans") == convert(
            one.replace("“", "「").replace("”", "」"), "hans"
        )
        assert convert(beside("請問", one), "hant") == beside("請問", one)
    known = _ONLY_TRADITIONAL.pattern[1:-1]
    assert [char for char in known if convert(char, "hans") == char] == []


def test_paragraphs_stay_together_where_that_costs_no_part():
    first, second = "一" * 20 + "。" + "二" * 20 + "。", "三" * 20 + "。" + "四" * 20 + "。"
    assert split(f"{first}\n\n{second}", 200) == (first, second)
    three = [part for part in split("\n\n".join([first] * 3), 220) if part]
    assert len(three) == 2


def test_the_lines_of_a_turn_are_joined():
    assert coalesce(["您好。", " ", "请问订单号？\n", ""]) == ("您好。\n\n请问订单号？",)
    assert coalesce([]) == ()
    assert len(coalesce([SENTENCE] * 60)) == 2
    assert len(coalesce([SENTENCE * 20] * 50)) == 5


@pytest.mark.parametrize(("most_bytes", "most_parts"), [(3, 5), (0, 5), (100, 0)])
def test_parts_for_less_than_a_character_are_refused(most_bytes, most_parts):
    with pytest.raises(ValueError, match="character"):
        split("好", most_bytes, most_parts)


@STEADY
@given(WRITTEN, st.integers(4, 80), st.integers(1, 7))
@example("\ud83d\ude00", 4, 1)
@example("👨\u200d👩" * 9, 5, 3)
def test_whatever_is_written_parts_are_small_few_whole_and_never_empty(text, most_bytes, most_parts):
    parts = split(text, most_bytes, most_parts)
    assert len(parts) <= most_parts
    assert all(part.strip() and size(part) <= most_bytes for part in parts)
    assert size("".join(parts)) == len("".join(parts).encode())  # no half of a character is left
    written, said = bare(text), bare("".join(parts))
    assert said == written or (len(parts) == most_parts and written.startswith(said.split("…")[0]))


@STEADY
@given(WRITTEN, st.integers(4, 80))
def test_with_parts_enough_nothing_is_lost(text, most_bytes):
    assert bare("".join(split(text, most_bytes, 10**6))) == bare(text)


@STEADY
@given(st.lists(WRITTEN, max_size=6))
def test_whatever_the_lines_are_they_come_in_their_order(lines):
    assert bare("".join(coalesce(lines, 60, 10**6))) == bare("".join(lines))


@STEADY
@given(WRITTEN)
def test_no_part_begins_with_what_belongs_to_the_character_before(text):
    for part in split(text, 60, 10**6)[1:]:
        assert part[0] not in COLOURS + "\u200d\u20e3"
        assert unicodedata.category(part[0]) not in {"Mn", "Me"} or unicodedata.category(text[0]) in {
            "Mn",
            "Me",
        }
