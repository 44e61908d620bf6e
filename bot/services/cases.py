"""A case from the first complaining sentence to its number, and its withdrawal."""

import re
from datetime import datetime, timedelta

from bot.domain.case import Case, CaseState, changes, new_number
from bot.domain.conversation import Conversation
from bot.domain.handbook.handbook import Issue
from bot.domain.handbook.severity import Heat, Severity
from bot.domain.workdays import SHANGHAI
from bot.services import persons, recounting, steps, verdicts
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn, announce, record
from bot.services.words import Words

_REMEMBERED = timedelta(days=30)  # after its end; what a customer says later is about something else
WITHDRAWAL = "withdraw"  # the open question whether to withdraw
_ABOUT_WITHDRAWAL = frozenset({"affirm", "deny", "withdraw", "chitchat", None})
_GO_ON = re.compile(r"继续|保留|[别不]撤")


async def open_draft(turn: Turn, issue: str) -> Case:
    """Open a draft for this issue with what the handbook pack says about it, and make it the turn's case."""
    rule = turn.words.handbook.issue(issue)
    case = Case(
        id=new_id(turn.now),
        customer_id=turn.conversation.customer_id,
        conversation_id=turn.conversation.id,
        channel=turn.conversation.channel,
        issue=issue,
        category=rule.category,
        severity=rule.severity,
        heat=rule.heat,
        text=turn.text,
        opened_at=turn.now,
        heard_at=turn.now,
    )
    turn.uow.cases.add(case)
    turn.case, turn.conversation.case_id = case, case.id
    await turn.record(case, "opened", issue=issue, severity=rule.severity, message=turn.message.id)
    return case


def reclassify(turn: Turn, case: Case, issue: str) -> None:
    """File the case by its present primary issue; `issue`, just noted, can only make it graver and hotter."""
    case.category = rule_of(turn.words, case).category
    noted, handbook = rule_of(turn.words, case, issue), turn.words.handbook
    case.severity = handbook.graver_severity(Severity(case.severity), noted.severity)
    case.heat = handbook.hotter(Heat(case.heat), noted.heat)


async def refile(turn: Turn, case: Case) -> None:
    """An accepted case that turned out to be about something graver goes over into the process for that."""
    before, pack = case.standing(), rule_of(turn.words, case).pack
    if await steps.refile(turn.uow, turn.words, case, pack, turn.now):
        moved = {"title": "转入另一流程", **changes(before, case.standing())}
        await record(turn.uow, case, "refiled", "bot", turn.now, **moved)


def rule_of(words: Words, case: Case, issue: str | None = None) -> Issue:
    """What the handbook says of the case's issue (or another one), and the product or place it is about."""
    return words.handbook.issue(
        issue or case.issue, product=case.fields.get("product"), place=case.fields.get("place")
    )


async def accept(
    uow: UnitOfWork,
    words: Words,
    conversation: Conversation,
    case: Case,
    now: datetime,
    *,
    actor: str = "desk",
    first: bool = False,
    since: datetime | None = None,
) -> None:
    """Make a draft count: number, clock, and the announcement to the customer. A second call does nothing.

    `first`: the announcement comes before what the bot answers. The promise is the deadline of the pack that
    claims the issue (general: D01, 5 working days). `since`: the clock starts then, not now.
    """
    if not case.is_draft:
        return
    start = since or now
    due_at = words.due(start, rule_of(words, case).deadline.duration)
    number = await uow.cases.add_numbered(case, new_number)
    case.accept(number, start, due_at)
    case.promise = recounting.counted(start, rule_of(words, case).deadline.duration)
    steps.begin(uow, words, case, rule_of(words, case).pack, start)
    conversation.question = None
    doubts = recounting.doubts(words, due_at, case.step_due_at)
    await record(uow, case, "accepted", actor, now, number=number, due_at=due_at.isoformat(), **doubts)
    await verdicts.judge(uow, words, case, now)
    situation = "case_accepted.human" if rule_of(words, case).human else "case_accepted"
    announce(conversation, words, situation, case_values(case, words), first=first, case_id=case.id)


def case_values(case: Case, words: Words) -> dict[str, str]:
    """What sentences about a case fill into their placeholders."""
    rule = rule_of(words, case)
    due_at = case.due_at.astimezone(SHANGHAI) if case.due_at else None
    return {
        "case.number": case.number or "",
        "case.issue": rule.title,
        "case.state": steps.told(words, case) or words.state(case.state),
        "case.due": f"{due_at.month}月{due_at.day}日" if due_at else "",
        "case.ahead": steps.ahead(words, case) if case.number else "",
        "deadline": rule.deadline.text,
    }


async def current(turn: Turn, *, within: timedelta | None = None) -> Case | None:
    """The case this customer most likely means: the one at hand, else their newest not withdrawn or merged.

    A closed one is meant no longer than 30 days after its end; `within`: only one opened so lately.
    """
    return turn.case or await _newest(turn.uow, turn.conversation, turn.now, within)


async def at_hand(uow: UnitOfWork, conversation: Conversation, now: datetime) -> Case | None:
    """The same outside of a turn: the case the bot is working on, else the newest one."""
    if conversation.case_id is not None:
        return await uow.cases.get(conversation.case_id)
    return await _newest(uow, conversation, now)


async def _newest(
    uow: UnitOfWork, conversation: Conversation, now: datetime, within: timedelta | None = None
) -> Case | None:
    for case in await persons.cases_of(uow, conversation):
        gone = case.state in (CaseState.WITHDRAWN, CaseState.MERGED)
        if not gone and _is_remembered(case, now, within):
            return case
    return None


def _is_remembered(case: Case, now: datetime, within: timedelta | None) -> bool:
    if within is not None:
        return case.opened_at > now - within
    return case.is_open or (case.closed_at or case.opened_at) > now - _REMEMBERED


async def ask_withdrawal(turn: Turn) -> None:
    """The customer wants to withdraw: ask once whether they really do; said again, that is a yes.

    The case stays when the words speak of going on, whatever they were taken for.
    """
    if turn.conversation.question == WITHDRAWAL:
        keep(turn) if _GO_ON.search(turn.plain) else await withdraw(turn)
        return
    case = await current(turn)
    if case is None or case.state is CaseState.CLOSED:
        turn.say("withdraw.none")
        return
    turn.case = case
    turn.conversation.case_id, turn.conversation.question = case.id, WITHDRAWAL
    turn.say("withdraw.ask", choices=turn.words.choices("withdraw", turn.conversation.script))


async def withdraw(turn: Turn) -> None:
    """The customer confirmed: the case is withdrawn and kept in the books as such."""
    case = turn.case
    turn.conversation.question = None
    if case is None or case.state in (CaseState.CLOSED, CaseState.MERGED):  # since they were asked
        turn.say("withdraw.none")
        return
    before = case.standing()
    case.state = CaseState.WITHDRAWN
    await steps.end(turn.uow, turn.words, case, "withdraw", turn.now)
    turn.conversation.case_id = None
    changed = changes(before, case.standing())
    await turn.record(case, "withdrawn", actor="customer", message=turn.message.id, **changed)
    turn.say("withdraw.done")


def drop_stale_withdrawal(turn: Turn) -> None:
    """Whoever speaks of something else has not confirmed: a later yes must not withdraw the case."""
    if turn.conversation.question != WITHDRAWAL or turn.reading.acted_on in _ABOUT_WITHDRAWAL:
        return
    turn.conversation.question = None
    if turn.case is not None and not turn.case.is_draft:
        turn.case = turn.conversation.case_id = None


def keep(turn: Turn) -> None:
    """The customer thought better of withdrawing: the case stays as it is."""
    turn.conversation.question = None
    if turn.case is not None and not turn.case.is_draft:
        turn.conversation.case_id = None
    turn.say("withdraw.kept")


async def complete(turn: Turn) -> None:
    """Nothing is open any more: accept the draft, or thank for what was added to an accepted case."""
    case = turn.case
    if case is None:
        return
    if case.is_draft:
        await accept(turn.uow, turn.words, turn.conversation, case, turn.now, actor="customer")
    else:
        turn.say("facts_complete")
    turn.conversation.case_id = turn.conversation.question = None
