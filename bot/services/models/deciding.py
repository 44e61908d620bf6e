"""What people decide about models: train one, call it off, accept a guarded example, approve, refuse."""

from datetime import datetime

from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput
from bot.domain.gate import judge
from bot.domain.model import Model, ModelState, archive_name
from bot.domain.model_report import ModelReport
from bot.domain.people import Deed, User
from bot.services import audit
from bot.services.ports import Clock, UnitOfWork, Units

LONGEST_REASON = 200
_BUSY = "已有一个模型正在训练，请等它结束，或先取消它。"


class ModelDecisions:
    """Decides about models; every deed goes into the audit log."""

    def __init__(self, units: Units, clock: Clock) -> None:
        self._units, self._clock = units, clock

    async def train(self, by: User) -> Model:
        """Ask for a candidate to be trained; Conflict while another one is."""
        now = self._clock.now()
        async with self._units() as uow:
            if await uow.models.training():
                raise Conflict(_BUSY)
            model = Model(archive_name(now), ModelState.TRAINING, "", by.id, now, phase="等待开始")
            uow.models.add(model)
            await _note(uow, by, "model_training_asked", model, now)
            try:
                await uow.commit()
            except Conflict:
                raise Conflict(_BUSY) from None
        return model

    async def again(self, id: str, by: User) -> None:
        """Begin a training that failed or was called off anew, or make the report that is missing or too old.

        ForbiddenMove for one that has its report beside the live one; Conflict while another one is trained.
        """
        now = self._clock.now()
        async with self._units() as uow:
            model = await uow.models.get(id, lock=True)
            if not can_begin_again(model, (await uow.models.live()).model):
                raise ForbiddenMove(f"{model.id} {model.title}，不需要重新开始。")
            if await uow.models.training():
                raise Conflict(_BUSY)
            model.state, model.progress, model.phase, model.error = ModelState.TRAINING, 0, "等待开始", ""
            model.ended_because, model.losses, model.runner, model.beat_at = "", 0, None, None
            model.accepted, model.approved_by, model.approved_at = [], None, None  # of the report before
            await _note(uow, by, "model_training_asked", model, now)
            await uow.commit()

    async def cancel(self, id: str, by: User) -> None:
        """Call a training off; whoever carries it out ends its process within seconds. ForbiddenMove."""
        now = self._clock.now()
        async with self._units() as uow:
            model = await uow.models.get(id, lock=True)
            if model.state is not ModelState.TRAINING:
                raise ForbiddenMove(f"{model.id} {model.title}，没有正在进行的训练。")
            model.state, model.runner = ModelState.CANCELLED, None
            model.ended_because = f"{by.name}取消了训练"
            await _note(uow, by, "model_training_cancelled", model, now)
            await uow.commit()

    async def accept(self, id: str, text: str, label: str, by: User) -> None:
        """Accept that the candidate misreads this guarded example; the gate is judged anew. InvalidInput."""
        now = self._clock.now()
        async with self._units() as uow:
            model = await _candidate(uow, id)
            if (text, label) not in open_examples(model):
                raise InvalidInput("这句话不在需要点名接受的例句里，请刷新后再看。")
            taken = {"text": text, "label": label, "by": by.name, "at": now.isoformat()}
            model.accepted = [*model.accepted, taken]
            model.gate = judge(ModelReport.from_json(model.report or {}), model.accepted).to_json()
            await _note(uow, by, "model_example_accepted", model, now, label=label)
            await uow.commit()

    async def approve(self, id: str, by: User) -> None:
        """Let the candidate go into service; ForbiddenMove unless the gate is open.

        Four eyes: who had it trained does not approve it where somebody else may.
        """
        now = self._clock.now()
        async with self._units() as uow:
            model = await _candidate(uow, id)
            if not (model.gate or {}).get("open"):
                raise ForbiddenMove("还没有通过检验，不能批准：请先看检验结果里没有通过的项目。")
            if await needs_another(uow, model, by):
                raise ForbiddenMove("这个模型是您训练的，请另一位主管批准。")
            model.approved_by, model.approved_at = by.id, now
            await _note(uow, by, "model_approved", model, now)
            await uow.commit()

    async def reject(self, id: str, because: str, by: User) -> None:
        """Put the candidate aside; its report is kept. InvalidInput without a reason."""
        now, because = self._clock.now(), because.strip()[:LONGEST_REASON]
        if not because:
            raise InvalidInput("请写明为什么不采用。")
        async with self._units() as uow:
            model = await _candidate(uow, id)
            model.state, model.ended_because = ModelState.REJECTED, because
            await _note(uow, by, "model_rejected", model, now, because=because)
            await uow.commit()


def can_begin_again(model: Model, live: str | None) -> bool:
    """Whether there is something left to do: the training, or a report beside the model that is live now."""
    if model.state is ModelState.CANDIDATE:
        return model.report is None or not model.is_compared_with(live)
    return model.state in (ModelState.FAILED, ModelState.CANCELLED)


def open_examples(model: Model) -> set[tuple[str, str]]:
    """Text and label of the guarded examples that a supervisor may accept by name and nobody has."""
    return {
        (one["text"], one["label"])
        for condition in (model.gate or {}).get("conditions", ())
        for one in condition["examples"]
        if one["can_accept"] and not one["accepted_by"]
    }


async def needs_another(uow: UnitOfWork, model: Model, by: User) -> bool:
    """Whether somebody else has to approve it: this person had it trained, and there are two who may."""
    if model.made_by != by.id:
        return False
    return any(one.id != by.id and one.may(Deed.TRAIN) for one in await uow.people.all())


async def _candidate(uow: UnitOfWork, id: str) -> Model:
    model = await uow.models.get(id, lock=True)
    if model.state is not ModelState.CANDIDATE:
        raise ForbiddenMove(f"{model.id} {model.title}，不再是候选模型。")
    return model


async def _note(uow: UnitOfWork, by: User, deed: str, model: Model, now: datetime, **details: str) -> None:
    await audit.record(uow, by.id, deed, f"model:{model.id}", details, now=now)
