"""Papers filled in from a case: complete, marked or refused, and never more than the handbook says."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document

from bot.adapters.handbook_files import load_handbook
from bot.adapters.papers import make_templates
from bot.adapters.papers.word import TEMPLATES, word
from bot.adapters.script import convert
from bot.domain import paper_values
from bot.domain.case import Case, CaseState
from bot.domain.errors import ConfigurationError, PaperIncomplete
from bot.domain.handbook.form import PaperKind
from bot.domain.paper_values import CaseFile
from bot.domain.papers import Filling, needs_approval
from bot.settings import ROOT

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
REQUIRED = {
    "F-D01-1", "F-D01-2", "F-D01-3", "F-D01-4", "F-D01-5",
    "F-D07-1", "F-D07-2", "F-D07-3", "F-D07-4", "F-D07-5", "F-D07-6",
    "F-D07-7", "F-D17-1", "F-D28-1", "F-D30-1", "F-D33-1", "F-D33-2", "F-D43-1", "F-D43-2",
    "F-LET-APOLOGY-1",
}  # fmt: skip
LETTERS = {"F-LET-APOLOGY-1", "F-LET-FLOW-1", "F-LET-PRACT-1", "F-LET-STD-1", "F-LET-HOTEL-1", "F-D43-2"}


@pytest.fixture(scope="module")
def handbook():
    return load_handbook(ROOT / "data" / "handbook")


def a_case(**more):
    values = {"fields": {"name": "王芳", "phone": "13900001234", "product": "奶茶", "wish": "换一箱"}, **more}
    case = Case(
        "case", "customer", "talk", "web", "carton.empty", "产品质量", "严重", "一般",
        "一箱奶茶里有一盒是空的", NOW, NOW, **values,
    )  # fmt: skip
    case.accept("K4837-19206", NOW, NOW)
    return case


@pytest.fixture
def fill(handbook):
    def fill(form_id, case, **more):
        company = {"company.name": "测试公司", "company.hotline": "400-000-0000"}
        values = {**company, **paper_values.values(CaseFile(case, "小李", NOW), handbook)}
        filling = Filling(values, paper_values.titles(handbook), handbook.clauses)
        return filling.sheet(handbook.forms[form_id], source=form_id, **more)

    return fill


def value(sheet, label):
    return next(row.value for block in sheet.blocks for row in block.rows if row.label == label)


def printed(document):
    """Everything that stands in a .docx, in order."""
    body = Document(io.BytesIO(document)).element.body
    return "\n".join(node.text for node in body.iter() if node.tag.endswith("}t") and node.text)


def test_every_paper_that_the_documents_ask_for_can_be_printed(handbook):
    assert {item.id for item in handbook.forms.values() if item.is_printed} >= REQUIRED


def test_every_printed_line_names_its_source(handbook):
    for paper in handbook.forms.values():
        for section in paper.sections:
            for entry in section.entries:
                assert entry.source == "desk" or entry.source.startswith("D"), (paper.id, entry.label)


def test_a_line_is_filled_from_the_first_value_that_is_there(fill):
    told = fill("F-D01-1", a_case())
    assert value(told, "投诉内容") == "一箱奶茶里有一盒是空的"
    asked = fill("F-D01-1", a_case(fields={"details": "有一盒是空的", "name": "王芳"}))
    assert value(asked, "投诉内容") == "有一盒是空的"


def test_missing_values_are_all_named_in_one_error(fill):
    with pytest.raises(PaperIncomplete, match=r"客戶投訴處理單.*K4837-19206.*问题产生的原因、处理意见"):
        fill("F-D07-2", a_case())


def test_missing_values_are_marked_when_blanks_are_wanted(fill):
    sheet = fill("F-D07-2", a_case(), with_blanks=True)
    assert value(sheet, "处理意见") == "【待填写：处理意见】"
    assert sheet.blanks == ("问题产生的原因", "处理意见")


def test_what_was_found_out_fills_the_paper(fill):
    sheet = fill("F-D07-2", a_case(findings={"cause": "开机调整", "plan": "换货"}))
    assert (value(sheet, "问题产生的原因"), value(sheet, "处理意见")) == ("开机调整", "换货")


def test_lines_for_a_pen_stay_empty_and_are_not_missing(fill):
    sheet = fill("F-D07-2", a_case(findings={"cause": "开机调整", "plan": "换货"}))
    assert value(sheet, "分管副总批准") == ""
    assert sheet.blanks == ()


def test_a_choice_is_ticked(fill):
    sheet = fill(
        "F-D01-2", a_case(verdict="unfounded", findings={"investigation": "查过了", "opinion": "属正常"})
    )
    assert value(sheet, "调查结果") == "□属实　☑不属实"


@pytest.mark.parametrize(
    ("verdict", "shown", "hidden"),
    [("founded", "责任部门", "向客户返回的调查意见"), ("unfounded", "向客户返回的调查意见", "责任部门")],
)
def test_a_part_for_another_verdict_is_left_out(fill, verdict, shown, hidden):
    findings = {"investigation": "查过了", "opinion": "属正常"}
    text = fill("F-D01-2", a_case(verdict=verdict, department="quality", findings=findings)).text
    assert shown in text
    assert hidden not in text


@pytest.mark.parametrize(
    ("state", "answer", "claimed"),
    [
        (CaseState.CLOSED, "非常满意", True),
        (CaseState.CLOSED, "满意", True),
        (CaseState.CLOSED, "一般", False),
        (CaseState.ACCEPTED, "满意", False),
    ],
)
def test_success_is_claimed_only_for_a_case_closed_satisfied(fill, state, answer, claimed):
    findings = {"cause": "a", "plan": "b", "measures": "c", "result": "d", "satisfaction": answer}
    case = a_case(findings=findings)
    case.state = state
    text = fill("F-D30-1", case).text
    assert ("顾客反馈问题已得到解决" in text) is claimed
    assert ("我们成功解决了顾客的问题" in text) is claimed
    assert "3. 结论" in text


def test_the_apology_letter_has_its_seven_paragraphs_and_marks_the_open_ones(fill):
    sheet = fill("F-LET-APOLOGY-1", a_case(findings={"cause": "开机调整时出现空包"}))
    (block,) = sheet.blocks
    assert block.paragraphs[0] == "王芳先生（女士、小姐）："
    assert "开机调整时出现空包" in block.paragraphs[3]
    assert sheet.blanks == ("公司采取的措施（含制度修正与处分情形）", "补偿内容")
    assert "【待填写：补偿内容】" in block.paragraphs[4]
    assert "宽恕与原谅" in block.paragraphs[6]
    assert block.paragraphs[-2:] == ("测试公司", "2026年3月18日")


def test_misprints_are_corrected_in_what_is_sent(fill):
    hotel = fill("F-LET-HOTEL-1", a_case()).text
    assert "酒店的服務提出的意見" in hotel
    assert "酒點" not in hotel
    flow = fill("F-LET-FLOW-1", a_case()).text
    assert "防止类似问题的再次发生" in flow
    assert "确保类似问题的再次发生" not in flow


def test_the_letter_about_the_process_names_the_deadline_of_this_case(fill, handbook):
    flow = fill("F-LET-FLOW-1", a_case()).text
    assert f"我们会在{handbook.issue('carton.empty').deadline.text}内给出" in flow


def test_letters_and_risky_papers_need_approval_and_forms_do_not(handbook):
    asking = {item.id for item in handbook.forms.values() if needs_approval(item, handbook.clauses)}
    assert asking == {*LETTERS, "F-STATEMENT-REG-1", "F-D07-9"}


def test_what_a_customer_wrote_is_only_text(fill):
    nasty = "{{ 7*7 }} {% raw %} {field.phone} <w:b/> & \x07\n第二行 \ufffe"
    sheet = fill("F-D01-1", a_case(fields={"details": nasty}))
    text = printed(word(sheet))
    assert "{{ 7*7 }} {% raw %} {field.phone} <w:b/> & " in text
    assert "第二行" in text


@pytest.mark.parametrize("kind", list(PaperKind))
def test_each_kind_of_paper_is_a_word_document(fill, kind, handbook):
    paper = next(item for item in handbook.forms.values() if item.is_printed and item.kind is kind)
    sheet = fill(paper.id, a_case(), with_blanks=True)
    text = printed(word(sheet)).replace("\n", "")
    for block in sheet.blocks:
        for line in (block.title, *(row.label for row in block.rows), *block.paragraphs):
            assert line.replace("\n", "") in text


def test_a_paper_of_a_traditional_document_is_printed_in_simplified_characters(fill):
    sheet = fill("F-D01-1", a_case()).converted(lambda text: convert(text, "hans"))
    assert sheet.title == "客户投诉记录"


def test_a_broken_template_is_named(fill, tmp_path):
    (tmp_path / "form.docx").write_bytes(b"no zip")
    with pytest.raises(ConfigurationError, match=r"form\.docx"):
        word(fill("F-D01-1", a_case()), tmp_path)


def test_the_templates_are_what_their_script_makes(tmp_path, monkeypatch):
    monkeypatch.setattr(make_templates, "FOLDER", tmp_path)
    make_templates.main()
    for made in tmp_path.iterdir():
        for part in ("word/document.xml", "word/styles.xml", "word/footer1.xml"):
            with zipfile.ZipFile(made) as new, zipfile.ZipFile(TEMPLATES / made.name) as kept:
                assert new.read(part) == kept.read(part), (made.name, part)
