"""What Rasa found in a message, in the form in which it leaves Rasa's room (docs/protocol.md)."""

from typing import Any, Dict, List

from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY

from bot.nlu.normalizer import NORMAL, SCRIPT, normalize

RANKING_LENGTH = 5


def reading(parse_data: Dict[str, Any], text: str, model_id: str) -> Dict[str, Any]:
    """Turn Rasa's parse of `text` into a reading, plain JSON.

    `label` is None where the classifier was not sure enough; `confidence` is that of the likeliest label
    either way. Entity offsets count characters of `text`, and the values are its own characters.
    """
    ranking = _ranking(parse_data)
    taken = (parse_data.get(INTENT) or {}).get(INTENT_NAME_KEY)
    understood = taken is not None and taken != DEFAULT_NLU_FALLBACK_INTENT_NAME
    form = normalize(text) if parse_data.get(NORMAL) is None else None
    return {
        "text": text,
        "normal": form.text if form else parse_data[NORMAL],
        "script": form.script if form else parse_data[SCRIPT],
        "label": taken if understood else None,
        "confidence": ranking[0]["confidence"] if ranking else 0.0,
        "ranking": ranking,
        "entities": _entities(parse_data, text),
        "model": model_id,
    }


def _ranking(parse_data: Dict[str, Any]) -> List[Dict[str, Any]]:
    rows = [
        row
        for row in parse_data.get(INTENT_RANKING_KEY) or ()
        if row["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
    ]
    return [{"label": row["name"], "confidence": float(row["confidence"])} for row in rows[:RANKING_LENGTH]]


def _entities(parse_data: Dict[str, Any], text: str) -> List[Dict[str, Any]]:
    return [
        {
            "entity": found["entity"],
            "value": text[found["start"] : found["end"]],
            "start": found["start"],
            "end": found["end"],
        }
        for found in parse_data.get(ENTITIES) or ()
    ]
