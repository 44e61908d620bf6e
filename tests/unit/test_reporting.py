"""Periods, what a report is about, its charts, and the page that explains the figures."""

import itertools
import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from bot.adapters.papers.charts import svg
from bot.adapters.papers.report_press import report_document
from bot.domain.errors import InvalidInput
from bot.domain.figures import FIGURES, share
from bot.domain.report_book import Book, Cell, Chart, Look, Section, Series, decimal, number
from bot.domain.reporting import Kind, Period
from bot.services.report_addresses import address
from bot.services.report_links import Chosen
from bot.settings import ROOT

NOW = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)  # in China it is April already
DOCS = ROOT / "docs" / "reports.md"


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (Kind.MONTH, date(2026, 4, 1), date(2026, 4, 30)),
        (Kind.LAST_MONTH, date(2026, 3, 1), date(2026, 3, 31)),
        (Kind.QUARTER, date(2026, 4, 1), date(2026, 6, 30)),
        (Kind.LAST_QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        (Kind.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_named_period_is_that_of_the_day_in_china(kind, first, last):
    assert Period.named(kind, NOW) == Period(first, last)


def test_a_period_begins_and_ends_at_midnight_in_china():
    march = Period.named(Kind.LAST_MONTH, NOW)
    assert (march.since, march.until) == (
        datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-03-01", "2026-03-31", Period(date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-01-01", "2026-03-31", Period(date(2025, 10, 1), date(2025, 12, 31))),
        ("2026-03-10", "2026-03-16", Period(date(2026, 3, 3), date(2026, 3, 9))),
    ],
)
def test_whole_months_are_compared_with_whole_months_and_days_with_as_many_days(first, last, before):
    assert Period.between(first, last).before() == before


@pytest.mark.parametrize(("first", "last"), [("2026-01-01", "2026-02-15"), ("2025-12-17", "2026-03-20")])
def test_the_buckets_cover_a_period_without_gaps(first, last):
    period = Period.between(first, last)
    buckets = period.buckets()
    assert (buckets[0].first, buckets[-1].last) == (period.first, period.last)
    assert all(one.until == other.since for one, other in itertools.pairwise(buckets))
    assert {period.bucket(bucket.last) for bucket in buckets} == {bucket.first for bucket in buckets}


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-03-02", "2026-03-01"), ("", "2026-03-01"), ("1.3.", ""), ("2010-01-01", "2026-01-01")],
)
def test_days_that_make_no_period_are_refused(first, last):
    with pytest.raises(InvalidInput):
        Period.between(first, last)


def test_an_address_says_again_what_was_chosen():
    chosen = Chosen.of({"period": "month", "channel": "wechat", "pack": "bank"})
    link = chosen.link(chosen.at(NOW), issue="bank.service")
    assert link == {
        "from": "2026-04-01", "to": "2026-04-30", "channel": "wechat", "pack": "bank", "issue": "bank.service"
    }  # fmt: skip
    assert Chosen.of(link).at(NOW) == chosen.at(NOW)
    assert address({}) == ""


def test_a_share_of_nothing_is_no_share():
    assert (share(1, 3), share(0, 0), decimal(share(0, 0)).written) == (33.3, None, "无数据")


def test_nothing_is_listed_behind_a_zero():
    assert number(0, {"figure": "open"}).link == {}


@pytest.fixture
def bars():
    links = ({"issue": "a"}, {"issue": "b"})
    return Chart(Look.BARS, ("空盒 & <异味>", "变质"), (Series("件数", (7, 3), ("7", "3"), links),))


def test_a_chart_holds_no_script_and_no_style_for_the_policy_to_refuse(bars):
    drawn = svg(bars, "投诉事项", address)
    assert not re.search(r"<script|<style|style=|javascript:|\bid=|xlink:href", drawn)
    assert 'href="/desk/cases?issue=a"' in drawn


def test_each_bar_says_what_it_is_beside_its_length(bars):
    tree = ET.fromstring(svg(bars, "投诉事项", address))  # noqa: S314 -- our own
    links = [node for node in tree.iter() if node.tag.endswith("}a")]
    assert [link.get("aria-label") for link in links] == ["变质，件数：3", "空盒 & <异味>，件数：7"]
    lengths = [float(link.find("{*}rect").get("width")) for link in links]
    assert lengths[0] / lengths[1] == pytest.approx(3 / 7)
    assert tree.get("aria-label") == "投诉事项"


@pytest.mark.parametrize("look", list(Look))
def test_a_chart_of_one_point_or_of_nothing_is_drawn_all_the_same(look):
    for values in ((0,), (5,), (None,)):
        made = Chart(look, ("3-1",), (Series("受理", values, ("",)), Series("结案", values, ("",))))
        tree = ET.fromstring(svg(made, "走势"))  # noqa: S314 -- our own
        assert tree.get("aria-label") == "走势"
        assert "3-1" in "".join(tree.itertext())


def test_a_name_with_signs_of_markup_stays_text_in_the_document(bars):
    section = Section(
        "a", "<b>", ("名", "数"), ((Cell("<x>&\x07", "<x>&\x07"), number(7)),), ("accepted",), bars
    )
    tree = ET.fromstring(report_document(Book("公司", "三月", NOW, (section,))))  # noqa: S314 -- our own
    assert "<x>&" in "".join(tree.itertext())


def test_the_page_about_the_reports_defines_every_figure_as_the_program_does():
    rows = re.findall(
        r"^\| `([\w.]+)` \| (.+?) \| (.+?) \| (.+?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert rows == [(one.key, one.title, one.unit, one.how) for one in FIGURES.values()]
