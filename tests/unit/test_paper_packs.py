"""The papers in the packs: documented, complete, and checked before they are ever printed."""

import re
import shutil
from dataclasses import fields

import pytest

from bot.adapters.handbook_files import check_directory, load_handbook
from bot.domain.handbook import form
from bot.settings import ROOT

PAGE = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def handbook():
    return load_handbook(ROOT / "data" / "handbook")


@pytest.mark.parametrize("kind", [form.Form, form.Section, form.Paragraph, form.Entry, form.Asked])
def test_every_key_of_a_paper_is_documented(kind):
    for item in fields(kind):
        assert item.name == "origin" or f"`{item.name}`" in PAGE, item.name


def test_every_paper_is_in_the_page_about_papers(handbook):
    listed = set(re.findall(r"F-[A-Z0-9-]+[0-9]", PAGE))
    in_words = {"D14", "D18", "D20", "D21", "D27", "D31", "D39", "D40", "D41"}
    printed = {
        item.id for item in handbook.forms.values() if item.is_printed and item.document not in in_words
    }
    assert printed <= listed <= handbook.forms.keys()


@pytest.mark.parametrize(
    ("paper", "told"),
    [
        (
            "[{title: 一, entries: [{label: 甲, source: desk, value: case.nonsense}]}]",
            "没有 case.nonsense 这个值",
        ),
        ('[{paragraphs: [{text: "{field.nothing}"}]}]', "没有 field.nothing 这个值"),
        ("[{clause: S-NO-1}]", "没有条款 S-NO-1"),
        ("[{clause: S-REC-1, sentences: [9]}]", "超出了条款的句数"),
        ("[{}]", "这一节是空的"),
        ("[{entries: [{label: 甲, source: desk, value: Case}]}]", "写法不对"),
    ],
)
def test_a_paper_that_can_not_be_filled_is_a_problem_of_its_pack(tmp_path, paper, told):
    folder = tmp_path / "handbook"
    shutil.copytree(ROOT / "data" / "handbook", folder)
    text = f"papers:\n  - {{id: F-X-1, document: D01, title: 试, sections: {paper}}}\n"
    (folder / "general" / "papers" / "x.yaml").write_text(text, encoding="utf-8")
    (problem,) = check_directory(folder)
    assert told in problem.message
    assert "F-X-1" in problem.place
