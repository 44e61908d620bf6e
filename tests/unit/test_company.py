from datetime import UTC, datetime

import pytest

from bot.adapters.company_file import read_company
from bot.domain.company import Company
from bot.domain.errors import ConfigurationError
from bot.domain.workdays import Calendar


def test_a_missing_file_leaves_everything_unfilled(tmp_path):
    assert read_company(tmp_path / "company.yml").values() == {"company.hours": "工作日 09:00-18:00"}


def test_filled_values_go_into_placeholders(tmp_path):
    file = tmp_path / "company.yml"
    file.write_text('hotline: "400-000-0000"\nopens: "08:30"\n', encoding="utf-8")
    values = read_company(file).values()
    assert values["company.hotline"] == "400-000-0000"
    assert values["company.hours"] == "工作日 08:30-18:00"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("hotlin: 1", "hotlin"),
        ('lunch_from: "12:00"', "lunch_to"),
        ('closes: "08:00"', "opens < lunch"),
        ('opens: "九点"', "opens"),
        ("- a", "company.example.yml"),
        ("name: [", "第 "),
    ],
)
def test_a_fault_names_the_file_and_the_place(tmp_path, content, named):
    file = tmp_path / "company.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=named) as caught:
        read_company(file)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 3, 18, 2, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 18, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 21, 2, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 1, 2, 0, tzinfo=UTC), False),
    ],
)
def test_people_are_there_on_working_days_within_the_hours(moment, is_open):
    assert Company().is_open(moment, Calendar()) is is_open
