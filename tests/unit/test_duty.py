"""The company's rules of who talks to customers: company.yml, `desk`."""

from datetime import datetime

import pytest

from bot.adapters.company_file import read_company
from bot.domain.duty import Assignment, Duty, HumanRule
from bot.domain.errors import ConfigurationError
from bot.domain.workdays import SHANGHAI
from bot.settings import ROOT

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=SHANGHAI)


def read(tmp_path, content):
    file = tmp_path / "company.yml"
    file.write_text(content, encoding="utf-8")
    return read_company(file).desk


def test_without_any_setting_people_claim_and_a_person_is_offered_before_the_third_misunderstanding():
    duty = Duty()
    assert (duty.assignment, duty.cap, duty.misunderstood) == (Assignment.CLAIM, 10, 3)
    assert (duty.away_minutes, duty.offline_minutes, duty.grace_minutes) == (5, 1, 3)


def test_the_example_file_says_the_defaults():
    assert read_company(ROOT / "company.example.yml").desk == Duty()


def test_a_rule_of_the_company_is_read_whole(tmp_path):
    duty = read(
        tmp_path,
        """
desk:
  assignment: auto
  rules:
    - why: 发票请财务答复
      labels: [ask_compensation]
      packs: [bank]
      words: [发票]
      hours: "18:00-22:00"
""",
    )
    assert duty.assignment is Assignment.AUTO
    (rule,) = duty.rules
    assert (rule.why, rule.labels, rule.packs, rule.words) == (
        "发票请财务答复", ("ask_compensation",), ("bank",), ("发票",),
    )  # fmt: skip


@pytest.mark.parametrize(("content", "named"), [
    ("desk: 3", "desk"),
    ("desk: {casp: 3}", "casp"),
    ("desk: {cap: 0}", "cap"),
    ("desk: {cap: true}", "cap"),
    ("desk: {assignment: round}", "claim、auto"),
    ("desk: {rules: 3}", "rules"),
    ("desk: {rules: [{why: 理由}]}", "没有条件"),
    ("desk: {rules: [{words: [发票]}]}", "why"),
    ("desk: {rules: [{why: 理由, labels: [nothing]}]}", "nothing"),
    ("desk: {rules: [{why: 理由, words: 发票}]}", "words"),
    ('desk: {rules: [{why: 理由, hours: "晚上"}]}', "hours"),
    ('desk: {rules: [{why: 理由, hours: "09:00-09:00"}]}', "hours"),
    ("desk: {rules: [{why: 理由, word: [发票]}]}", "word"),
])  # fmt: skip
def test_a_fault_names_the_file_and_the_key(tmp_path, content, named):
    with pytest.raises(ConfigurationError, match=named) as caught:
        read(tmp_path, content)
    assert "company.yml" in str(caught.value)


@pytest.mark.parametrize(("rule", "fits"), [
    ({"labels": ("urge",)}, True),
    ({"labels": ("thank",)}, False),
    ({"packs": ("bank",)}, True),
    ({"packs": ("hotel",)}, False),
    ({"words": ("开票", "发票")}, True),
    ({"words": ("开票",)}, False),
    ({"labels": ("urge",), "words": ("开票",)}, False),
])  # fmt: skip
def test_everything_a_rule_names_has_to_hold(rule, fits):
    assert HumanRule("理由", **rule).fits({"urge"}, "bank", "我的发票呢", NOON) is fits


@pytest.mark.parametrize(("hours", "hour", "fits"), [
    ("09:00-18:00", 9, True), ("09:00-18:00", 18, False), ("09:00-18:00", 3, False),
    ("18:00-09:00", 23, True), ("18:00-09:00", 3, True), ("18:00-09:00", 9, False),
])  # fmt: skip
def test_hours_may_pass_midnight_and_are_chinas(tmp_path, hours, hour, fits):
    (rule,) = read(tmp_path, f'desk: {{rules: [{{why: 夜里, hours: "{hours}"}}]}}').rules
    assert rule.fits(set(), None, "", NOON.replace(hour=hour)) is fits
