"""Gives out what the loaded model's sentence encoder makes of texts: the desk groups messages by it."""

import asyncio
import base64
from typing import List, Mapping, Optional, Sequence

import numpy as np
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.nlu.normalizer import normalize
from bot.nlu.sentence_encoder import SentenceEncoder

AT_ONCE = 8  # texts between which turns get their chance: a tenth of a second


def encoder_of(runner: DaskGraphRunner) -> Optional[SentenceEncoder]:
    """Return the sentence encoder of a loaded graph, if it has one."""
    nodes: Mapping[str, GraphNode] = runner._instantiated_nodes  # noqa: SLF001 -- Rasa gives no other way to them
    components = (node._component for node in nodes.values())  # noqa: SLF001 -- as above
    return next((found for found in components if isinstance(found, SentenceEncoder)), None)


async def written_vectors(encoder: SentenceEncoder, texts: Sequence[str]) -> List[str]:
    """Return the vectors of the texts' normal forms: little-endian float16, in base64.

    Half precision moves a cosine by less than 0.001.
    """
    written: List[str] = []
    for start in range(0, len(texts), AT_ONCE):
        normal = [normalize(text).text for text in texts[start : start + AT_ONCE]]
        rows = encoder.vectors(normal)
        written += [base64.b64encode(np.asarray(row).astype("<f2").tobytes()).decode() for row in rows]
        await asyncio.sleep(0)
    return written
