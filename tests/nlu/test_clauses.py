import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.clauses import MOST_CLAUSES, clauses, part


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("粥是酸的，客服还骂人", ["粥是酸的", "客服还骂人"]),
        ("投訴你們物業，電梯壞了三天，垃圾也沒人收", ["投訴你們物業", "電梯壞了三天", "垃圾也沒人收"]),
        ("粥是酸的 客服还骂人", ["粥是酸的", "客服还骂人"]),
        ("菜是凉的...服务员还翻白眼", ["菜是凉的", "服务员还翻白眼"]),
        ("电梯坏了\n垃圾没人收", ["电梯坏了", "垃圾没人收"]),
        ("买了3.5升的水花了1,200元", []),
        ("真的,粥是酸的!!!", []),
        ("水有怪味", []),
        ("，，。！", []),
        ("", []),
    ],
)
def test_a_message_is_cut_where_its_writer_pauses(text, pieces):
    assert [clause.text for clause in clauses(text)] == pieces


def test_of_many_clauses_the_first_and_the_last_are_read():
    text = "，".join(f"第{number}件事不好" for number in range(1, 10))
    assert [clause.text[1] for clause in clauses(text)] == list("123789")


@given(st.text(alphabet="粥酸，。 \n,.0a!~", max_size=60))
def test_a_clause_stands_in_the_text_where_it_says(text):
    found = clauses(text)
    assert len(found) in range(MOST_CLAUSES + 1)
    assert len(found) != 1
    for clause in found:
        assert text[clause.start : clause.end] == clause.text == clause.text.strip()


def test_a_part_says_where_its_clause_stands_and_what_it_says():
    first, _ = clauses("粥是酸的，客服还骂人")
    read = {"label": "porridge.sour", "confidence": 0.9, "entities": []}
    assert part(first, read) == {
        "text": "粥是酸的",
        "start": 0,
        "end": 4,
        "label": "porridge.sour",
        "confidence": 0.9,
    }
