"""Papers of real cases: approved where they must be, noted in the history, printed and counted."""

import os
import subprocess
import sys

import pytest
from openpyxl import load_workbook

from bot.adapters.database.sealing import Sealer
from bot.adapters.database.unit_of_work import Database
from bot.adapters.papers.pdf import MISSING, converter, pdf
from bot.adapters.papers.word import word
from bot.adapters.script import convert
from bot.adapters.secrets_file import with_secrets
from bot.domain.audit import LOOKS
from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, PaperIncomplete, PaperNotApproved
from bot.domain.history import first_break
from bot.domain.people import Role
from bot.domain.task import TaskKind
from bot.services.approvals import approval_decided
from bot.services.inbox import Inbox, Outcome
from bot.services.papers import Papers
from bot.settings import ROOT, load_settings
from tests.papers import NUMBER, an_accepted_case
from tests.records import a_conversation, a_customer, a_user, store

LETTER = "F-LET-APOLOGY-1"


class Unwatched:
    def changed(self, conversation_id):
        """Nobody watches."""


@pytest.fixture
def papers(desk):
    return Papers(desk.units, desk.words, desk.clock, convert)


@pytest.fixture
def inbox(desk):
    return Inbox(desk.units, desk.words, desk.clock, str, {TaskKind.APPROVAL: approval_decided})


@pytest.fixture
async def boss(desk):
    """A supervisor; the agent `li` works beside them."""
    boss = a_user("wang")
    boss.role = Role.SUPERVISOR
    case = an_accepted_case(fields={"name": "王芳", "product": "奶茶"})
    await store(
        desk.units,
        ("people", a_user("li")),
        ("people", boss),
        ("customers", a_customer()),
        ("conversations", a_conversation()),
        ("cases", case),
    )
    return boss


async def decide(inbox, boss, outcome, note=""):
    (entry,) = await inbox.of(boss)
    await inbox.decide(entry.task.id, boss, outcome, note, entry.version)


async def history(desk, case_id="case"):
    async with desk.units() as uow:
        return await uow.cases.history(case_id)


async def test_a_letter_is_printed_only_after_a_supervisor_approved_it(papers, inbox, boss):
    with pytest.raises(PaperNotApproved, match=f"kesu cases approval {NUMBER}"):
        await papers.sheet(NUMBER, LETTER)
    await papers.ask_approval(NUMBER, LETTER, "li")
    with pytest.raises(PaperNotApproved, match="还在等"):
        await papers.sheet(NUMBER, LETTER)
    await decide(inbox, boss, Outcome.APPROVED)
    assert "王芳先生（女士、小姐）" in (await papers.sheet(NUMBER, LETTER)).text


async def test_the_supervisor_reads_the_text_and_its_risks_before_deciding(papers, inbox, boss):
    await papers.ask_approval(NUMBER, LETTER, "li")
    (entry,) = await inbox.of(boss)
    facts = dict(entry.facts)
    assert "最深的歉意" in facts["正文"]
    assert facts["风险"] == "X-11"


async def test_an_approval_is_for_the_text_as_it_was(papers, inbox, boss):
    await papers.ask_approval(NUMBER, LETTER, "li")
    await decide(inbox, boss, Outcome.APPROVED)
    await papers.note(NUMBER, {"compensation": "一万元"}, "li")
    with pytest.raises(PaperNotApproved, match="内容又变了"):
        await papers.sheet(NUMBER, LETTER)


async def test_an_approval_holds_on_another_day(papers, inbox, boss, desk):
    await papers.ask_approval(NUMBER, LETTER, "li")
    await decide(inbox, boss, Outcome.APPROVED)
    desk.clock.turn(days=1)
    assert "2026年3月19日" in (await papers.sheet(NUMBER, LETTER)).text


async def test_a_refused_letter_is_not_printed_and_the_reason_stands_in_the_history(
    papers, inbox, boss, desk
):
    await papers.ask_approval(NUMBER, LETTER, "li")
    await decide(inbox, boss, Outcome.REFUSED, "补偿没有谈定")
    with pytest.raises(PaperNotApproved, match="没有批准"):
        await papers.sheet(NUMBER, LETTER)
    last = (await history(desk))[-1]
    assert (last.kind, last.actor, last.payload["reason"]) == ("paper_refused", "wang", "补偿没有谈定")


async def test_who_asks_does_not_approve_while_somebody_else_could(papers, inbox, boss, desk):
    other = a_user("zhao")
    other.role = Role.SUPERVISOR
    await store(desk.units, ("people", other))
    await papers.ask_approval(NUMBER, LETTER, "wang")
    with pytest.raises(NotAllowed):
        await decide(inbox, boss, Outcome.APPROVED)
    await decide(inbox, other, Outcome.APPROVED)
    assert await papers.sheet(NUMBER, LETTER)


async def test_the_same_text_is_not_asked_about_twice(papers, boss):
    await papers.ask_approval(NUMBER, LETTER, "li")
    with pytest.raises(Conflict):
        await papers.ask_approval(NUMBER, LETTER, "li")


async def test_a_form_needs_no_approval_and_lists_what_is_missing(papers, boss):
    with pytest.raises(InvalidInput, match="不需要批准"):
        await papers.ask_approval(NUMBER, "F-D07-2", "li")
    with pytest.raises(PaperIncomplete, match="处理意见"):
        await papers.sheet(NUMBER, "F-D07-2")
    marked = await papers.sheet(NUMBER, "F-D07-2", with_blanks=True)
    assert marked.title == "客户投诉处理单"
    assert "【待填写：处理意见】" in marked.text


async def test_what_is_noted_fills_the_form_and_stands_in_the_history(papers, boss, desk):
    await papers.note(NUMBER, {"cause": "开机调整", "disposal": "换货"}, "li")
    await papers.note(NUMBER, {"cause": "贴管机故障"}, "li")
    assert "贴管机故障" in (await papers.sheet(NUMBER, "F-D07-2")).text
    first, last = await history(desk)
    assert first.payload["before"] == {"cause": None, "disposal": None}
    assert (last.actor, last.payload["before"], last.payload["after"]) == (
        "li", {"cause": "开机调整"}, {"cause": "贴管机故障"},
    )  # fmt: skip
    assert first_break([first, last]) is None


@pytest.mark.parametrize("values", [{"nonsense": "x"}, {"cause": " "}, {"cause": "字" * 4001}])
async def test_what_no_paper_asks_for_is_refused(papers, boss, values):
    with pytest.raises(InvalidInput):
        await papers.note(NUMBER, values, "li")


@pytest.mark.parametrize(
    ("number", "form"), [("K0000-00000", "F-D07-2"), (NUMBER, "F-D99-1"), (NUMBER, "F-D24-1")]
)
async def test_unknown_cases_and_papers_are_told(papers, boss, number, form):
    with pytest.raises(NotFound):
        await papers.sheet(number, form)


async def test_a_paper_becomes_a_pdf_with_the_real_program(papers, boss):
    program = converter()
    if program is None:
        pytest.skip(MISSING)
    made = await pdf(word(await papers.sheet(NUMBER, "F-D07-2", with_blanks=True)), program)
    assert made.startswith(b"%PDF-")
    assert len(made) > 10_000


@pytest.fixture
def kesu(tmp_path, sealer):
    """Run `kesu …` in a desk of this test's own, with nothing but these programs."""

    def run(*arguments, path=None):
        env = {name: value for name, value in os.environ.items() if not name.startswith("KESU_")}
        env |= {"KESU_VAR": str(tmp_path / "var")}
        env |= {"PATH": str(path)} if path else {}
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=env)

    return run


async def taken(url, settings):
    """What the audit log says was taken out."""
    database = Database(url, Sealer.from_base64(settings.data_key.get_secret_value()))
    async with database.reading_units()() as uow:
        entries = await uow.audit.after(0, 1000)
    await database.close()
    return [(one.actor, one.deed, one.object) for one in entries if one.deed in LOOKS]


def test_an_unknown_case_is_one_line_at_the_terminal(kesu, tmp_path):
    shown = kesu("cases", "paper", NUMBER, "F-D07-2", "-o", str(tmp_path / "paper.docx"))
    assert shown.returncode == 1
    assert shown.stderr == f"错误: 没有编号为 {NUMBER} 的案件。\n"


def test_without_libreoffice_the_report_is_word_and_a_line_says_so(kesu, tmp_path):
    shown = kesu("cases", "register", "--month", "2026-03", "-o", str(tmp_path / "report.pdf"), path=tmp_path)
    assert MISSING in shown.stdout
    made = tmp_path / "report.docx"
    assert made.read_bytes().startswith(b"PK")
    assert made.stat().st_mode & 0o077 == 0


async def test_a_case_goes_from_form_to_evidence_at_the_terminal(kesu, tmp_path):
    assert kesu("db", "upgrade").returncode == 0
    settings = with_secrets(load_settings().having(var=tmp_path / "var"))
    url = f"sqlite:///{tmp_path / 'var' / 'kesu.db'}"
    database = Database(url, Sealer.from_base64(settings.data_key.get_secret_value()))
    await store(
        database.units(Unwatched()),
        ("people", a_user("li")),
        ("customers", a_customer()),
        ("conversations", a_conversation()),
        ("cases", an_accepted_case()),
    )
    await database.close()
    form, evidence = tmp_path / "form.docx", tmp_path / "case.zip"
    noted = kesu("cases", "note", NUMBER, "cause=开机=调整", "disposal=换货", "--by", "li")
    assert noted.stdout == f"已记入案件 {NUMBER}：cause、disposal\n"
    assert kesu("cases", "paper", NUMBER, "f-d07-2", "-o", str(form)).stdout == f"已写入 {form}\n"
    refused = kesu("cases", "paper", NUMBER, LETTER, "-o", str(tmp_path / "letter.docx"))
    assert (refused.returncode, "要先由主管批准" in refused.stderr) == (1, True)
    assert "已送主管" in kesu("cases", "approval", NUMBER, LETTER, "--by", "li").stdout
    assert "封条" in kesu("cases", "evidence", NUMBER, "--redacted", "-o", str(evidence)).stdout
    assert await taken(url, settings) == [
        ("the terminal", "paper_taken", f"case:{NUMBER}"),
        ("the terminal", "evidence_made", f"case:{NUMBER}"),
    ]
    proven = kesu("cases", "verify", str(evidence))
    assert (proven.returncode, "没有被改过" in proven.stdout, "签名有效\n" in proven.stdout) == (
        0,
        True,
        True,
    )


async def test_a_register_is_written_at_the_terminal_and_into_the_audit_log(kesu, tmp_path):
    file = tmp_path / "register.xlsx"
    assert kesu("cases", "register", "--month", "2026-03", "-o", str(file)).stdout == f"已写入 {file}：0 件\n"
    assert load_workbook(file).sheetnames == ["登记表", "月报"]
    settings = with_secrets(load_settings().having(var=tmp_path / "var"))
    entries = await taken(f"sqlite:///{tmp_path / 'var' / 'kesu.db'}", settings)
    assert entries == [("the terminal", "exported", "register:2026年3月")]


def test_nobody_takes_something_in_the_name_of_who_is_unknown(kesu, tmp_path):
    file = tmp_path / "register.xlsx"
    shown = kesu("cases", "register", "--month", "2026-03", "-o", str(file), "--by", "nobody")
    assert (shown.returncode, shown.stderr) == (1, "错误: 没有登录名 nobody。\n")
    assert not file.exists()
