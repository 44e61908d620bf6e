"""The learning curve: Rasa's room trains the classifier on fewer messages, the desk scores what it reads."""

import json
from collections.abc import Sequence
from typing import Any

from bot.adapters.rasa_process import ROOM_PYTHON, require_room
from bot.adapters.reports.room import answer_of
from bot.domain.measuring import MeasuringSet
from bot.domain.reading import Reading
from bot.domain.report import CurvePoint

COMMAND = (str(ROOM_PYTHON), "-m", "bot.nlu.learning_curve")
ROWS = (10, 20, 40, 80, None)


async def learning_curve(
    sets: Sequence[MeasuringSet], *, command: Sequence[str] = COMMAND
) -> tuple[CurvePoint, ...]:
    """The figures of the sets after training with more and more messages a label; one or two minutes.

    Raises ConfigurationError when Rasa's room can't do it.
    """
    if command is COMMAND:
        require_room()
    texts = list(dict.fromkeys(utterance.text for one in sets for utterance in one.utterances))
    points = await _asked(command, {"texts": texts, "rows": ROWS})
    return tuple(_point(point, texts, sets) for point in points)


async def _asked(command: Sequence[str], question: dict[str, Any]) -> list[dict[str, Any]]:
    lines = await answer_of(command, json.dumps(question).encode(), "学习曲线未能算出")
    return [json.loads(line) for line in lines]


def _point(point: dict[str, Any], texts: Sequence[str], sets: Sequence[MeasuringSet]) -> CurvePoint:
    known = {
        text: Reading(label=label, confidence=0.0) for text, label in zip(texts, point["labels"], strict=True)
    }
    return CurvePoint(point["rows"], point["messages"], {one.name: one.figure(known) for one in sets})
