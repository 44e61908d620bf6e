"""What supervisors see of a report."""

import re
from datetime import UTC, datetime

import jinja2
import pytest

from bot.domain import resampling
from bot.domain.model_report import Dialogues, FactFigures, FailedDialogue
from bot.web.rendering import FOLDER
from tests.model_reports import report, reread, well_read


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(resampling, "RESAMPLES", 200)


def shown(made):
    """The report's part of the page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(clock=datetime.isoformat, bytes=str)
    return environment.get_template("model_report.html").render(report=made)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


LOST = reread("喝完<b>一直吐", "illness", "illness", "food.quality")
WORSE = [reread(f"坏{number}", "greet", "greet", "thank") for number in range(30)]
BETTER = [reread(f"好{number}", "deny", "affirm", "deny") for number in range(30)]


def test_a_difference_is_told_by_colour_sign_and_word_with_its_interval():
    page = shown(report([*well_read(), *WORSE]))
    assert 'data-trend="worse">▼ -' in page
    assert "变差" in text_of(page)
    better = shown(report([*well_read(), *BETTER]))
    assert 'data-trend="better">▲ +' in better
    assert "＝ 一样" in text_of(shown(report(well_read())))


def test_a_lost_message_is_quoted_with_both_readings_and_marked_when_it_is_guarded():
    page = shown(report([*well_read(), LOST]))
    assert "喝完&lt;b&gt;一直吐" in page
    told = text_of(page)
    assert "应为 illness的标题 · 使用中 illness的标题 → 候选 food.quality的标题" in told
    assert "绝不能漏掉" in told


def test_new_confusions_are_marked_as_new():
    assert '<span class="level">新</span> 坏0' in shown(report([*well_read(), *WORSE]))


def test_failed_dialogues_say_what_was_expected_and_whether_the_live_model_fails_too():
    failed = FailedDialogue("straw", "issue", "carton.no_straw", "carton.empty", live_too=True)
    told = text_of(shown(report(well_read(), dialogues=Dialogues(20, (failed,)))))
    assert "19/20 个符合预期" in told
    assert "用使用中的模型也不符合" in told
    assert "投诉的问题" in told
    assert "应为 carton.no_straw的标题" in told


def test_a_report_with_parts_missing_says_which():
    told = text_of(
        shown(
            report(
                well_read(),
                made=datetime(2026, 3, 18, tzinfo=UTC),
                dialogues=None,
                cross_validation=None,
                missing=("对话回放没有做成（磁盘已满）",),
                facts=(FactFigures("phone", 3, 0.5, 1.0),),
                judged=7,
            )
        )
    )
    assert "对话回放：没有做" in told
    assert "磁盘已满" in told
    assert "7 条是试读真实消息时由同事判断过的" in told


def test_tables_scroll_by_themselves_and_by_the_keyboard():
    page = shown(report([*well_read(), LOST]))
    tables = page.count("<table>")
    assert tables == page.count('<div class="wide" tabindex="0" role="region" aria-label=')
    assert tables == 3
