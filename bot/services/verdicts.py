"""The verdict on a case: how grave and how hot it is, by all that is known of it."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain import judgement, things
from bot.domain.case import Case
from bot.domain.errors import ForbiddenMove, HandbookError
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.process import Stage
from bot.domain.handbook.severity import Heat, Severity
from bot.domain.judgement import Facts, Verdict
from bot.domain.process import course
from bot.services import steps
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn, record
from bot.services.words import Words

_A_MOMENT = timedelta(milliseconds=1)


async def judge(
    uow: UnitOfWork, words: Words, case: Case, now: datetime, actor: str = "desk", *, counts: bool = True
) -> bool:
    """Judge a case by all that is known of it; whether its verdict or the reasons changed.

    `counts`: count who else complains of the same even if the case itself is about nothing new. A change is
    an entry in its history. A clock that was set back takes nothing away: the time of the last verdict counts
    then. What is not being handled any more keeps its verdict.
    """
    if not case.is_open or case.accepted_at is None:
        case.judge_at = None
        return False
    last, scheme = case.judged or {}, words.handbook.scheme
    now = max(now, _time(last.get("at")) or now)
    await _count_the_same(uow, words, case, now, anyway=counts)
    facts = _facts(words, case, now, last)
    verdict = judgement.judge(scheme, facts)
    case.judge_at = _again(verdict, facts, now, is_solved=_is_solved(words, case))
    case.judged_by = scheme.fingerprint
    return await _note(uow, case, verdict, facts, now, actor)


async def after_turn(turn: Turn) -> None:
    """What a customer said may have changed how the case is judged.

    That others complain of the same meanwhile is noticed within a minute (judging.py), not with each turn.
    """
    if turn.case is not None and turn.case.is_open:
        await judge(turn.uow, turn.words, turn.case, turn.now, counts=False)


async def _count_the_same(uow: UnitOfWork, words: Words, case: Case, now: datetime, *, anyway: bool) -> None:
    """How many different people had the same complaint within the window; a number once reached stays.

    Unless the case turns out to be about something else: then it is counted anew, in the last window in which
    the case itself stood.
    """
    handbook, accepted_at = words.handbook, case.accepted_at or now
    about = things.of_case(case, handbook.fields, handbook.scheme.vague)
    is_news = await uow.judgements.note_things(case, about, accepted_at)
    if not (is_news or anyway):
        return
    window = timedelta(days=handbook.scheme.repeat_days)
    until = min(now, accepted_at + window)
    counted = await uow.judgements.most_with_the_same(case.id, until - window, until)
    case.repeated = counted if is_news else max(counted, case.repeated)


def _facts(words: Words, case: Case, now: datetime, last: dict[str, Any]) -> Facts:
    severity, heat = judgement.estimate_of(case, *_of_issues(words.handbook, case))
    fixed = last.get("fixed", {})
    known = timedelta(seconds=last.get("unsolved", 0))
    return Facts(
        severity=severity,
        heat=heat,
        flags=judgement.flags_of(case),
        together=case.people,
        repeated=case.repeated,
        # What is solved doesn't grow older; that it was late isn't undone.
        unsolved=known if _is_solved(words, case) else judgement.unsolved(case, now),
        health=judgement.concerns_health(case),
        fixed_severity=Severity(fixed["severity"]) if "severity" in fixed else None,
        fixed_heat=Heat(fixed["heat"]) if "heat" in fixed else None,
    )


def _of_issues(handbook: Handbook, case: Case) -> tuple[Severity, Heat]:
    """The graver and the hotter of what the handbook says of the case's issues."""
    about = {"product": case.fields.get("product"), "place": case.fields.get("place")}
    rules = [handbook.issue(issue, **about) for issue in (case.issue, case.second_issue) if issue]
    severity, heat = rules[0].severity, rules[0].heat
    for rule in rules[1:]:
        severity = handbook.graver_severity(severity, rule.severity)
        heat = handbook.hotter(heat, rule.heat)
    return severity, heat


def _is_solved(words: Words, case: Case) -> bool:
    """Whether the remedy is carried out, and only the customer's word on it is missing."""
    try:
        return course(steps.process_of(words, case)).stands(case).stage is Stage.FOLLOW_UP
    except (HandbookError, ForbiddenMove):  # its pack was switched off or changed since
        return False


def _again(verdict: Verdict, facts: Facts, now: datetime, *, is_solved: bool) -> datetime | None:
    """When passing time alone changes the verdict next, at the earliest: a pause can only put it off."""
    if verdict.again_after is None or is_solved:
        return None
    return now + (verdict.again_after - facts.unsolved) + _A_MOMENT


async def _note(
    uow: UnitOfWork, case: Case, verdict: Verdict, facts: Facts, now: datetime, actor: str
) -> bool:
    last = case.judged or {}
    before = {"severity": case.severity, "heat": case.heat, "priority": case.priority}
    case.severity, case.heat, case.priority = verdict.severity, verdict.heat, verdict.priority.rank
    after = {"severity": case.severity, "heat": case.heat, "priority": case.priority}
    rules = [reason.rule for reason in verdict.reasons]
    is_first = "at" not in last
    changed = before != after if not is_first else (before["severity"], before["heat"]) != (
        after["severity"], after["heat"]
    )  # fmt: skip
    changed = changed or rules != [reason["rule"] for reason in last.get("reasons", [])]
    case.judged = {
        **verdict.to_json(),
        "estimate": {"severity": facts.severity.value, "heat": facts.heat.value},
        "unsolved": facts.unsolved.total_seconds(),
        "at": now.isoformat(),
        "fixed": last.get("fixed", {}),
    }
    if changed:
        reasons = [{"rule": reason.rule, "text": reason.text} for reason in verdict.reasons]
        await record(uow, case, "judged", actor, now, before=before, after=after, reasons=reasons)
    return changed


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
