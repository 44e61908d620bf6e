"""The monthly register and report: counted as the handbooks ask, safe to open, never rosier than the data."""

import io
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook

from bot.adapters.papers.excel import workbook
from bot.adapters.papers.word import word
from bot.domain.case import CaseState
from bot.domain.errors import InvalidInput
from bot.domain.monthly import NO_DATA, SILENCE, Month
from bot.services.monthly import monthly_book
from tests.papers import MARCH, an_accepted_case
from tests.records import a_conversation, a_customer, store


@pytest.fixture
async def month(desk):
    """Four cases of March, one of them closed late, one closed satisfied and on time; one of April."""
    satisfied = {"satisfaction": "满意", "outcome": "客户满意"}
    cases = [
        an_accepted_case("a", "K0000-00018", fields={"phone": "13900001234", "name": "=cmd|'/c calc'!A1"}),
        an_accepted_case("b", "K0000-00026", findings=satisfied),
        an_accepted_case("c", "K0000-00034", issue="courier.fee", category="服务质量", severity="轻微"),
        an_accepted_case("d", "K0000-00042", accepted=MARCH + timedelta(days=1)),
        an_accepted_case("e", "K0000-00059", accepted=MARCH + timedelta(days=20)),
    ]
    for case, days in ((cases[1], 2), (cases[2], 6)):
        case.state, case.closed_at = CaseState.CLOSED, case.accepted_at + timedelta(days=days)
    cases[2].findings, cases[2].paused_seconds = {"satisfaction": "不满意"}, 86400
    await store(
        desk.units,
        ("customers", a_customer()),
        ("conversations", a_conversation()),
        *(("cases", case) for case in cases),
    )

    async def month(text="2026-03", *, full=False):
        return await monthly_book(desk.units, desk.words, desk.clock, Month.of(text), full=full)

    return month


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


async def test_the_register_has_a_line_for_each_case_accepted_in_the_month(month):
    file = load_workbook(io.BytesIO(workbook(await month())))
    lines = cells(file["登记表"])
    assert [line[0] for line in lines[3:]] == ["K0000-00018", "K0000-00026", "K0000-00034", "K0000-00042"]
    assert lines[2][:3] == ["编号", "受理时间", "渠道"]


async def test_phones_are_masked_unless_they_are_asked_for(month):
    masked, full = workbook(await month()), workbook(await month(full=True))
    texts = [str(cells(load_workbook(io.BytesIO(file))["登记表"])) for file in (masked, full)]
    assert ["13900001234" in text for text in texts] == [False, True]
    assert "*******1234" in texts[0]


async def test_a_cell_that_looks_like_a_formula_is_text(month):
    sheet = load_workbook(io.BytesIO(workbook(await month())))["登记表"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


async def test_the_report_counts_what_the_handbooks_ask_for(month):
    report = {table.title: {line[0]: line[1] for line in table.lines} for table in (await month()).report}
    assert report["概况"]["本月受理"] == 4
    assert report["按类别"]["产品质量"] == 3
    assert report["按严重程度"] == {"轻微": 1, "严重": 3, "重大": 0}
    assert report["按状态"] == {"处理中": 2, "已结案": 2}
    assert report["及时性"]["投诉及时处理率（M-3）"] == "50.0%"
    assert report["及时性"]["平均处理时间，天（M-5）"] == 3.5  # two days, and six without the one of waiting
    assert report["满意度"]["满意"] == report["满意度"]["不满意"] == 1
    assert report["满意度"]["满意度：满意和非常满意占已回答的比例（M-6、M-12）"] == "50.0%"
    again = next(table for table in (await month()).report if "M-26" in table.title)
    assert again.lines[-1] == ("重复投诉合计", "", 2)


async def test_a_month_without_complaints_is_not_called_satisfied(month):
    book = await month("2025-01")
    report = {table.title: table.lines for table in book.report}
    assert ("说明（M-27）", SILENCE) in report["概况"]
    assert report["满意度"][-1][1] == NO_DATA
    assert "100" not in str(book.report)
    assert word(book.sheet())


@pytest.mark.parametrize("text", ["2026-13", "2026", "26-03", "2026-3", "三月"])
def test_a_month_that_is_none_is_refused(text):
    with pytest.raises(InvalidInput, match=text):
        Month.of(text)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2025-11-30T15:59:59+00:00", False),
        ("2025-11-30T16:00:00+00:00", True),
        ("2025-12-31T15:59:59+00:00", True),
        ("2025-12-31T16:00:00+00:00", False),
    ],
)
def test_a_month_begins_and_ends_at_midnight_in_shanghai(moment, inside):
    assert Month.of("2025-12").holds(datetime.fromisoformat(moment)) is inside
