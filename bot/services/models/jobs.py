"""Asking for a training, and carrying it out: one at a time, whichever desk process begins it.

The job is the model's row in state TRAINING. The desk process that carries it out signs it and is heard of
every few seconds; when it dies, another one (or the same, started again) finds the row and begins again.
"""

import asyncio
import contextlib
import logging
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.course import REPORT, Course
from bot.domain.errors import Conflict, KesuError
from bot.domain.model import Model, ModelState
from bot.services.live_at_start import BY_HAND
from bot.services.ports import Clock, MakeReport, Trainer, UnitOfWork, Units

log = logging.getLogger(__name__)

BEAT_S = 2.0
SILENT = timedelta(seconds=20)  # who trains and was not heard of for so long is gone
MOST_LOSSES = 2
_LOST = "训练到一半时程序两次意外中断（可能是内存不足或机器重启），已停止再试。请查看日志，再点「重新开始」。"


_BROKEN = "程序出错，训练没有完成。详情在程序日志里；可以点「重新开始」再试一次。"


class ModelJobs:
    """Carries trainings out in this desk process, known to the others as `runner`.

    `reading` are units that only read: every process looks again and again.
    """

    def __init__(
        self,
        units: Units,
        clock: Clock,
        trainer: Trainer,
        make_report: MakeReport,
        *,
        reading: Units | None = None,
    ) -> None:
        self._units, self._clock, self._trainer, self._make_report = units, clock, trainer, make_report
        self._reading = reading or units
        self.runner = secrets.token_hex(8)

    async def look(self) -> None:
        """Carry out what waits for somebody to do it; returns when that is done, cancelled or lost."""
        model = None
        with contextlib.suppress(Conflict):  # another process was quicker
            model = await self._take()
        if model is not None:
            await self._carry_out(model)

    async def _take(self) -> Model | None:
        """The job, signed by this process; None when there is none, or another process is at it."""
        now = self._clock.now()
        async with self._reading() as uow:
            waiting = await uow.models.training()
        if waiting is None:
            return None
        async with self._units() as uow:
            model = await uow.models.get(waiting.id, lock=True)
            if model.state is not ModelState.TRAINING or (model.runner and not _is_silent(model, now)):
                return None
            if model.runner and model.runner != self.runner:
                model.losses += 1
                log.warning("the training of %s was lost, for the %s. time", model.id, model.losses)
            model.runner, model.beat_at = self.runner, now
            if model.losses >= MOST_LOSSES:
                _fail(model, _LOST)
            await uow.commit()
        return model if model.state is ModelState.TRAINING else None

    async def _carry_out(self, model: Model) -> None:
        """Work on it while it is ours; when this process is stopped, others may begin it at once."""
        clock = asyncio.get_running_loop().time
        course, began = Course(await self._earlier(), clock()), clock()
        work = asyncio.create_task(self._work(model, course))
        try:
            while not (await asyncio.wait({work}, timeout=BEAT_S))[0]:
                if not await self._beat(model.id, course, clock()):
                    log.info("the training of %s was called off", model.id)
                    break
        except asyncio.CancelledError:
            await _ended(work)
            await asyncio.shield(self._release(model.id))
            raise
        await _ended(work)
        log.info("the training of %s ended after %.0f s", model.id, clock() - began)

    async def _beat(self, id: str, course: Course, at: float) -> bool:
        with contextlib.suppress(Conflict):  # the database is busy: the next beat will do
            async with self._units() as uow:
                now = self._clock.now()
                ours = await uow.models.beat(id, self.runner, course.percent(at), course.words, now)
                await uow.commit()
            return ours
        return True

    async def _work(self, model: Model, course: Course) -> None:
        """Train, then make the report. Whatever goes wrong is kept in words that say what to do."""
        try:
            if (file := await self._trained(model, course)) is None:
                return
            course.enter(REPORT, _loop_time())
            found = await self._make_report(file, lambda _percent, part: course.tell(part))
        except KesuError as problem:
            await self._end(model.id, error=str(problem))
        except Exception:  # a training that stays "under way" for ever would block all others
            log.exception("the training of %s broke", model.id)
            await self._end(model.id, error=_BROKEN)
        else:
            await self._end(model.id, found=found, steps=course.took(_loop_time()))

    async def _trained(self, model: Model, course: Course) -> Path | None:
        """The archive: the one there is if only the report is missing, else a new one; None if called off."""
        is_trained = model.seconds is not None or model.made_by == BY_HAND
        if is_trained and (file := self._trainer.archive(model)):
            return file
        async with self._units() as uow:
            corrections = await uow.corrections.approved()
        made = await self._trainer.train(model.id, corrections, lambda line: course.hear(line, _loop_time()))
        async with self._units() as uow:
            if (row := await self._ours(uow, model.id)) is None:
                return None
            row.file, row.seconds, row.rows, row.data = made.file, made.seconds, made.rows, made.data
            await uow.commit()
        return Path(made.file)

    async def _end(
        self,
        id: str,
        *,
        error: str = "",
        found: tuple[dict[str, Any], dict[str, Any]] | None = None,
        steps: dict[str, float] | None = None,
    ) -> None:
        """It has become a candidate, or failed."""
        async with self._units() as uow:
            if (row := await self._ours(uow, id)) is None:
                return
            if found is None:
                _fail(row, error)
            else:
                row.state, row.progress, row.phase, row.error = ModelState.CANDIDATE, 100, "", ""
                (row.report, row.gate), row.runner = found, None
                row.data = {**row.data, "steps": steps}
            await uow.commit()

    async def _ours(self, uow: UnitOfWork, id: str) -> Model | None:
        """The row, locked, unless it was cancelled or another process has begun it meanwhile."""
        row = await uow.models.get(id, lock=True)
        return row if row.state is ModelState.TRAINING and row.runner == self.runner else None

    async def _release(self, id: str) -> None:
        with contextlib.suppress(KesuError):  # else it is begun again when it has been silent for long enough
            async with self._units() as uow:
                if row := await self._ours(uow, id):
                    row.runner = row.beat_at = None
                    await uow.commit()

    async def _earlier(self) -> dict[str, float]:
        """How long each step took the last time."""
        async with self._reading() as uow:
            known = (model.data.get("steps") for model in await uow.models.all())
            return dict(next((steps for steps in known if steps), {}))


def _fail(model: Model, why: str) -> None:
    model.state, model.error, model.runner = ModelState.FAILED, why, None


def _is_silent(model: Model, now: datetime) -> bool:
    return model.beat_at is None or model.beat_at < now - SILENT


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


async def _ended(work: asyncio.Task[None]) -> None:
    """Cancel it and wait until what it started is gone."""
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
