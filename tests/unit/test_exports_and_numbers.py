"""What is taken out holds no formula, and numbers of cases give nothing away."""

from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.adapters.papers.excel import put
from bot.domain.case import new_number, read_number
from bot.domain.suggestions import Mark, MarkKind
from bot.web.suggestions import _csv
from tests.records import NOW

STARTS = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "=cmd|' /C calc'!A0", "@SUM(", "+1+", ""])
TEXTS = st.builds(str.__add__, STARTS, st.text(st.characters(codec="utf-8"), max_size=20))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(TEXTS)
def test_no_text_becomes_a_formula_in_a_workbook(text):
    cell = put(Workbook().active.cell(1, 1), text)
    assert cell.data_type == "s"
    assert cell.quotePrefix or not str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(TEXTS)
def test_no_text_becomes_a_formula_in_a_csv_file(text):
    import csv
    import io

    written = _csv([Mark("k", MarkKind.NOTED, text, text, text, text, "li", NOW)])
    for cell in list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))[1]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_one_number_says_nothing_of_the_next():
    numbers = [int(new_number()[1:].replace("-", "")[:8]) for _ in range(2000)]
    assert len(set(numbers)) > 1995
    steps = [later - before for before, later in pairwise(numbers)]
    assert mean(abs(step) for step in steps) > 20_000_000  # of a hundred million: no counting up
    assert 0.4 < sum(step > 0 for step in steps) / len(steps) < 0.6


@pytest.mark.parametrize("place", range(8))
def test_the_neighbours_of_a_number_are_none(place):
    number = new_number()
    digits = list(number[1:].replace("-", ""))
    was, known = digits[place], 0
    for digit in "0123456789":
        digits[place] = digit
        known += digit != was and read_number("".join(digits)) is not None
    assert known == 0
