from datetime import date

import pytest

from bot.adapters.calendar_file import read_notice
from bot.domain.errors import InvalidInput


@pytest.fixture
def notice(tmp_path):
    def read(text):
        file = tmp_path / "2027.yml"
        file.write_text(text, encoding="utf-8")
        return read_notice(file)

    return read


def test_days_and_ranges_of_a_notice_are_read(notice):
    found = notice("year: 2027\noff: [2027-01-01, 2027-02-05..2027-02-07]\nworked: [2027-01-31]\n")
    assert found.year == 2027
    assert found.off == {date(2027, 1, 1), *(date(2027, 2, day) for day in (5, 6, 7))}
    assert found.worked == {date(2027, 1, 31)}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("- 1", "year 和 off"),
        ("year: 2027", "year 和 off"),
        ("year: 2027\noff: []\nfree: []", "year 和 off"),
        ("year: 27\noff: []", "27"),
        ("year: 2027\noff: 2027-01-01", "off"),
        ("year: 2027\noff: [1月1日]", "1月1日"),
        ("year: 2027\noff: [2026-12-31]", "2026-12-31"),
        ("year: 2027\noff: [2027-02-07..2027-02-05]", "前后颠倒"),
        ("year: 2027\noff: [2027-02-07]\nworked: [2027-02-07]", "2027-02-07"),
        ("year: [2027\noff", "2027.yml"),
    ],
)
def test_a_fault_in_a_notice_names_the_file_and_the_day(notice, text, named):
    with pytest.raises(InvalidInput, match=named) as caught:
        notice(text)
    assert "2027.yml" in str(caught.value)
