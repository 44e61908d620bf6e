"""The reports in a browser: from a bar to its cases, by mouse and keys; the same numbers in files."""

import re

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.adapters.papers.pdf import converter

pytestmark = pytest.mark.browser


def findings(page):
    """What axe finds wrong with the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(page).response["violations"]
    return [(found["id"], [node["html"] for node in found["nodes"]][:3]) for found in results]


def numbers(page):
    """The overview as the page shows it."""
    rows = page.locator("#overview tbody tr")
    return {row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in rows.all()}


def test_a_bar_leads_to_as_many_cases_as_it_says(supervisor):
    page = supervisor(address="/desk/reports?period=quarter")
    bar = page.locator("#issues .chart a").last
    said = int(re.search(r"件数：([\d,]+)", bar.get_attribute("aria-label"))[1])
    bar.click()
    page.wait_for_url("**/desk/cases?*")
    assert page.locator("#total").inner_text() == str(said)
    assert page.locator(".case-list > li").count() == min(said, 50)
    assert page.broken == []


def test_every_number_of_the_overview_is_the_count_of_its_list(supervisor, site):
    page = supervisor(address="/desk/reports?period=quarter")
    links = [(link.inner_text(), link.get_attribute("href")) for link in page.locator("#overview td a").all()]
    assert len(links) > 8
    for said, address in links:
        page.goto(f"{site.url}{address}")
        assert page.locator("#total").inner_text() == said, address


def test_a_point_is_reached_and_opened_by_keys_alone(supervisor):
    page = supervisor(address="/desk/reports?period=quarter")
    page.locator("#trend .chart a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases?*figure=accepted*")
    assert int(page.locator("#total").inner_text()) > 0


def test_another_period_and_channel_are_chosen_in_the_form(supervisor):
    page = supervisor()
    page.get_by_label("期间", exact=True).select_option("自选日期")
    page.get_by_label("从", exact=True).fill("2026-02-01")
    page.get_by_label("到", exact=True).fill("2026-02-28")
    page.get_by_label("渠道", exact=True).select_option("公众号")
    page.get_by_role("button", name="查看").click()
    page.get_by_text("2026年2月1日至2月28日，渠道：公众号").wait_for()
    accepted = numbers(page)["受理"]
    page.locator("#overview td a").first.click()
    assert page.locator("#total").inner_text() == accepted


def test_excel_holds_the_numbers_of_the_page(supervisor, tmp_path):
    page = supervisor(address="/desk/reports?period=quarter")
    shown = numbers(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Excel").click()
    download.value.save_as(tmp_path / "report.xlsx")
    sheet = load_workbook(tmp_path / "report.xlsx")["概况"]
    held = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=6) if row[1].value is not None}
    assert {name: held[name] for name in shown if not shown[name].endswith("%")} == {
        name: int(value.replace(",", "")) for name, value in shown.items() if not value.endswith("%")
    }


@pytest.mark.skipif(converter() is None, reason="no LibreOffice: install libreoffice-writer-nogui")
def test_the_pdf_holds_the_numbers_of_the_page_in_chinese(supervisor, tmp_path):
    page = supervisor(address="/desk/reports?period=quarter")
    shown = numbers(page)
    with page.expect_download(timeout=90_000) as download:
        page.get_by_role("link", name="下载 PDF").click()
    download.value.save_as(tmp_path / "report.pdf")
    text = "".join("".join(page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages).split())
    for name, value in shown.items():
        assert f"{name}{value}" in text, name
    assert "投诉事项排列" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_is_too_wide(supervisor, width, scheme):
    page = supervisor(width=width, scheme=scheme, address="/desk/reports?period=quarter")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.broken == []
