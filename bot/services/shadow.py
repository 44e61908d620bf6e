"""Shadow replay: a model reads the real messages of the last days once more, beside the live one.

A run is a row with a cursor. Whichever desk finds it works at it, batch by batch, each in one transaction, so
that it goes on where it stopped after a restart, and a cancel is heard at the next batch.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.errors import ConfigurationError, InvalidInput, UnderstandingUnavailable
from bot.domain.model import Model
from bot.domain.people import User
from bot.domain.review import ReviewReason
from bot.domain.shadow import Difference, ShadowRun, ShadowState, risk_of, word
from bot.services import audit
from bot.services.ids import new_id
from bot.services.ports import Clock, Units
from bot.services.ports.shadow import Reader, ReadersBeside, ReadMessage
from bot.services.review.finding import note_by_id

log = logging.getLogger(__name__)

BATCH = 200  # messages: two or three seconds of the model's time
SILENT = timedelta(minutes=2)  # after which somebody else goes on with a run
_SUFFIX = ".tar.gz"
_NO_ANSWER = "这个模型没有启动成功，或中途不再应答。请稍后点“继续”；仍然不行，请在模型页重新训练。"


@dataclass
class _Work:
    """A run as this process works at it; customers say the same often, so what was read is remembered."""

    run: ShadowRun
    known: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def read(self, reader: Reader, batch: Sequence[ReadMessage]) -> list[Difference]:
        """Have the batch read; what is read differently."""
        new = list(dict.fromkeys(one.text for one in batch if one.text not in self.known))
        if new:
            readings = await reader.parse(new)
            pairs = zip(new, readings, strict=True)
            self.known |= {text: (word(found.label), found.confidence) for text, found in pairs}
        return [
            difference for one in batch if (difference := _compared(self.run.id, one, *self.known[one.text]))
        ]


class ShadowReplays:
    """Begins, stops and does them.

    `beside` starts a model beside the live one, `archive_of` says where its archive is, None when it is gone.
    """

    def __init__(
        self,
        units: Units,
        beside: ReadersBeside,
        archive_of: Callable[[Model], Path | None],
        clock: Clock,
        *,
        reading: Units,
    ) -> None:
        self._units, self._reading, self._clock = units, reading, clock
        self._beside, self._archive_of = beside, archive_of

    async def start(self, model_id: str, days: int, most: int, by: User) -> ShadowRun:
        """Have a model re-read the messages of the last `days`; NotFound, InvalidInput if there are none."""
        now = self._clock.now()
        since = now - timedelta(days=days)
        async with self._units() as uow:
            model = await uow.models.get(model_id)
            self._check(model)
            total = await uow.shadow.count(since, most)
            if not total:
                raise InvalidInput(f"最近 {days} 天没有机器人读过的顾客消息，请把天数改大一些。")
            live = (await uow.models.live()).model
            run = ShadowRun(new_id(now), model.id, live, days, most, since, now, by.id, total)
            uow.shadow.add(run)
            details = {"days": days, "messages": total}
            await audit.record(uow, by.id, "shadow_started", f"model:{model.id}", details, now=now)
            await uow.commit()
        return run

    async def cancel(self, run_id: str, by: User) -> None:
        """Stop it; what it found so far stays. Conflict when it has ended."""
        now = self._clock.now()
        async with self._units() as uow:
            run = await uow.shadow.get(run_id, lock=True)
            run.cancel(now)
            await audit.record(uow, by.id, "shadow_cancelled", f"model:{run.model_id}", now=now)
            await uow.commit()

    async def go_on(self, run_id: str, by: User) -> None:
        """Go on with one that was stopped or broke; Conflict when it didn't."""
        async with self._units() as uow:
            run = await uow.shadow.get(run_id, lock=True)
            self._check(await uow.models.get(run.model_id))
            run.go_on()
            now = self._clock.now()
            await audit.record(uow, by.id, "shadow_started", f"model:{run.model_id}", now=now)
            await uow.commit()

    async def look(self) -> None:
        """Work at the run that is to be worked at, if there is one and nobody else does."""
        async with self._reading() as uow:
            if await uow.shadow.running() is None:
                return
        taken = await self._take()
        if taken is None:
            return
        run, archive = taken
        if archive is None:
            await self._fail(run.id, "这个模型的文件已经不在了，请换一个模型。")
            return
        try:
            await self._work(run, archive)
        except (UnderstandingUnavailable, ConfigurationError) as problem:
            log.warning("shadow replay %s stopped: %s", run.id, problem)
            await self._fail(run.id, _NO_ANSWER)
        except Exception:  # the page must not wait for ever; what it was is raised, and logged by the round
            await self._fail(run.id, "试读中断了，原因已记入日志。请稍后点“继续”。")
            raise

    async def _work(self, run: ShadowRun, archive: Path) -> None:
        async with self._beside(archive) as reader:
            work = _Work(run)
            while await self._step(work, reader):
                pass

    def _check(self, model: Model) -> None:
        if not model.is_trained or self._archive_of(model) is None:
            raise InvalidInput("这个模型还没有训练好，或者文件已经删除，不能用来试读。请换一个模型。")

    async def _take(self) -> tuple[ShadowRun, Path | None] | None:
        """The run, as ours from now on, and the archive to start; None while another desk has it."""
        now = self._clock.now()
        async with self._units() as uow:
            found = await uow.shadow.running()
            if found is None:
                return None
            run = await uow.shadow.get(found.id, lock=True)
            if run.state is not ShadowState.RUNNING or (run.taken_at and run.taken_at > now - SILENT):
                return None
            run.taken_at = now
            model = await uow.models.get(run.model_id)
            await uow.commit()
        return run, self._archive_of(model)

    async def _step(self, work: _Work, reader: Reader) -> bool:
        """One batch; False when there is nothing more to do, or it is no longer ours to do."""
        began, run = self._clock.now(), work.run
        cursor = (run.cursor_at, run.cursor_id) if run.cursor_at and run.cursor_id else None
        async with self._reading() as uow:
            batch = await uow.shadow.read_before(run.since, cursor, min(BATCH, max(run.left, 0)))
        differences = await work.read(reader, batch) if batch else []
        async with self._units() as uow:
            stored = await uow.shadow.get(run.id, lock=True)
            if stored.state is not ShadowState.RUNNING or stored.done != run.done:
                return False
            await uow.shadow.put(differences)
            for one in differences:
                await note_by_id(uow, one.message_id, ReviewReason.SHADOW, self._clock.now())
            _note(stored, batch, differences, began, self._clock.now())
            await uow.commit()
        work.run = stored
        return stored.state is ShadowState.RUNNING

    async def _fail(self, run_id: str, reason: str) -> None:
        async with self._units() as uow:
            run = await uow.shadow.get(run_id, lock=True)
            if run.state is ShadowState.RUNNING:
                run.fail(reason, self._clock.now())
                await uow.commit()


def _note(
    run: ShadowRun,
    batch: Sequence[ReadMessage],
    differences: Sequence[Difference],
    began: datetime,
    now: datetime,
) -> None:
    """How far it is after a batch; an empty one was the last."""
    run.done += len(batch)
    run.changed += len(differences)
    if run.live_model is not None:
        run.others += sum(_model_of(one) != run.live_model for one in batch)
    run.seconds += (now - began).total_seconds()
    run.taken_at = now
    if batch:
        run.cursor_at, run.cursor_id = batch[-1].created_at, batch[-1].id
    if len(batch) < BATCH or not run.left:
        run.finish(now)


def _model_of(message: ReadMessage) -> str:
    return str(message.reading.get("model") or "").removesuffix(_SUFFIX)


def _compared(run_id: str, message: ReadMessage, after: str, confidence: float) -> Difference | None:
    """How it is read differently now; None when it says the same."""
    before = word(message.reading.get("label"))
    if before == after:
        return None
    return Difference(
        run_id=run_id,
        message_id=message.id,
        conversation_id=message.conversation_id,
        before=before,
        after=after,
        before_confidence=float(message.reading.get("confidence") or 0.0),
        after_confidence=confidence,
        risk=risk_of(before, after),
    )
