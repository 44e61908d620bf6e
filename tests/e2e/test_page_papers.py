"""Papers of a case, filled in and taken away in a real browser: the files are what they say, and open."""

import io
import zipfile

import pytest
from docx import Document

from bot.adapters.papers.archive import unpack
from bot.adapters.papers.pdf import converter
from bot.domain.evidence_check import check, manifest_of
from bot.domain.people import Role
from tests.accepted import accepted
from tests.doors import Site
from tests.e2e.pages import sign_in

pytestmark = pytest.mark.browser

FORM = "F-D07-2"
CAUSE = "灌装时封口不严，已停机检查"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.run(running.door.person(role=Role.SUPERVISOR))
        yield running


@pytest.fixture
def case(site):
    said = accepted(site.door.desk, "visitor", "porridge.sour", "八宝粥是酸的", phone="13812345678")
    return site.run(said)


@pytest.fixture
def case_page(page, site, case, complaints_of_the_browser):
    """The case's page, with a supervisor signed in; in the end the browser had nothing to complain of."""
    page.set_default_timeout(15_000)
    sign_in(page, site.url, "wang")
    page.goto(f"{site.url}/desk/cases/{case.id}")
    yield page
    assert complaints_of_the_browser == []


@pytest.fixture
def paper_page(case_page, site, case):
    """The page of a form of this case, one value of which has been filled in there."""
    case_page.goto(f"{site.url}/desk/cases/{case.id}/papers/{FORM}")
    case_page.get_by_label("问题产生的原因").fill(CAUSE)
    case_page.get_by_role("button", name="保存").click()
    case_page.get_by_role("article").get_by_text(CAUSE).wait_for()
    case_page.get_by_label("标出缺的地方，照样下载").check()
    return case_page


def take(page, button):
    """Press a button that gives a file: its name, its content type, and what is in it."""
    types = []
    page.on("response", lambda answer: types.append(answer.headers.get("content-type")))
    with page.expect_download(timeout=90_000) as expected:  # LibreOffice takes its time to start
        page.get_by_role("button", name=button).click(no_wait_after=True)
    download = expected.value
    return download.suggested_filename, types[-1], download.path().read_bytes()


def test_a_filled_in_form_is_downloaded_as_word(paper_page, case):
    name, kind, content = take(paper_page, "下载 Word")
    assert (name, kind) == (f"{case.number}-{FORM}.docx", WORD)
    body = Document(io.BytesIO(content)).element.body
    said = "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))
    assert CAUSE in said
    assert case.number in said


@pytest.mark.skipif(
    converter() is None, reason="needs LibreOffice (apt-get install libreoffice-writer-nogui)"
)
def test_a_filled_in_form_is_downloaded_as_pdf(paper_page, case):
    name, kind, content = take(paper_page, "下载 PDF")
    assert (name, kind) == (f"{case.number}-{FORM}.pdf", "application/pdf")
    assert content.startswith(b"%PDF-")
    *_, table, end = content.split()
    assert end == b"%%EOF"
    assert content[int(table) :].startswith(b"xref")  # a reader begins there


@pytest.mark.parametrize(("button", "redacted"), [("下载（完整）", False), ("下载（隐去", True)])
def test_the_evidence_is_downloaded_and_proves_itself(case_page, case, tmp_path, button, redacted):
    name, kind, content = take(case_page, button)
    assert kind == "application/zip"
    assert case.number in name
    (tmp_path / "case.zip").write_bytes(content)
    files = unpack(tmp_path / "case.zip")
    assert check(files, is_signed=True).problems == ()
    assert manifest_of(files).redacted is redacted
    assert ("13812345678" in files["records.json"].decode()) is not redacted
    assert zipfile.ZipFile(io.BytesIO(files["papers/F-D01-1.docx"])).testzip() is None
