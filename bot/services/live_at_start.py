"""Which model a desk starts with: the live row, made to agree with the settings and with the archives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.domain.errors import ConfigurationError, Conflict
from bot.domain.model import LiveModel, Model, ModelState
from bot.services import audit
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.promotion import BY_ITSELF, FindArchive, Wanted, alert, predecessor, switch

# Who switched where it was the start of a desk. As long as nobody else has, the newest archive is taken.
AT_START = "kesu up"
BY_HAND = "terminal"  # who made an archive that the registry doesn't know
GONE = "模型文件不在了，或者标签与现在的不同"
_TRIES = 3


@dataclass(frozen=True)
class Archive:
    """A trained archive that lies in the models' folder, or that KESU_MODEL names."""

    id: str
    path: Path
    made_at: datetime


@dataclass(frozen=True)
class Archives:
    """What the start can choose from: `find` gives only what can be used; `pinned` is that of KESU_MODEL."""

    find: FindArchive
    newest: Archive | None
    pinned: Archive | None = None


async def settle(units: Units, clock: Clock, archives: Archives) -> Wanted | None:
    """The model to start with; the row names it afterwards. None when there is no model at all yet.

    KESU_MODEL wins. Else the row counts; while nobody has ever promoted anything, the newest archive takes
    its place. If the row's archive is gone, the model before it does, or else the newest; ConfigurationError
    when there is no other.
    """
    once: Callable[[], Awaitable[Wanted | None]] = partial(_settle, units, clock, archives)
    for _ in range(_TRIES - 1):
        try:
            return await once()
        except Conflict:  # another desk started at the same moment, and settled it
            continue
    return await once()


async def _settle(units: Units, clock: Clock, archives: Archives) -> Wanted | None:
    async with units() as uow:
        live = await uow.models.live()
        known = await uow.models.find(live.model) if live.model else None
        chosen = archives.pinned or (archives.newest if live.by in (None, AT_START) else None)
        if known and (chosen is None or chosen.id == known.id):
            if chosen is not None:
                known.file = str(chosen.path)
            if found := archives.find(known):
                await uow.commit()
                return Wanted(known.id, live.version, found)
        elif chosen is None:
            return None
        model = await register(uow, chosen) if chosen else await _instead(uow, live, archives)
        await _take(uow, model, live, gone=chosen is None, now=clock.now())
        await uow.commit()
    return Wanted(model.id, live.version + 1, archives.find(model))


async def _take(uow: UnitOfWork, model: Model, live: LiveModel, *, gone: bool, now: datetime) -> None:
    """Make `model` live; if the one before is `gone`, supervisors are told."""
    because, by = (GONE, BY_ITSELF) if gone else (f"启动时换用 {model.id}", AT_START)
    await switch(uow, model, live, because, expected=live.version, by=by, now=now)
    if gone and live.model:
        uow.tasks.add(alert(live.model, live.version, because, model, now))
    details = {"before": live.model, "because": because}
    await audit.record(uow, by, "model_promoted", f"model:{model.id}", details, now=now)


async def _instead(uow: UnitOfWork, live: LiveModel, archives: Archives) -> Model:
    """Another model than the live one, whose archive is gone."""
    model = predecessor(await uow.models.all(), live, archives.find)
    if model is None and archives.newest is not None and archives.newest.id != live.model:
        model = await register(uow, archives.newest)
    if model is None or archives.find(model) is None:
        raise ConfigurationError(
            f"使用中的模型 {live.model} 不能用了（{GONE}），也没有别的可用的模型："
            "请从备份恢复它的文件，或执行 make train 重新训练"
        )
    return model


async def register(uow: UnitOfWork, archive: Archive) -> Model:
    """The model of an archive; one that the registry doesn't know is taken in as a candidate made by hand."""
    model = await uow.models.find(archive.id)
    if model is None:
        model = Model(
            archive.id, ModelState.CANDIDATE, str(archive.path), BY_HAND, archive.made_at, progress=100
        )
        uow.models.add(model)
        await uow.flush()
    model.file = str(archive.path)
    return model
