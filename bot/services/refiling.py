"""Somebody of the desk gives a case another issue than the bot did: what it came from is worth a look."""

from bot.domain import labels
from bot.domain.case import Case, changes
from bot.domain.errors import ForbiddenMove, InvalidInput, MissingValues
from bot.domain.people import User
from bot.domain.review import ReviewReason
from bot.services import avoidance, moves, steps
from bot.services.cases import rule_of
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.review import finding
from bot.services.turn import record
from bot.services.verdicts import judge
from bot.services.words import Words


class Refiling:
    """Changes what a case is about; each call is one transaction."""

    def __init__(self, units: Units, words: Words, clock: Clock) -> None:
        self._units, self._words, self._clock = units, words, clock

    async def refile(self, case_id: str, user: User, version: int, issue: str, reason: str) -> None:
        """Give an open case this issue, and the process that belongs to it.

        Raises MissingValues, InvalidInput, ForbiddenMove, or Conflict with what others did since `version`.
        """
        if not labels.is_complaint(issue):
            raise InvalidInput("请选择投诉的类别。")
        if not reason.strip():
            raise MissingValues("请写明更改类别的原因。")
        async with self._units() as uow:
            await avoidance.keep_out(uow, user.id, case_id=case_id)
            case, now = await uow.cases.get(case_id), self._clock.now()
            if not case.is_open:
                raise ForbiddenMove("这件投诉已经不在处理中。")
            await moves.unchanged_since(uow, self._words, case, version)
            if case.issue == issue:
                raise InvalidInput("这件投诉本来就是这个类别。")
            before = case.issue
            self._file(case, issue)
            await record(
                uow, case, "reclassified", user.id, now,
                title="更改类别", before_issue=before, issue=issue, reason=reason.strip(),
            )  # fmt: skip
            await self._go_over(uow, case, user)
            await judge(uow, self._words, case, now, user.id)
            await self._note(uow, case, before, issue)
            await uow.commit()

    def _file(self, case: Case, issue: str) -> None:
        rule = rule_of(self._words, case, issue)
        case.issue, case.category = issue, rule.category
        case.severity, case.heat = rule.severity, rule.heat
        if case.second_issue == issue:
            case.second_issue = None

    async def _go_over(self, uow: UnitOfWork, case: Case, user: User) -> None:
        now, standing = self._clock.now(), case.standing()
        pack = rule_of(self._words, case).pack
        if await steps.refile(uow, self._words, case, pack, now):
            moved = {"title": "转入另一流程", **changes(standing, case.standing())}
            await record(uow, case, "refiled", user.id, now, **moved)

    async def _note(self, uow: UnitOfWork, case: Case, before: str, issue: str) -> None:
        """The message that the bot opened it with, or raised it with, to this issue."""
        for event in await uow.cases.history(case.id):
            told = event.payload or {}
            if event.kind in ("opened", "issue_noted") and told.get("issue") == before and "message" in told:
                message, now = await uow.messages.get(told["message"]), self._clock.now()
                if message.reading and not message.reading.get(
                    "taken_as"
                ):  # else a person or a button said it
                    await finding.note(uow, message, ReviewReason.RECLASSIFIED, now, meant=issue)
                return
