"""The repository of the trained models."""

from datetime import datetime

from sqlalchemy import Update, insert, select, update

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import live_model, models
from bot.domain.errors import Conflict, NotFound
from bot.domain.model import LiveModel, Model, ModelState

_ONLY = 1


class SqlModels(Repository):
    """The models, and which one is live (ports.Models)."""

    def add(self, model: Model) -> None:
        """Take a new one in."""
        self._session.add(model)

    async def get(self, id: str, *, lock: bool = False) -> Model:
        """By id, locked until the unit ends if asked for; NotFound."""
        query = select(Model).where(models.c.id == id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        if (found := await self._first(query)) is None:
            raise NotFound("没有这个模型，请回到模型列表再选。")
        return found

    async def find(self, id: str) -> Model | None:
        """By id."""
        return await self._find(Model, id)

    async def all(self) -> list[Model]:
        """All of them, newest first."""
        return await self._all(select(Model).order_by(models.c.made_at.desc(), models.c.id.desc()))

    async def training(self) -> Model | None:
        """The one that is being trained."""
        return await self._first(select(Model).where(models.c.state == ModelState.TRAINING))

    async def live(self) -> LiveModel:
        """Which one reads customers' messages."""
        columns = (live_model.c.model_id, live_model.c.version, live_model.c.since, live_model.c.by)
        with races_as_conflicts():
            row = (await self._session.execute(select(*columns))).first()
        return LiveModel(*row) if row else LiveModel()

    async def switch(self, model_id: str, *, expected: int, by: str, now: datetime) -> bool:
        """Make this one live if the live row's version still is `expected`."""
        values = {"model_id": model_id, "version": expected + 1, "since": now, "by": by}
        if expected == 0:
            return await self._first_live(values)
        return await self._changed(update(live_model).where(live_model.c.version == expected).values(values))

    async def _first_live(self, values: dict[str, object]) -> bool:
        if (await self.live()).version:
            return False
        try:
            with races_as_conflicts():
                async with self._session.begin_nested():
                    await self._session.execute(insert(live_model).values(id=_ONLY, **values))
        except Conflict:
            return False
        return True

    async def beat(self, id: str, runner: str, progress: int, phase: str, now: datetime) -> bool:
        """Note how far the training is; False when it is no longer this process's to train."""
        mine = update(models).where(
            models.c.id == id, models.c.state == ModelState.TRAINING, models.c.runner == runner
        )
        return await self._changed(mine.values(progress=progress, phase=phase, beat_at=now))

    async def _changed(self, query: Update) -> bool:
        with races_as_conflicts():
            done = await self._session.execute(query.execution_options(synchronize_session=False))
        return bool(getattr(done, "rowcount", 0))
