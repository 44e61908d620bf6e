"""Makes the Word templates in data/papers: `python -m bot.adapters.papers.make_templates`.

A template is for every paper of its kind: the lines come from the handbook's packs. A company may change the
looks of a template in Word; what stands in braces must stay.
"""

from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

from bot.settings import ROOT

FOLDER = ROOT / "data" / "papers"
_INK, _PALE = RGBColor(0x22, 0x2B, 0x36), RGBColor(0x6B, 0x74, 0x80)
_LATIN, _BODY, _HEAD = "Arial", "宋体", "黑体"
_LABEL_WIDTH, _VALUE_WIDTH = Cm(4.4), Cm(12.2)
_LABEL_FILL = "F2F4F7"


def main() -> None:
    """Write all templates anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in (("form", form), ("letter", letter), ("memo", memo)):
        make().save(str(FOLDER / f"{name}.docx"))


def form() -> Docx:
    """Company and number on top, then for each part a heading and a table of lines."""
    page = _page()
    _line(page, "{{ company }}", "Kesu Small")
    _line(page, "{{ title }}", "Kesu Title")
    _line(page, "{{ number }}", "Kesu Number")
    _line(page, "{%p for block in blocks %}")
    _blocks(page)
    _line(page, "{%p endfor %}")
    return page


def memo() -> Docx:
    """To, from, subject and date without lines around them; the rest like a form."""
    page = _page()
    _line(page, "{{ company }}", "Kesu Small")
    _line(page, "{{ title }}", "Kesu Title")
    _table(page, "head", grid=False)
    _line(page, "", "Kesu Rule")
    _line(page, "{%p for block in rest %}")
    _blocks(page)
    _line(page, "{%p endfor %}")
    return page


def letter() -> Docx:
    """Letterhead, salutation, indented paragraphs, and the company's name and the date at the right."""
    page = _page()
    _line(page, "{{ company }}", "Kesu Letterhead")
    _line(page, "", "Kesu Rule")
    _line(page, "{%p if draft %}")
    _line(page, "{{ draft }}", "Kesu Number")
    _line(page, "{%p endif %}")
    _line(page, "{%p if salutation %}")
    _line(page, "{{r salutation }}", "Kesu Salutation")
    _line(page, "{%p endif %}")
    for name, style in (("paragraphs", "Kesu Letter"), ("signature", "Kesu Signature")):
        _line(page, f"{{%p for text in {name} %}}")
        _line(page, "{{r text }}", style)
        _line(page, "{%p endfor %}")
    return page


def _page() -> Docx:
    page = Document()
    section = page.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.0), Cm(1.8)
    _styles(page)
    foot = section.footer.paragraphs[0]
    foot.style = page.styles["Kesu Small"]
    foot.add_run("{{ source }}　　第 ")
    _field(foot, "PAGE")
    foot.add_run(" 页")
    return page


def _styles(page: Docx) -> None:
    _style(page, "Kesu Text", 10.5, before=1, after=1)
    _style(page, "Kesu Label", 10, bold=True, font=_HEAD)
    _style(page, "Kesu Small", 8.5, color=_PALE)
    _style(page, "Kesu Number", 9.5, color=_PALE, align=WD_ALIGN_PARAGRAPH.RIGHT, after=6)
    _style(page, "Kesu Title", 18, bold=True, font=_HEAD, align=WD_ALIGN_PARAGRAPH.CENTER, after=8)
    _style(
        page, "Kesu Heading", 11.5, bold=True, font=_HEAD, before=8, after=3
    ).paragraph_format.keep_with_next = True
    _style(page, "Kesu Letterhead", 14, bold=True, font=_HEAD, align=WD_ALIGN_PARAGRAPH.CENTER, after=2)
    text = _style(page, "Kesu Letter", 11.5, after=6)
    text.paragraph_format.first_line_indent, text.paragraph_format.line_spacing = Pt(23), 1.5
    _style(page, "Kesu Salutation", 11.5, after=6)
    _style(page, "Kesu Signature", 11.5, align=WD_ALIGN_PARAGRAPH.RIGHT, before=4)
    _rule(_style(page, "Kesu Rule", 4, after=8))


def _style(
    page: Docx,
    name: str,
    size: float,
    *,
    bold: bool = False,
    font: str = _BODY,
    color: RGBColor = _INK,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
    before: float = 0,
    after: float = 0,
) -> ParagraphStyle:
    style: ParagraphStyle = page.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.font.bold, style.font.name = Pt(size), bold, _LATIN
    style.font.color.rgb = color
    properties = style.element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)
    language = OxmlElement("w:lang")
    language.set(qn("w:eastAsia"), "zh-CN")  # decides which shape a shared character takes
    properties.append(language)
    layout = style.paragraph_format
    layout.alignment, layout.space_before, layout.space_after = align, Pt(before), Pt(after)
    return style


def _rule(style: ParagraphStyle) -> None:
    """A line under paragraphs of this style."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "8"), ("space", "1"), ("color", "6B7480")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    style.element.get_or_add_pPr().append(borders)


def _blocks(page: Docx) -> None:
    _line(page, "{%p if block.title %}")
    _line(page, "{{ block.title }}", "Kesu Heading")
    _line(page, "{%p endif %}")
    _line(page, "{%p for text in block.paragraphs %}")
    _line(page, "{{r text }}", "Kesu Text")
    _line(page, "{%p endfor %}")
    _line(page, "{%p if block.rows %}")
    _table(page, "block.rows", grid=True)
    _line(page, "{%p endif %}")


def _table(page: Docx, rows: str, *, grid: bool) -> None:
    """A table with a row for each of `rows`: the label, and the value."""
    table = page.add_table(rows=3, cols=2, style="Table Grid" if grid else "Normal Table")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _cell(table, 0, 0, f"{{%tr for row in {rows} %}}", "Kesu Text")
    _cell(table, 1, 0, "{{ row.label }}", "Kesu Label")
    _cell(table, 1, 1, "{{r row.value }}", "Kesu Text")
    _cell(table, 2, 0, "{%tr endfor %}", "Kesu Text")
    table.columns[0].width, table.columns[1].width = _LABEL_WIDTH, _VALUE_WIDTH
    table.rows[1].height = Cm(0.85)
    if grid:
        _shade(table)


def _cell(table: Table, row: int, column: int, text: str, style: str) -> None:
    cell = table.cell(row, column)
    cell.paragraphs[0].text, cell.paragraphs[0].style = text, style
    for each in table.rows[row].cells:
        each.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    table.cell(row, 0).width, table.cell(row, 1).width = _LABEL_WIDTH, _VALUE_WIDTH


def _shade(table: Table) -> None:
    fill = OxmlElement("w:shd")
    fill.set(qn("w:val"), "clear")
    fill.set(qn("w:fill"), _LABEL_FILL)
    table.cell(1, 0)._tc.get_or_add_tcPr().append(fill)  # noqa: SLF001 -- python-docx offers no other way


def _line(page: Docx, text: str, style: str = "Kesu Text") -> Paragraph:
    return page.add_paragraph(text, style=style)


def _field(paragraph: Paragraph, name: str) -> None:
    """A field that Word computes, like the page's number."""
    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), name)
    paragraph._p.append(element)  # noqa: SLF001 -- python-docx offers no other way


if __name__ == "__main__":
    main()
