"""What deciding a task makes true, where its kind alone doesn't say: the task's payload names the deed."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.people import User
from bot.domain.task import Task
from bot.services.inbox import Effect
from bot.services.ports import UnitOfWork
from bot.services.turn import record
from bot.services.words import Words

DEED = "deed"  # the payload's key


async def noted(
    uow: UnitOfWork,
    words: Words,  # noqa: ARG001 -- an effect's signature, as the next
    task: Task,
    approved: bool,  # noqa: FBT001 -- an effect's signature
    by: User,
    now: datetime,
    note: str,
) -> None:
    """Nothing but an entry in the case's history."""
    if task.case_id is not None:
        case = await uow.cases.get(task.case_id)
        values = {"task": task.title, "of": task.kind.value, "approved": approved, "note": note}
        await record(uow, case, "task_decided", by.id, now, **values)


def by_deed(deeds: Mapping[str, Effect], otherwise: Effect = noted) -> Effect:
    """An effect (bot/services/inbox.py) that goes by the task's deed; `otherwise` is for those without."""

    async def effect(
        uow: UnitOfWork,
        words: Words,
        task: Task,
        approved: bool,  # noqa: FBT001 -- an effect's signature
        by: User,
        now: datetime,
        note: str,
    ) -> None:
        chosen = deeds.get(task.payload.get(DEED, ""), otherwise)
        await chosen(uow, words, task, approved, by, now, note)

    return effect
