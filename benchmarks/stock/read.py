"""Reads texts with plain Rasa, in Rasa's room: `python benchmarks/stock/read.py MODEL ASKED ANSWER`.

ASKED is a file with {"texts": [...], "timed": [...]}. ANSWER gets {"readings": [one for each text, as the
desk knows them], "ms": [milliseconds of each timed text, one at a time]}.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

from bot.nlu.reading import reading

WARM_UP = 20


async def _read(agent: Agent, texts: list[str], timed: list[str]) -> dict[str, Any]:
    stripped = [text.strip() for text in texts]  # as Rasa does: offsets count without it
    readings = [reading(await agent.parse_message(text), text, "stock") for text in stripped]
    for text in timed[:WARM_UP]:
        await agent.parse_message(text)
    times = []
    for text in timed:
        began = time.perf_counter()
        await agent.parse_message(text)
        times.append((time.perf_counter() - began) * 1000)
    return {"readings": readings, "ms": times}


if __name__ == "__main__":
    model, asked, answer = sys.argv[1:]
    question = json.loads(Path(asked).read_text(encoding="utf-8"))
    found = asyncio.run(_read(Agent.load(model), question["texts"], question["timed"]))
    Path(answer).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
