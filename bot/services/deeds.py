"""What deciding a task makes true, where its kind alone doesn't say: the task's payload names the deed."""

from collections.abc import Mapping

from bot.domain.task import Decision
from bot.services.inbox import Effect
from bot.services.ports import UnitOfWork
from bot.services.turn import record
from bot.services.words import Words

DEED = "deed"  # the payload's key


async def noted(uow: UnitOfWork, _words: Words, decision: Decision) -> None:
    """Nothing but an entry in the case's history."""
    task = decision.task
    if task.case_id is not None:
        case = await uow.cases.get(task.case_id)
        await record(
            uow, case, "task_decided", decision.by.id, decision.at,
            task=task.title, of=task.kind.value, approved=decision.approved, note=decision.note,
        )  # fmt: skip


def by_deed(deeds: Mapping[str, Effect], otherwise: Effect = noted) -> Effect:
    """An effect (bot/services/inbox.py) that goes by the task's deed; `otherwise` is for those without."""

    async def effect(uow: UnitOfWork, words: Words, decision: Decision) -> None:
        chosen = deeds.get(decision.task.payload.get(DEED, ""), otherwise)
        await chosen(uow, words, decision)

    return effect
