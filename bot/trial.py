"""A candidate on trial: read with, replayed, cross-validated, each beside a desk that may be up."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.adapters.jsonl import read_dialogues
from bot.adapters.model_files import model_id
from bot.adapters.reports.cross_validation import cross_validate, write_doubtful
from bot.adapters.reports.sets import measuring_sets, replay_files, unseen
from bot.adapters.script import convert
from bot.app import Desk
from bot.domain.dialogue import Dialogue, Failure, failures
from bot.domain.errors import KesuError
from bot.domain.evaluation import Utterance
from bot.domain.measuring import Measure
from bot.domain.model_report import CrossValidation, Dialogues, FailedDialogue, ModelReport
from bot.replaying import TurnedClock, talk, temporary_desk
from bot.services.model_reports import Extra, Measured, Readable, measure, put_together
from bot.services.titles import titles
from bot.settings import ROOT, Settings

_AT_ONCE = 20  # dialogues between two words about how far it is
_LONGEST = 300  # characters of what a dialogue said instead

Say = Callable[[int, str], None]  # percent, and what goes on


class Trial:
    """One report of a candidate beside the live model. `say` hears how far it is.

    The dialogues quote the project's handbook, so the desks on trial have that one, and no company's data:
    what a company changed in its own is no model's fault.
    """

    def __init__(self, settings: Settings, live: Path, candidate: Path, say: Say) -> None:
        self._settings, self._live, self._candidate, self._say = settings, live, candidate, say
        self._missing: list[str] = []
        self._seconds: dict[str, float] = {}
        self._failed: list[Failure] = []

    async def report(self, judged: Sequence[Utterance], extra: Sequence[Path]) -> ModelReport:
        """Measure everything. `extra`: folders of training data beside the project's.

        What fails by itself (cross-validation, dialogues) is named as missing. ConfigurationError when there
        is no test set or a model can't be started, UnderstandingUnavailable when one stops answering.
        """
        fixed = self._fixed()
        judged = await asyncio.to_thread(unseen, judged, ROOT, extra)
        self._say(0, "交叉检验训练数据")
        crossed = await self._crossed(extra)
        with TemporaryDirectory(prefix="kesu-") as folder:
            self._settings = self._settings.having(
                handbook=ROOT / "data" / "handbook", company=Path(folder) / "company.yml"
            )
            self._say(25, "启动两个模型")
            clock = TurnedClock()
            async with temporary_desk(self._settings, clock, self._candidate) as desk:
                measured = await self._read(desk, fixed, judged)
                dialogues = await self._replayed(desk, clock)
                title = titles(desk.words.handbook)
        found = Extra(title, crossed, dialogues, tuple(self._missing), self._seconds)
        self._say(100, "报告完成")
        return put_together(measured, datetime.now(UTC), found)

    def _fixed(self) -> list[Utterance]:
        """The messages with single labels: families tell nothing about a label."""
        sets = measuring_sets(ROOT, self._settings.measuring_dir)
        return [row for one in sets if one.measure is Measure.LABELS for row in one.utterances]

    async def _crossed(self, extra: Sequence[Path]) -> CrossValidation | None:
        with self._timed("cross_validation"):
            try:
                found, rows = await cross_validate([ROOT / "data" / "nlu", *extra])
                write_doubtful(rows, self._candidate)
            except (KesuError, OSError) as problem:
                self._missing.append(f"交叉检验没有做成（{problem}）")
                return None
            return found

    async def _read(self, desk: Desk, fixed: Sequence[Utterance], judged: Sequence[Utterance]) -> Measured:
        candidate = Readable(model_id(self._candidate), self._candidate.stat().st_size, desk.rasa)
        async with temporary_desk(self._settings, TurnedClock(), self._live) as other:
            live = Readable(model_id(self._live), self._live.stat().st_size, other.rasa)
            self._say(40, "两个模型读同样的消息")
            return await measure(live, candidate, fixed, judged)

    async def _replayed(self, desk: Desk, clock: TurnedClock) -> Dialogues | None:
        dialogues = [one for file in replay_files(ROOT) for one in read_dialogues(file)]
        with self._timed("dialogues"):
            try:
                for start in range(0, len(dialogues), _AT_ONCE):
                    self._say(55 + 40 * start // len(dialogues), f"回放对话 {start}/{len(dialogues)}")
                    self._failed += await had(desk, clock, dialogues[start : start + _AT_ONCE])
                both = await self._failing_with_live_too(dialogues)
            except KesuError as problem:
                self._missing.append(f"对话回放没有做成（{problem}）")
                return None
        return Dialogues(len(dialogues), tuple(_told(one, one.id in both) for one in self._failed))

    async def _failing_with_live_too(self, dialogues: Sequence[Dialogue]) -> set[str]:
        """Of the dialogues that failed, those that do so with the live model as well."""
        ids = {one.id for one in self._failed}
        if not ids:
            return set()
        self._say(95, "用使用中的模型再回放不符合的对话")
        clock = TurnedClock()
        async with temporary_desk(self._settings, clock, self._live) as desk:
            again = await had(desk, clock, [one for one in dialogues if one.id in ids])
        return {one.id for one in again}

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._seconds[what] = round(time.perf_counter() - began, 1)


async def had(desk: Desk, clock: TurnedClock, dialogues: Sequence[Dialogue]) -> list[Failure]:
    """Have the dialogues; the expectations that were not met."""
    outcomes = await talk(desk, clock, dialogues)
    return [
        failure
        for dialogue, outcome in zip(dialogues, outcomes, strict=True)
        for failure in failures(dialogue, outcome, desk.words.handbook, lambda text: convert(text, "hans"))
    ]


def _told(failure: Failure, live_too: bool) -> FailedDialogue:  # noqa: FBT001 -- a record's field
    return FailedDialogue(
        failure.id, failure.expectation, _shown(failure.wanted), _shown(failure.got), live_too=live_too
    )


def _shown(value: Any) -> str:  # noqa: ANN401 -- whatever a dialogue expects
    """For people: what was expected of a dialogue, or what was there instead."""
    if value is None or isinstance(value, bool):
        return {None: "没有", True: "是", False: "否"}[value]
    text = " / ".join(map(_shown, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
