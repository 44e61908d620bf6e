"""Prints papers as Word documents, from one template a kind (data/papers, made by make_templates.py)."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.errors import ConfigurationError
from bot.domain.handbook.form import PaperKind
from bot.domain.papers import Block, Row, Sheet
from bot.settings import ROOT

if TYPE_CHECKING:
    from docxtpl import RichText

TEMPLATES = ROOT / "data" / "papers"
_BLANK = re.compile(r"(【待填写：[^】]*】)")
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
_ENDS_A_SENTENCE = "。！!？?；;：:，,"
_MARKER = "#FFF2A8"
_SIGNATURE_LINES, _SIGNATURE_LENGTH = 2, 24


def word(sheet: Sheet, templates: Path = TEMPLATES) -> bytes:
    """The paper as a .docx; ConfigurationError if its template is missing or broken."""
    from docxtpl import DocxTemplate  # it takes long to load; most days of a desk print nothing

    path = templates / f"{sheet.kind}.docx"
    try:
        template = DocxTemplate(str(path))
        template.render(_context(sheet), autoescape=True)
    except Exception as problem:  # docx, zip, XML and Jinja each have errors of their own
        reason = " ".join(str(problem).split()) or type(problem).__name__
        raise ConfigurationError(f"文书模板 {path} 用不了（{reason}）；请恢复原来的模板。") from problem
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def _context(sheet: Sheet) -> dict[str, Any]:
    context: dict[str, Any] = {
        "company": _clean(sheet.company),
        "title": _clean(sheet.title),
        "number": f"编号：{sheet.number}" if sheet.number else "",
        "source": _clean(sheet.source),
        "draft": f"草稿：还有 {len(sheet.blanks)} 处待填写" if sheet.blanks else "",
        "blocks": [_block(block) for block in sheet.blocks],
    }
    if sheet.kind is PaperKind.LETTER:
        context |= _letter(sheet)
    if sheet.kind is PaperKind.MEMO:
        context |= {"head": context["blocks"][0]["rows"], "rest": context["blocks"][1:]}
    return context


def _letter(sheet: Sheet) -> dict[str, Any]:
    """A letter's paragraphs: the salutation stands at the left, company and date at the right."""
    texts = [text for block in sheet.blocks for text in block.paragraphs]
    salutation = texts.pop(0) if texts and texts[0].endswith((":", "：")) else ""
    signature: list[str] = []
    while texts and len(signature) < _SIGNATURE_LINES and _signs(texts[-1]):
        signature.insert(0, texts.pop())
    return {
        "salutation": _marked(salutation) if salutation else "",
        "paragraphs": [_marked(text) for text in texts],
        "signature": [_marked(text) for text in signature],
    }


def _signs(text: str) -> bool:
    return len(text) <= _SIGNATURE_LENGTH and not text.endswith(tuple(_ENDS_A_SENTENCE)) and text != "敬礼"


def _block(block: Block) -> dict[str, Any]:
    return {
        "title": _clean(block.title),
        "rows": [_row(row) for row in block.rows],
        "paragraphs": [_marked(text) for text in block.paragraphs],
    }


def _row(row: Row) -> dict[str, Any]:
    return {"label": _clean(row.label), "value": _marked(row.value)}


def _marked(text: str) -> "RichText":
    """The text with what is still to be filled in highlighted."""
    from docxtpl import RichText

    rich = RichText()
    for part in _BLANK.split(_clean(text)):
        if part:
            rich.add(part, highlight=_MARKER if _BLANK.fullmatch(part) else None)
    return rich


def _clean(text: str) -> str:
    """Without the characters that no XML document may hold."""
    return _FORBIDDEN.sub("", text)
