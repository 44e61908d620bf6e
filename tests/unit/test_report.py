import json
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from bot.adapters.reports.files import known_training_seconds, report_folder, write_report
from bot.adapters.reports.page import page
from bot.domain.evaluation import Utterance
from bot.domain.measuring import MeasuringSet, Side
from bot.domain.reading import Entity, Reading
from bot.domain.report import CurvePoint, Report

MADE = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)


def reading(label, confidence=0.9, likeliest=None, entities=()):
    ranking = ((likeliest or label, confidence), ("chitchat", 0.05))
    found = tuple(Entity(kind, value, 0, len(value)) for kind, value in entities)
    return Reading(label, confidence, ranking=ranking, entities=found, model="kesu-1")


RECORDED = {
    "水有怪味": reading("water.odor"),
    "茶里有絮状物": reading("water.odor", 0.4),
    "电话13900001234": reading("inform", entities=[("phone", "13900001234")]),
    "在吗<script>": reading(None, 0.15, likeliest="greet"),
    "杯子漏水": reading("product.quality"),
    "放首歌": reading("chitchat"),
    "難喝死了": reading("food.quality"),
    "难喝死了": reading("chitchat"),
}
OWN = MeasuringSet(
    "自备",
    (
        Utterance("水有怪味", "water.odor", entities=()),
        Utterance("茶里有絮状物", "tea.turbid"),
        Utterance("电话13900001234", "inform", entities=(("phone", "13900001234"),)),
        Utterance("在吗<script>", "greet"),
    ),
    own=True,
)
FAMILIES = MeasuringSet("真实", (Utterance("杯子漏水", "complaint"), Utterance("放首歌", "not_complaint")))
TRADITIONAL = MeasuringSet("繁体", (Utterance("難喝死了", "complaint"),), simplified=("难喝死了",))


@pytest.fixture
def report():
    stock = {text: reading("chitchat") for text in RECORDED if text != "放首歌"}
    return Report(
        made=MADE,
        sets=(OWN, FAMILIES, TRADITIONAL),
        ours=Side(RECORDED, "kesu-1.tar.gz", one=7.0, each_of_many=5.0, training=60.0),
        stock=Side(stock, "stock-1", one=10.0, training=6000.0),
        curve=(CurvePoint(10, 40, {"自备": 0.25}), CurvePoint(None, 400, {"自备": 0.5})),
        slowest=(("茶里有絮状物", 12.5),),
    )


def row_of(report, key):
    return next(row for row in report.rows if row.key == key)


class Parts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.tags, self.addresses = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.ids.add(given.get("id"))
        self.addresses += [given[name] for name in ("src", "href") if name in given]


@pytest.fixture
def parts(report):
    found = Parts()
    found.feed(page(report, str.upper))
    return found


def test_each_set_is_measured_by_what_its_labels_can_tell(report):
    figures = {row.key: row.ours for row in report.rows}
    assert figures["自备"] == 0.5  # two of four labels
    assert figures["真实"] == 1.0  # F1 of complaint
    assert figures["繁体"] == 1.0  # seen as complaint
    assert figures["繁体.simplified"] == 1.0  # not seen once it is Simplified
    assert figures["自备.facts"] == 1.0


def test_messages_that_are_no_complaints_are_measured_by_how_many_are_taken_for_one():
    songs = MeasuringSet(
        "离题", (Utterance("放首歌", "not_complaint"), Utterance("杯子漏水", "not_complaint"))
    )
    row = row_of(Report(MADE, (songs,), Side(RECORDED, "kesu-1")), "离题")
    assert (row.ours, row.met) == (0.5, False)


def test_a_figure_is_held_against_its_target(report):
    assert row_of(report, "自备").met is False
    assert row_of(report, "真实").met is True
    assert row_of(report, "繁体.simplified").met is False
    assert row_of(report, "one").met is True


def test_times_are_compared_with_stocks(report):
    assert row_of(report, "one.ratio").ours == pytest.approx(0.7)
    assert row_of(report, "training.ratio").ours == pytest.approx(0.01)


def test_stock_has_a_figure_only_for_sets_that_it_read_whole(report):
    assert row_of(report, "自备").stock == 0.0
    assert row_of(report, "真实").stock is None


def test_the_page_says_when_stock_was_not_trained_to_its_end(report):
    assert "只训练了" not in page(report, str.upper)
    assert "只训练了 10 轮" in page(replace(report, stock_epochs=10), str.upper)


def test_without_stock_there_are_no_ratios_and_no_verdicts_on_them():
    row = row_of(Report(MADE, (OWN,), Side(RECORDED, "kesu-1", one=7.0)), "one.ratio")
    assert (row.ours, row.met) == (None, None)


def test_confusions_name_what_was_read_and_quote_the_message(report):
    assert report.confused(OWN) == [
        {"label": "greet", "read_as": "not_understood", "count": 1, "examples": ["在吗<script>"]},
        {"label": "tea.turbid", "read_as": "water.odor", "count": 1, "examples": ["茶里有絮状物"]},
    ]
    assert report.confused(FAMILIES) == []


def test_calibration_judges_the_likeliest_label_even_below_the_threshold(report):
    (own,) = report.calibrations()
    assert [(one.low, one.count, one.right) for one in own.bins] == [(0.1, 1, 1), (0.4, 1, 0), (0.9, 2, 1)]
    assert own.error == pytest.approx((0.85 + 0.4 + 2 * 0.1) / 4)
    assert own.stock_error == pytest.approx(0.9)


def test_the_page_has_all_its_parts(parts):
    assert parts.ids >= {"targets", "confused", "labels", "facts", "curve", "calibration", "slow"}
    assert parts.tags.count("svg") == 2  # the curve and one calibration


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(parts):
    assert all(address.startswith("#") for address in parts.addresses)
    assert "script" not in parts.tags


def test_the_page_quotes_messages_and_gives_labels_their_titles(report):
    shown = page(report, {"tea.turbid": "茶饮料混浊"}.get)
    assert "在吗&lt;script&gt;" in shown
    assert "茶饮料混浊" in shown
    assert "没听懂" in shown


def test_a_report_of_one_set_without_stock_curve_or_times_can_be_written():
    shown = page(Report(MADE, (FAMILIES,), Side(RECORDED, "kesu-1")), str)
    assert "make stock" in shown
    assert "这一次没有算" in shown


def test_figures_for_programs_hold_no_words_of_customers(report, tmp_path):
    folder = report_folder(tmp_path, tmp_path / "kesu-1.tar.gz")
    write_report(report, folder, str)
    text = (folder / "figures.json").read_text(encoding="utf-8")
    assert json.loads(text)["sets"]["自备"]["accuracy"] == 0.5
    assert not any(message in text for message in RECORDED)


def test_a_measured_training_time_is_known_to_the_models_next_report(report, tmp_path):
    assert known_training_seconds(tmp_path) is None
    write_report(report, tmp_path, str)
    assert known_training_seconds(tmp_path) == 60.0
