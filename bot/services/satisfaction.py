"""What a customer answers to a visit (回访), and what becomes of the case."""

import logging
from datetime import datetime, timedelta

from bot.domain.case import Case, CaseState
from bot.domain.conversation import Conversation, Message
from bot.domain.errors import InvalidInput, KesuError, MissingValues
from bot.domain.followup import Satisfaction, Visit, VisitState, pressed, understood
from bot.domain.people import Role, User
from bot.domain.process import CUSTOMER, Filled, Mover, course
from bot.domain.reasons import Reason
from bot.domain.task import Assignee, Decision, Task, TaskKind, TaskState
from bot.services import handoff, moves, steps, visits
from bot.services.deadlines import alert
from bot.services.deeds import DEED
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn, announce, deliver, record
from bot.services.words import Words

log = logging.getLogger(__name__)

CLOSE_WITH_NOTE, BY_PHONE, VISIT = "close_with_note", "visit", "visit"
_HEARD_WITHIN = timedelta(days=30)  # after the last try; later, 「满意」 speaks of something else
_LABELS = {"satisfied": Satisfaction.SATISFIED, "dissatisfied": Satisfaction.DISSATISFIED}
_LONGEST_FIRST = sorted(Satisfaction, key=len, reverse=True)
_NOT_REACHED = (
    "未接",
    "没接",
    "无人接",
    "没人接",
    "打不通",
    "未联系上",
    "关机",
    "停机",
    "空号",
    "占线",
    "拒接",
)


async def meant(
    uow: UnitOfWork, words: Words, conversation: Conversation, message: Message
) -> Satisfaction | None:
    """The answer to a visit that a message gives by its button, a number or the words alone."""
    answer = pressed(message.choice)
    if answer is None and message.choice is None and conversation.question is None:
        answer = understood(words.in_script(message.text, "hans"))
    if answer is None or await _asked(uow, conversation, message.created_at) is None:
        return None
    return answer


async def hear(turn: Turn) -> bool:
    """Take the message as the answer to a visit; False if none was waiting for it."""
    visit = await _asked(turn.uow, turn.conversation, turn.now)
    answer = (
        pressed(turn.message.choice)
        or understood(turn.words.in_script(turn.text, "hans"))
        or _LABELS.get(turn.reading.acted_on or "")
    )
    if visit is None or answer is None:
        return False
    case = await turn.uow.cases.get(visit.case_id)
    situation = "followup.sorry" if answer.reopens else "followup.thanks"
    announce(turn.conversation, turn.words, situation, {"case.satisfaction": str(answer)})
    await answered(turn.uow, turn.words, visit, case, answer, CUSTOMER, turn.now, said=turn.text)
    if answer.reopens and await _is_again(turn.uow, case):
        await handoff.to_queue(turn, case, reason=Reason.DISSATISFIED, calls=True)
    return True


async def hear_beside(turn: Turn) -> None:
    """The same while an agent answers the customer: only what is an answer for sure."""
    if await meant(turn.uow, turn.words, turn.conversation, turn.message) is not None and await hear(turn):
        deliver(turn.uow, turn.conversation, turn.now)
    await heard_from(turn.uow, turn.words, turn.conversation, turn.now)


async def heard_from(uow: UnitOfWork, words: Words, conversation: Conversation, now: datetime) -> None:
    """A customer who could not be reached has written after all: their case is taken up again."""
    for visit in await uow.visits.unanswered(conversation.id):
        if visit.state is not VisitState.UNREACHED:
            continue
        case = await uow.cases.get(visit.case_id)
        visit.state = VisitState.DROPPED
        arrow = steps.process_of(words, case).meaning("reopen")
        if case.state is not CaseState.CLOSED or case.round != visit.round or arrow is None:
            continue
        try:
            await moves.by_customer(uow, words, case, arrow.id, Filled(reason="未联系上之后顾客又来信"), now)
        except KesuError as problem:  # what the customer wrote must be answered all the same
            log.warning("case %s is not reopened: %s", case.number, problem)
            alert(uow, f"{case.number} 未联系上的顾客又来信了", Assignee.ROLE, Role.AGENT, now, case)


async def answered(
    uow: UnitOfWork,
    words: Words,
    visit: Visit,
    case: Case,
    answer: Satisfaction,
    by: Mover,
    now: datetime,
    *,
    said: str = "",
) -> None:
    """Keep the answer, and move the case: closed, asked once more, looked into again, or to a supervisor.

    `said` are the customer's own words with it. The caller commits.
    """
    own_words = {"words": said} if said else {}
    visit.answer(answer, by.id, now)
    await record(
        uow,
        case,
        "satisfaction",
        by.id,
        now,
        title="回访答复",
        answer=str(answer),
        visit=visit.nth,
        tries=visit.tries,
        **own_words,
    )
    await _drop_calls(uow, visit, now)
    case.findings = {**(case.findings or {}), visits.ANSWER: str(answer)}
    if answer.reopens:
        await _dissatisfied(uow, words, case, answer, by, now)
    elif await visits.further(uow, words, case, visit, now) is None and case.is_open:
        await _finished(uow, words, case, answer, by, now)


async def called(uow: UnitOfWork, words: Words, decision: Decision) -> None:
    """Somebody has telephoned: their note holds one of the five answers, or that nobody could be reached.

    An effect of the inbox; the caller commits. InvalidInput if the note says neither.
    """
    by, now, note = decision.by, decision.at, decision.note
    visit = await uow.visits.get(decision.task.payload[VISIT])
    case = await uow.cases.get(visit.case_id)
    answer = next((one for one in _LONGEST_FIRST if one in note), None) or understood(note)
    if answer is not None and visit.is_open:
        await answered(uow, words, visit, case, answer, await _mover(uow, by), now)
    elif answer is None and not any(sign in note for sign in _NOT_REACHED):
        choices = "、".join(Satisfaction)
        raise InvalidInput(f"请在备注里写明顾客的答复（{choices}），没有接通就写“未接通”。")
    else:
        await record(uow, case, "called", by.id, now, title="电话回访", note=note, visit=visit.nth)


async def close_with_note(uow: UnitOfWork, words: Words, decision: Decision) -> None:
    """A supervisor closes a case whose last answer was 一般, with a note (Q-9), or leaves it to its agents.

    An effect of the inbox; the caller commits. MissingValues without a note.
    """
    now, note = decision.at, decision.note
    case = await uow.cases.get(decision.task.case_id or "")
    if not decision.approved:
        kind = Assignee.USER if case.handler_id else Assignee.ROLE
        title = f"{case.number} 主管认为还不能结案：{note}"
        alert(uow, title, kind, case.handler_id or Role.AGENT, now, case)
        return
    if not note.strip():
        raise MissingValues("请写明说明，再结案。")
    filled = Filled({visits.ANSWER: Satisfaction.FAIR}, note)
    await moves.perform(uow, words, case, visits.WITH_NOTE, filled, await _mover(uow, decision.by), now)


async def _is_again(uow: UnitOfWork, case: Case) -> bool:
    """Whether the customer has now said twice that they are not content with the result."""
    said = [event.payload for event in await uow.cases.history(case.id) if event.kind == "satisfaction"]
    answers = [Satisfaction(payload["answer"]) for payload in said if payload]
    return sum(answer.reopens for answer in answers) > 1


async def _asked(uow: UnitOfWork, conversation: Conversation, now: datetime) -> Visit | None:
    """The visit that this conversation's customer was asked about last."""
    for visit in await uow.visits.unanswered(conversation.id):
        if visit.tried_at is not None and now - visit.tried_at < _HEARD_WITHIN:
            return visit
    return None


async def _dissatisfied(
    uow: UnitOfWork, words: Words, case: Case, answer: Satisfaction, by: Mover, now: datetime
) -> None:
    """Back to where the document says (P-LP-…): by the process's own arrow, or by reopening a closed case."""
    process = steps.process_of(words, case)
    again = process.meaning("reopen")
    arrow = visits.DISSATISFIED if case.is_open else (again.id if again else "")
    if _may(words, case, arrow, by):
        filled = Filled({visits.ANSWER: str(answer)}, f"回访：{answer}")
        await moves.perform(uow, words, case, arrow, filled, by, now)
    kind = Assignee.USER if case.handler_id else Assignee.ROLE
    alert(uow, f"{case.number} 回访：顾客{answer}", kind, case.handler_id or Role.AGENT, now, case)


async def _finished(
    uow: UnitOfWork, words: Words, case: Case, answer: Satisfaction, by: Mover, now: datetime
) -> None:
    """No further visit: close the case, or let a supervisor or an agent do it."""
    found = visits.rule_of(words, case)
    is_content = found is not None and answer in found[0].content
    if is_content and _may(words, case, visits.SATISFIED, by):
        filled = Filled({visits.ANSWER: str(answer)})
        await moves.perform(uow, words, case, visits.SATISFIED, filled, by, now)
    elif not is_content and steps.process_of(words, case).arrow(visits.WITH_NOTE) is not None:
        uow.tasks.add(_note_wanted(case, now))
    else:
        kind = Assignee.USER if case.handler_id else Assignee.ROLE
        alert(uow, f"{case.number} 回访：{answer}，请办结", kind, case.handler_id or Role.AGENT, now, case)


def _may(words: Words, case: Case, arrow: str, by: Mover) -> bool:
    return any(one.id == arrow for one in course(steps.process_of(words, case)).possible(case, by))


def _note_wanted(case: Case, now: datetime) -> Task:
    return Task(
        id=new_id(now),
        kind=TaskKind.REVIEW,
        title=f"{case.number} 最后一次回访为“一般”，请附说明结案",
        assignee_kind=Assignee.ROLE,
        assignee=Role.SUPERVISOR,
        created_at=now,
        created_by="desk",
        case_id=case.id,
        payload={DEED: CLOSE_WITH_NOTE, steps.MINE: case.step},
    )


async def _drop_calls(uow: UnitOfWork, visit: Visit, now: datetime) -> None:
    """The customer has answered: nobody needs to telephone any more."""
    for task in await uow.tasks.of_case(visit.case_id):
        if task.state is TaskState.OPEN and task.payload.get(VISIT) == visit.id:
            task.decide(TaskState.DROPPED, "desk", now)


async def _mover(uow: UnitOfWork, user: User) -> Mover:
    return Mover(user.id, user, await uow.people.positions(user.id))
