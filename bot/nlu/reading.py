"""What Rasa found in a message, in the form in which it leaves Rasa's room (docs/protocol.md)."""

from typing import Any, Dict, List, Mapping, Sequence

from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY

from bot.nlu.familiarity import FAMILIARITY
from bot.nlu.judgement import judged
from bot.nlu.normalizer import NORMAL, SCRIPT, normalize
from bot.nlu.risk_component import RISKS

RANKING_LENGTH = 5
HOTLINES = frozenset({"association", "authority"})  # risks whose words may be numbers


def reading(
    parse_data: Dict[str, Any], text: str, model_id: str, parts: Sequence[Mapping[str, Any]] = ()
) -> Dict[str, Any]:
    """Turn Rasa's parse of `text` into a reading, plain JSON; `parts` is what its clauses say.

    `label` is None where the message was not understood (bot/nlu/judgement.py); `confidence` is that of the
    label, or else of the likeliest one. Entity offsets count characters of `text`, and the values are its own
    characters.
    """
    ranking = _ranking(parse_data)
    taken = (parse_data.get(INTENT) or {}).get(INTENT_NAME_KEY)
    fell_back = taken is None or taken == DEFAULT_NLU_FALLBACK_INTENT_NAME
    found = judged(ranking, parts, parse_data.get(FAMILIARITY), fell_back=fell_back)
    form = normalize(text) if parse_data.get(NORMAL) is None else None
    return {
        "text": text,
        "normal": form.text if form else parse_data[NORMAL],
        "script": form.script if form else parse_data[SCRIPT],
        "label": found.label,
        "confidence": found.confidence,
        "ranking": ranking[:RANKING_LENGTH],
        "parts": list(parts),
        "familiarity": parse_data.get(FAMILIARITY),
        "entities": _entities(parse_data, text),
        "risks": list(parse_data.get(RISKS) or ()),
        "model": model_id,
    }


def _ranking(parse_data: Dict[str, Any]) -> List[Dict[str, Any]]:
    rows = [
        row
        for row in parse_data.get(INTENT_RANKING_KEY) or ()
        if row["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
    ]
    return [{"label": row["name"], "confidence": float(row["confidence"])} for row in rows]


def _entities(parse_data: Dict[str, Any], text: str) -> List[Dict[str, Any]]:
    """Return the facts; what is part of a hotline's number, 「1 2 3 1 5」, is no batch and no place."""
    hotlines = [risk for risk in parse_data.get(RISKS) or () if risk["kind"] in HOTLINES]
    return [
        {
            "entity": found["entity"],
            "value": text[found["start"] : found["end"]],
            "start": found["start"],
            "end": found["end"],
        }
        for found in parse_data.get(ENTITIES) or ()
        if not any(found["start"] < risk["end"] and risk["start"] < found["end"] for risk in hotlines)
    ]
