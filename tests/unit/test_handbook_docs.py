"""docs/handbook.md tells the whole format, and its examples work."""

import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from bot.adapters.handbook_files import load_handbook
from bot.domain.handbook import clause, model, process, severity, taboos
from bot.domain.handbook.loading import RASA_KEYS
from bot.domain.handbook.situations import SITUATIONS, VALUES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "handbook.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n# data/handbook/(\S+)\n(.*?)```", PAGE, re.DOTALL)
CLASSES = [
    clause.Unit, clause.Placeholder, clause.Clause, model.Document, model.Form, model.FieldRule,
    model.Deadline, model.IssueRule, model.Claims, model.Pack,
    process.Named, process.Term, process.Value, process.Todo, process.Effects, process.State,
    process.Arrow, process.Process,
    severity.SeverityRule, severity.HeatRule, severity.Repeated, severity.PriorityRule,
    severity.OutbreakRule, severity.AcceptanceRule, severity.AcceptanceNote, taboos.Taboo,
]  # fmt: skip


@pytest.fixture
def handbook(tmp_path):
    packs = tmp_path / "handbook"
    shutil.copytree(ROOT / "data" / "handbook", packs)
    for name, text in EXAMPLES:
        (packs / name).parent.mkdir(exist_ok=True)
        (packs / name).write_text(text, encoding="utf-8")
    return load_handbook(packs)


def test_the_examples_are_all_read():
    assert len(EXAMPLES) == PAGE.count("```yaml") == 3


def test_the_example_of_changing_one_thing_does_what_the_page_says(handbook):
    assert handbook.speak("greet", {}).text == "您好，这里是酒店客服。请问有什么可以帮您？"
    issue = handbook.issue("hotel.service")
    assert (issue.pack, issue.own_class, issue.deadline.text) == ("our_hotel", "客房服务", "2个工作日")
    assert len(handbook.situation("ask.room")) == 2
    process = handbook.processes.choose("hotel.service")
    assert (process.id, process.state("accepted").deadline.duration.text) == ("our_hotel", "2个工作小时")
    assert process.arrow("notify").to == "closed"


def test_the_example_of_quoting_a_document_does_what_the_page_says(handbook):
    issue = handbook.issue("product.quality", product="护眼灯")
    assert (issue.pack, issue.deadline.value) == ("our_lamps", 3)
    said = handbook.say(issue.say[0], {"company.hotline": "4001"})
    assert said.text == "我们会尽快为您检查,您也可以拨打4001。\n给您带来不便,深表歉意。"
    assert said.omitted == ("S-LAMPS-1#1",)


@pytest.mark.parametrize(
    "name", sorted({item.name for kind in CLASSES for item in fields(kind)} - {"origin"})
)
def test_every_key_is_documented(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("key", [*SITUATIONS, *VALUES])
def test_every_situation_and_value_is_documented(key):
    assert f"| `{key}` |" in PAGE


def test_every_key_of_rasas_is_documented():
    for key in RASA_KEYS:
        assert f"`{key}`" in PAGE


def test_the_table_of_packs_is_complete(handbook):
    for pack in handbook.packs:
        assert pack.id.startswith("our_") or f"| {pack.id} |" in PAGE
