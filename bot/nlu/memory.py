"""What is kept of a conversation between turns: enough for the policies, none of the customer's words."""

from datetime import date
from itertools import islice
from typing import Any, Iterator, Mapping, Optional, Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY

from bot.nlu.values import with_values

KEPT_TURNS = (
    3  # policies look back a few steps: rules as far as their own length, stories as far as max_history
)
_CUT_FROM_TEXT = ("parts", "risks")  # lists of a reading whose members quote the customer


def condensed(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what the policies need of a tracker as plain JSON: slots, loop, and the last turns' steps."""
    return {
        "slots": {name: value for name, value in tracker.current_slot_values().items() if value is not None},
        "loop": tracker.active_loop_name,
        "steps": [step for event in _recent(tracker) for step in _step(event)],
    }


def expanded(conversation: str, kept: Optional[Mapping[str, Any]], domain: Domain) -> DialogueStateTracker:
    """Return a tracker that listens: a new one, or one that goes on from what `condensed` kept."""
    kept = kept or {"slots": {}, "loop": None, "steps": []}
    known = {slot.name for slot in domain.slots}
    tracker = DialogueStateTracker(conversation, domain.slots)
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    slots = [SlotSet(name, value) for name, value in kept["slots"].items() if name in known]
    tracker.update_with_events([*slots, ActiveLoop(kept["loop"])], domain)
    tracker.update_with_events([_event(step) for step in kept["steps"]], domain)
    return tracker


def _recent(tracker: DialogueStateTracker) -> Iterator[Event]:
    """Yield the events of the last KEPT_TURNS turns; a turn ends with listening."""
    ends = [
        place
        for place, event in enumerate(tracker.events, start=1)
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
    ]
    start = ends[-KEPT_TURNS - 1] if len(ends) > KEPT_TURNS else 0
    return islice(tracker.events, start, None)


def _step(event: Event) -> Iterator[list[Any]]:
    if isinstance(event, UserUttered):
        yield ["user", event.intent_name]
    elif isinstance(event, ActionExecuted) and event.action_name:
        yield ["action", event.action_name, event.policy, event.confidence, bool(event.hide_rule_turn)]
    elif isinstance(event, ActiveLoop):
        yield ["loop", event.name]
    elif isinstance(event, LoopInterrupted):
        yield ["interrupted", event.is_interrupted]
    elif isinstance(event, ActionExecutionRejected):
        yield ["rejected", event.action_name]


def _event(step: Sequence[Any]) -> Event:
    kind, *values = step
    if kind == "user":
        return UserUttered(intent={INTENT_NAME_KEY: values[0]})
    if kind == "action":
        name, policy, confidence, hidden = values
        return ActionExecuted(name, policy, confidence, hide_rule_turn=hidden)
    if kind == "loop":
        return ActiveLoop(values[0])
    if kind == "interrupted":
        return LoopInterrupted(values[0])
    return ActionExecutionRejected(values[0])


def without_words(reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reading without the customer's words: of entities, clauses and risks only the offsets."""
    spans = [{key: found[key] for key in ("entity", "start", "end")} for found in reading["entities"]]
    return {
        **{key: value for key, value in reading.items() if key not in ("text", "normal")},
        "entities": spans,
        **{kind: [_without_text(found) for found in reading.get(kind, ())] for kind in _CUT_FROM_TEXT},
    }


def with_words(reading: Mapping[str, Any], text: str, normal: str, day: date) -> dict[str, Any]:
    """Return the reading that `without_words` stripped, its words cut from the same text (of `day`) again."""
    entities = [{**found, "value": text[found["start"] : found["end"]]} for found in reading["entities"]]
    cut = {
        kind: [{"text": text[found["start"] : found["end"]], **found} for found in reading.get(kind, ())]
        for kind in _CUT_FROM_TEXT
    }
    whole = {**reading, "text": text, "normal": normal, "entities": entities, **cut}
    return with_values(whole, day)


def _without_text(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "text"}
