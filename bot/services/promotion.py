"""Which model reads customers' messages: putting one into service, going back, and refusing an unfit one.

The live model is one row with a version. Whoever changes it hands in the version that they saw, so that of
two at once one is told. What each desk process then does with its own Rasa: bot/adapters/rasa_fleet.py.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.errors import Conflict, ForbiddenMove
from bot.domain.model import LiveModel, Model, ModelState
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind
from bot.services import audit
from bot.services.ports import Clock, UnitOfWork, Units

BY_ITSELF = "desk"  # who switches where no person does
FindArchive = Callable[[Model], Path | None]


@dataclass(frozen=True)
class Wanted:
    """What the row says: the model, the row's version, and its archive (None when that is gone)."""

    model: str
    version: int
    archive: Path | None


@dataclass(frozen=True)
class Serving:
    """Which model this process answers customers with, which one the row names, and whether it is switching.

    `wanted` is None where nobody follows the row: a Rasa that was started by hand.
    """

    model: str | None
    wanted: str | None = None
    switching: bool = False


class Promotion:
    """Switches the live model. `find` gives a model's archive; `pinned` is the one that KESU_MODEL names."""

    def __init__(
        self,
        units: Units,
        clock: Clock,
        find: FindArchive,
        *,
        reading: Units | None = None,
        pinned: str | None = None,
    ) -> None:
        self._units, self._clock, self._find = units, clock, find
        self._reading, self._pinned = reading or units, pinned
        self._seen: Wanted | None = None

    async def promote(self, model_id: str, *, expected: int, by: str, unchecked: bool = False) -> LiveModel:
        """Put a model into service; `expected` is the version of the live row that the person saw.

        A candidate needs an open gate and an approval, unless it is promoted `unchecked` (at the terminal);
        one that was in service before needs neither. NotFound; ForbiddenMove says what is missing; Conflict
        when somebody else switched meanwhile.
        """
        now = self._clock.now()
        async with self._units() as uow:
            model = await uow.models.get(model_id)
            before = await uow.models.live()
            if before.model == model.id:
                raise Conflict(f"{model.id} 已经在使用中。")
            self._may_go_live(model, before.model, unchecked=unchecked)
            live = await switch(uow, model, before, f"换用 {model.id}", expected=expected, by=by, now=now)
            details = {"before": before.model, "unchecked": unchecked}
            await audit.record(uow, by, "model_promoted", f"model:{model.id}", details, now=now)
            await uow.commit()
        return live

    async def roll_back(self, *, expected: int, by: str) -> LiveModel:
        """Go back to the model before, which needs no new approval. Raises as `promote` does."""
        now = self._clock.now()
        self._not_pinned()
        async with self._units() as uow:
            before = await uow.models.live()
            model = await self._predecessor(uow, before)
            if model is None:
                raise ForbiddenMove("没有可以换回的模型：之前没有用过别的，或者它们的文件已不在。")
            because = f"换回 {model.id}"
            live = await _switch_back(uow, model, before, because, expected=expected, by=by, now=now)
            await audit.record(
                uow, by, "model_rolled_back", f"model:{model.id}", {"before": before.model}, now=now
            )
            await uow.commit()
        return live

    async def before(self) -> Model | None:
        """The model to which `roll_back` would go."""
        async with self._reading() as uow:
            return await self._predecessor(uow, await uow.models.live())

    async def wanted(self) -> Wanted | None:
        """What the row says; None before the first model."""
        async with self._reading() as uow:
            live = await uow.models.live()
            if live.model is None:
                return None
            if (
                self._seen is None or self._seen.version != live.version
            ):  # asked every second: reports are large
                archive = self._find(await uow.models.get(live.model))
                self._seen = Wanted(live.model, live.version, archive)
        return self._seen

    async def refuse(self, unfit: Wanted, because: str) -> None:
        """A Rasa could not be brought to this model: the row goes back to the one before, if there is one.

        Supervisors are told. Nothing happens when the row has moved on meanwhile, or another desk did it.
        """
        now = self._clock.now()
        with suppress(Conflict):
            async with self._units() as uow:
                live = await uow.models.live()
                if (live.model, live.version) != (unfit.model, unfit.version):
                    return
                model = await self._predecessor(uow, live)
                if model is not None:
                    known = live.version
                    await _switch_back(uow, model, live, because, expected=known, by=BY_ITSELF, now=now)
                    details = {"before": unfit.model, "because": because}
                    await audit.record(
                        uow, BY_ITSELF, "model_rolled_back", f"model:{model.id}", details, now=now
                    )
                else:
                    (await uow.models.get(unfit.model, lock=True)).ended_because = because
                uow.tasks.add(alert(unfit.model, unfit.version, because, model, now))
                await uow.commit()

    def _may_go_live(self, model: Model, live: str | None, *, unchecked: bool) -> None:
        self._not_pinned()
        if not model.is_trained:
            raise ForbiddenMove(f"{model.id} {model.title}，不能启用。")
        if self._find(model) is None:
            raise ForbiddenMove(f"{model.id} 的模型文件不在了，不能启用。")
        if unchecked or model.state is ModelState.RETIRED:
            return
        if model.state is ModelState.REJECTED and model.live_from is None:
            raise ForbiddenMove(f"{model.id} 已决定不采用，不能启用。")
        if not (model.gate or {}).get("open"):
            raise ForbiddenMove(f"{model.id} 还没有通过检验，不能启用：请先看它的报告。")
        if not model.is_compared_with(live):
            raise ForbiddenMove(f"{model.id} 的报告是和另一个模型比较的，不是现在用的 {live}：请重新做报告。")
        if model.approved_by is None:
            raise ForbiddenMove(f"{model.id} 还没有主管批准，不能启用。")

    def _not_pinned(self) -> None:
        """Whatever was switched, the next start would undo it."""
        if self._pinned is not None:
            raise ForbiddenMove(f"环境变量 KESU_MODEL 指定了模型 {self._pinned}：取消这项设置后才能换模型。")

    async def _predecessor(self, uow: UnitOfWork, live: LiveModel) -> Model | None:
        """The model that was in service last before this one and was not taken out for being bad."""
        return predecessor(await uow.models.all(), live, self._find)


def predecessor(models: list[Model], live: LiveModel, find: FindArchive) -> Model | None:
    """The one to go back to: retired last, its archive still there."""
    retired = [
        (model.live_until, model)
        for model in models
        if model.state is ModelState.RETIRED and model.live_until and model.id != live.model
    ]
    latest_first = sorted(retired, key=lambda pair: pair[0], reverse=True)
    return next((model for _, model in latest_first if find(model) is not None), None)


async def switch(
    uow: UnitOfWork, model: Model, before: LiveModel, because: str, *, expected: int, by: str, now: datetime
) -> LiveModel:
    """Make `model` live instead of the one before, which ends `because`; Conflict when somebody was quicker.

    The caller commits.
    """
    if not await uow.models.switch(model.id, expected=expected, by=by, now=now):
        raise Conflict("使用中的模型刚刚换过了，请刷新后再看。")
    if before.model is not None:
        (await uow.models.get(before.model, lock=True)).retire(now, because)
    (await uow.models.get(model.id, lock=True)).go_live(now)
    return LiveModel(model.id, expected + 1, now, by)


async def _switch_back(
    uow: UnitOfWork, model: Model, bad: LiveModel, because: str, *, expected: int, by: str, now: datetime
) -> LiveModel:
    """The same, and nobody goes back to the one that was live: it was no good."""
    live = await switch(uow, model, bad, because, expected=expected, by=by, now=now)
    if bad.model is not None:
        (await uow.models.get(bad.model)).state = ModelState.REJECTED
    return live


def alert(failed: str, version: int, because: str, back_to: Model | None, now: datetime) -> Task:
    """What supervisors are told. Its id follows from the row's version: two desks can't say it twice."""
    then = f"已自动换回 {back_to.id}" if back_to else "没有可以换回的模型，请尽快处理"
    return Task(
        id=f"model-{version}",
        kind=TaskKind.ALERT,
        title=f"模型 {failed} 不能使用（{because}）：{then}",
        assignee_kind=Assignee.ROLE,
        assignee=Role.SUPERVISOR.value,
        created_at=now,
        created_by=BY_ITSELF,
        payload={"model": failed},
    )
