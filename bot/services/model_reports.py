"""Have two models read the same messages, take their times in turn, and put the report together."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.comparing import by_label, calibration, changes, confused_pairs, facts_of_kinds, overall
from bot.domain.errors import ConfigurationError
from bot.domain.evaluation import NOT_UNDERSTOOD, Utterance, percentile
from bot.domain.gate import judge
from bot.domain.labels import ALL
from bot.domain.model_report import CrossValidation, Dialogues, ModelReport, Side
from bot.domain.reading import Reading
from bot.domain.readings_compared import DOCTOR, Reread
from bot.domain.risk import DANGERS, TITLES
from bot.services.measuring import read_all, short_ones
from bot.services.ports import Understanding, Units
from bot.services.titles import FACTS

TIMED = 100  # short messages, read by both models one at a time
_AT_ONCE = 50  # messages in one request: both are niced, and an answer has to come in time

Say = Callable[[int, str], None]  # percent, and what goes on
# Makes a report, given the candidate's archive, the live one's, and the judged messages; gives its JSON.
RunReport = Callable[[Path, Path, Sequence[Utterance], Say], Awaitable[dict[str, Any]]]


class ReportMaker:
    """Makes a candidate's report and judges it (ports.MakeReport). `find`: a model's archive by its id."""

    def __init__(self, units: Units, run: RunReport, find: Callable[[str], Path | None]) -> None:
        self._units, self._run, self._find = units, run, find

    async def __call__(
        self, file: str | Path, say: Say = lambda *_: None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The report and the gate as JSON. ConfigurationError when it can't be made."""
        async with self._units() as uow:
            live = (await uow.models.live()).model
            judged = [Utterance(one.text, one.label) for one in await uow.shadow.judged()]
        archive = self._find(live) if live else None
        if archive is None:
            raise ConfigurationError("这台机器上没有使用中的模型的文件，没有什么可以比较：请先启用一个模型。")
        report = await self._run(Path(file), archive, judged, say)
        return report, judge(ModelReport.from_json(report)).to_json()


@dataclass(frozen=True)
class Readable:
    """A model that can be asked: its id, its archive's bytes, and the Rasa that runs it."""

    model: str
    bytes: int
    rasa: Understanding


@dataclass(frozen=True)
class Extra:
    """What a report holds beside the readings; `missing` says in Chinese what could not be done."""

    titles: Callable[[str], str]
    cross_validation: CrossValidation | None = None
    dialogues: Dialogues | None = None
    missing: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What both models made of the messages; `judged` of them come from shadow replays."""

    reread: Sequence[Reread]
    live: Side
    candidate: Side
    judged: int
    seconds: float


async def measure(
    live: Readable, candidate: Readable, fixed: Sequence[Utterance], judged: Sequence[Utterance] = ()
) -> Measured:
    """Read the fixed test set and the messages judged in shadow replays with both models.

    A judged message that stands in the fixed set too counts once, as it stands there.
    UnderstandingUnavailable.
    """
    began = time.perf_counter()
    own = {one.text for one in fixed}
    more = {one.text: one for one in judged if one.text not in own}
    messages = [*fixed, *more.values()]
    texts = [one.text for one in messages]
    readings = [(await read_all(side.rasa, texts, _AT_ONCE)).readings for side in (live, candidate)]
    times = await time_in_turn(live.rasa, candidate.rasa, short_ones(texts)[:TIMED])
    sides = [
        _side(side, messages, read, milliseconds)
        for side, read, milliseconds in zip((live, candidate), readings, times, strict=True)
    ]
    seconds = round(time.perf_counter() - began, 1)
    return Measured(Reread.all(messages, *readings), sides[0], sides[1], len(more), seconds)


async def time_in_turn(
    live: Understanding, candidate: Understanding, texts: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each text, one request after the other, now one model first and now the other.

    What else the machine does meanwhile slows both alike.
    """
    times: tuple[list[float], list[float]] = ([], [])
    rooms = (live, candidate)
    for number, text in enumerate(texts):
        for side in (0, 1) if number % 2 else (1, 0):
            began = time.perf_counter()
            await rooms[side].parse([text])
            times[side].append((time.perf_counter() - began) * 1000)
    return times


def _side(
    side: Readable, messages: Sequence[Utterance], readings: Mapping[str, Reading], times: Sequence[float]
) -> Side:
    error, bins = calibration(messages, [readings[one.text] for one in messages])
    return Side(side.model, side.bytes, percentile(times, 50), percentile(times, 95), error, bins)


def put_together(measured: Measured, made: datetime, extra: Extra) -> ModelReport:
    """The whole report."""
    reread = measured.reread
    lost, gained = changes(reread)
    return ModelReport(
        made=made,
        live=measured.live,
        candidate=measured.candidate,
        messages=len(reread),
        judged=measured.judged,
        overall=overall(reread),
        labels=by_label(reread),
        confused=confused_pairs(reread),
        facts=facts_of_kinds(reread),
        lost=lost,
        gained=gained,
        cross_validation=extra.cross_validation,
        dialogues=extra.dialogues,
        missing=extra.missing,
        titles=_titles(extra.titles),
        seconds={"reading": measured.seconds, **extra.seconds},
    )


def _titles(title: Callable[[str], str]) -> dict[str, str]:
    """Of every label, danger and kind of fact that a report may name."""
    dangers = {situation: TITLES[kind] for kind, situation in DANGERS.items()}
    own = {DOCTOR: "要先看医生", NOT_UNDERSTOOD: "没听懂"}
    return {label: title(label) for label in sorted(ALL)} | dangers | FACTS | own
