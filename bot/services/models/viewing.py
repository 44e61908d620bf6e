"""The models as supervisors see them: the list, one with its report, and how far a training is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.model import LiveModel, Model, ModelState
from bot.domain.people import User
from bot.services.live_at_start import AT_START, BY_HAND
from bot.services.models.deciding import can_begin_again, needs_another, open_examples
from bot.services.ports import Trainer, Units
from bot.services.promotion import BY_ITSELF

LOG_LINES = 200
_OTHERS = {BY_HAND: "命令行", AT_START: "命令行", BY_ITSELF: "系统"}


@dataclass(frozen=True)
class ModelList:
    """All models, newest first; which one is live; people's names by id."""

    models: tuple[Model, ...]
    live: LiveModel
    training: Model | None
    names: Mapping[str, str]


@dataclass(frozen=True)
class ModelView:
    """One model, and what this person may do with it now."""

    model: Model
    live: LiveModel
    live_model: Model | None
    names: Mapping[str, str]
    deeds: frozenset[str]
    needs_another: bool
    changed_files: tuple[str, ...]
    here: bool


class ModelViews:
    """Looks models up. Reads only."""

    def __init__(self, reading: Units, trainer: Trainer) -> None:
        self._reading, self._trainer = reading, trainer

    async def all(self) -> ModelList:
        """The list."""
        async with self._reading() as uow:
            models, live = await uow.models.all(), await uow.models.live()
            names = {one.id: one.name for one in await uow.people.all()} | _OTHERS
        training = next((one for one in models if one.state is ModelState.TRAINING), None)
        return ModelList(tuple(models), live, training, names)

    async def one(self, id: str, user: User) -> ModelView:
        """One of them; NotFound."""
        async with self._reading() as uow:
            model, live = await uow.models.get(id), await uow.models.live()
            live_model = await uow.models.find(live.model) if live.model else None
            names = {one.id: one.name for one in await uow.people.all()} | _OTHERS
            another = await needs_another(uow, model, user)
        here = self._trainer.archive(model) is not None
        deeds = _deeds(model, live.model, here=here) - ({"approve"} if another else set())
        changed = tuple(_changed(model.data, live_model.data if live_model else {}))
        return ModelView(model, live, live_model, names, frozenset(deeds), another, changed, here)

    async def progress(self, id: str) -> Model:
        """One of them, for how far its training is; NotFound."""
        async with self._reading() as uow:
            return await uow.models.get(id)

    def log(self, id: str) -> list[str]:
        """The last lines of its training's log, none when it ran on another machine."""
        return self._trainer.log(id, LOG_LINES)


def _deeds(model: Model, live: str | None, *, here: bool) -> set[str]:
    """What may be done with a model in this state."""
    found = {"again"} if can_begin_again(model, live) else set()
    if model.state is ModelState.TRAINING:
        found |= {"cancel"}
    if model.state is ModelState.CANDIDATE:
        is_open = bool((model.gate or {}).get("open")) and model.is_compared_with(live)
        found |= {"reject"} | ({"accept"} if open_examples(model) else set())
        if is_open:
            found |= {"promote"} if model.approved_by and here else set()
            found |= set() if model.approved_by else {"approve"}
    if model.state is ModelState.RETIRED and here:
        found |= {"promote"}
    return found


def _changed(data: Mapping[str, Any], live: Mapping[str, Any]) -> list[str]:
    """The training files that differ from those of the live model, where both are known."""
    if not data.get("files") or not live.get("files"):
        return []
    before = {one["name"]: one["hash"] for one in live["files"]}
    now = {one["name"]: one["hash"] for one in data["files"]}
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
