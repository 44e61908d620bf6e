"""A manufacturer's complaint (D07) from the sheet to the verified improvement: positions approve in order."""

import io
import zipfile

import pytest

from bot.adapters.papers.word import word
from bot.adapters.script import convert
from bot.domain.case import CaseState
from bot.domain.errors import Conflict, NotAllowed, PaperNotApproved
from bot.domain.history import first_break
from bot.domain.people import Role
from bot.services.inbox import Outcome
from bot.services.papers import Papers
from tests.life import Life, local
from tests.packs import PHONE, packs_of, verdict
from tests.people import person
from tests.rooms import reading

CAUSE = {"cause": "模具磨损", "stock": "库存20件不良", "plan": "赔款2000元"}
SHEET, PAYMENT = "F-D07-2", "F-D07-9"  # 客戶投訴處理單; 折价与赔款记录


@pytest.fixture
def life(desk):
    return Life(desk)


@pytest.fixture
async def staff(desk):
    """Sales, two quality managers, the other positions, two departments and a supervisor."""
    await person(desk, "second", positions=["quality_manager"])
    return {
        "sales": await person(desk, "sales"),
        "quality": await person(desk, "quality", positions=["quality_manager"]),
        "vice": await person(desk, "vice", positions=["vice_president"]),
        "general": await person(desk, "general", positions=["general_manager"]),
        "finance": await person(desk, "finance", positions=["finance"]),
        "lab": await person(desk, "lab", Role.DEPARTMENT, "quality"),
        "plant": await person(desk, "plant", Role.DEPARTMENT, "production"),
        "boss": await person(desk, "boss", Role.SUPERVISOR),
    }


@pytest.fixture
async def analysed(life, staff):
    """Quality has the sheet."""
    life.begin("03-18", "10:00")
    text = f"上周送来的零件有20件尺寸超差，要求赔款，电话{PHONE}"
    await life.desk.say(text, reading("product.quality", product="零件", quantity="20件", phone=PHONE))
    await life.desk.say("就这些", reading("chitchat"), choice="submit")
    await life.take(staff["sales"], "hand_to_quality", matter="20件尺寸超差，要求赔款")


async def approved(life, staff, title, *positions):
    for position in positions:
        await life.decide(staff[position], title, Outcome.APPROVED)


async def caused(life, staff):
    """Quality's analysis: refused once, then approved by 品管部经理 and 分管副总."""
    await life.take(staff["lab"], "company_caused", **{**CAUSE, "plan": "换货20件"})
    await approved(life, staff, "公司造成", "quality")
    await life.decide(staff["vice"], "公司造成", Outcome.REFUSED, "客户要求赔款，请重拟")
    await life.take(staff["lab"], "company_caused", **CAUSE)
    await approved(life, staff, "公司造成", "quality", "vice")


async def paid(life, staff):
    await caused(life, staff)
    await life.take(staff["sales"], "compensate", amount="2000")
    await approved(life, staff, "赔款", "general")
    await life.take(staff["finance"], "compensated")


async def improved(life, staff):
    """Closed: measures approved, confirmed by the customer, carried out and verified."""
    await paid(life, staff)
    await life.take(staff["lab"], "propose_measures", measures="每5000模次换模")
    await approved(life, staff, "提出改进对策", "quality", "vice")
    await life.take(staff["sales"], "measures_confirmed", department="production")
    await life.take(staff["plant"], "improved", result="已换新模具")
    await life.take(staff["lab"], "verified", effect="连续三批合格")


async def step(life):
    return (await life.case()).step


async def test_quality_gets_the_sheet_within_half_a_working_day(life, desk):
    life.begin("02-13", "16:30")
    await desk.say("零件尺寸不对", reading("product.quality", product="零件"))
    await desk.say("就这些", reading("chitchat"), choice="submit")
    case = await life.case()
    # an hour and a half on Friday, the other three on the Saturday that is worked for 春节
    assert (case.process, local(case.step_due_at)) == ("manufacturer", "02-14 12:00")


async def test_positions_approve_one_after_the_other_and_the_case_waits(life, staff, analysed):
    await life.take(staff["lab"], "company_caused", **CAUSE)
    assert await life.inbox_of(staff["quality"]) == ["公司造成"]
    assert await life.inbox_of(staff["vice"]) == []
    await approved(life, staff, "公司造成", "quality")
    assert (await life.inbox_of(staff["quality"]), await life.inbox_of(staff["vice"])) == ([], ["公司造成"])
    assert await step(life) == "qc_analysis"
    await approved(life, staff, "公司造成", "vice")
    assert await step(life) == "confirming"
    assert (await life.talk())[-1] == ("desk", "K-HANDLING-PLAN")


async def test_a_manager_who_proposed_leaves_the_approval_to_the_other(life, staff, analysed):
    await life.take(staff["quality"], "company_caused", **CAUSE)
    with pytest.raises(NotAllowed, match="另一位"):
        await approved(life, staff, "公司造成", "quality")
    assert await step(life) == "qc_analysis"


async def test_a_refusal_comes_back_with_its_reason_and_the_case_stays_where_it_was(life, staff, analysed):
    await life.take(staff["lab"], "company_caused", **CAUSE)
    await approved(life, staff, "公司造成", "quality")
    await life.decide(staff["vice"], "公司造成", Outcome.REFUSED, "请重拟")
    assert (await step(life), (await life.case()).verdict) == ("qc_analysis", None)
    assert [title for title in await life.inbox_of(staff["lab"]) if "没有批准：请重拟" in title] != []
    await life.take(staff["lab"], "company_caused", **CAUSE)  # the same may be proposed again
    with pytest.raises(Conflict, match="已经在等品管部经理审批"):
        await life.take(staff["lab"], "company_caused", **CAUSE)


async def test_a_compensation_is_decided_by_the_general_manager_and_paid_by_finance(life, staff, analysed):
    await caused(life, staff)
    await life.take(staff["sales"], "compensate", amount="2000")
    assert await life.inbox_of(staff["general"]) == ["赔款"]
    await approved(life, staff, "赔款", "general")
    assert await life.inbox_of(staff["finance"]) == ["赔款"]
    with pytest.raises(NotAllowed, match="财务已执行赔款"):
        await life.take(staff["general"], "compensated")
    await life.take(staff["finance"], "compensated")
    assert await step(life) == "capa"


async def test_the_history_says_who_proposed_approved_refused_and_executed(life, staff, analysed):
    await improved(life, staff)
    assert (await life.case()).state is CaseState.CLOSED
    kinds = ("approval_asked", "approval_given", "approval_refused")
    assert [(kind, actor) for _, kind, actor in await life.entries(*kinds)] == [
        ("approval_asked", "lab"), ("approval_given", "quality"), ("approval_refused", "vice"),
        ("approval_asked", "lab"), ("approval_given", "quality"), ("approval_given", "vice"),
        ("approval_asked", "sales"), ("approval_given", "general"),
        ("approval_asked", "lab"), ("approval_given", "quality"), ("approval_given", "vice"),
    ]  # fmt: skip
    history = await life.history()
    signed = {
        event.payload["arrow"]: event.payload["approved_by"]
        for event in history
        if "approved_by" in (event.payload or {})
    }
    assert signed == {
        "company_caused": ["quality", "vice"],
        "compensate": ["general"],
        "propose_measures": ["quality", "vice"],
    }
    assert ("finance", "compensated", "compensating", "capa") in await life.steps()
    assert first_break(history) is None


async def test_the_finished_case_prints_its_sheet_and_the_payment_once_a_supervisor_approves(
    life, staff, analysed
):
    await improved(life, staff)
    papers, number = (
        Papers(life.desk.units, life.desk.words, life.desk.clock, convert),
        (await life.case()).number,
    )
    sheet = await papers.sheet(number, SHEET)
    for text in ("模具磨损", "库存20件不良", "赔款2000元", "20件"):
        assert text in sheet.text
    assert "模具磨损" in document(word(sheet))
    with pytest.raises(PaperNotApproved):
        await papers.sheet(number, PAYMENT, with_blanks=True)
    await papers.ask_approval(number, PAYMENT, "sales")
    await life.decide(staff["boss"], "折价与赔款记录", Outcome.APPROVED)
    assert "2000" in (await papers.sheet(number, PAYMENT, with_blanks=True)).text


async def test_the_evidence_of_the_finished_case_proves_itself_redacted_or_not(life, staff, analysed):
    await improved(life, staff)
    number, packs = (await life.case()).number, packs_of(life.desk)
    full, redacted = [await packs.make(number, redacted=hidden) for hidden in (False, True)]
    for files in (full, redacted):
        found = verdict(files)
        assert (found.case, found.problems) == (number, ())
    assert verdict(full).seal == verdict(redacted).seal
    assert PHONE in full["history.json"].decode() + full["conversation.json"].decode()
    assert PHONE not in "".join(text(content) for content in redacted.values())
    assert "客户要求赔款，请重拟" in text(redacted["records.json"])


def document(content):
    return zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()


def text(content):
    return document(content) if content[:2] == b"PK" else content.decode()
