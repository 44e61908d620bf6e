"""Makes the dialogue agree with the desk about what is open, and says what a message is taken as."""

import re
from typing import Any, Container, Mapping, Optional

from rasa.shared.core.constants import DEFAULT_INTENTS, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet

from bot.nlu import thresholds
from bot.nlu.turn import Context

FORM = "complaint_form"
ASKED_SLOT = "details"
ANSWER = "inform"

HUMAN, WITHDRAW, DENIAL = "request_human", "withdraw", "deny"
SMALL_TALK = frozenset(
    {"chitchat", "product_question", "praise", "suggest", "greet", "thank", "bot_challenge"}
)
_NOT_COMPLAINING = re.compile(r"(?<!又)(?:不(?:是|想|打算)|没有?(?=[想要]))(?:想|要|来)*投[诉速拆]")


def agreement(context: Context) -> list[Event]:
    """Return the events that bring a tracker to what the desk says is open."""
    asking = context.asks_field
    return [
        SlotSet("case", context.case),
        SlotSet("question", context.question),
        SlotSet(ASKED_SLOT, None),
        ActiveLoop(FORM if asking else None),
        SlotSet(REQUESTED_SLOT, ASKED_SLOT if asking else None),
    ]


def labels(domain: Domain) -> frozenset[str]:
    """Return the labels the model's domain knows, without those Rasa adds for itself (restart …)."""
    return frozenset(domain.intents) - frozenset(DEFAULT_INTENTS)


def leaves_form(domain: Domain, label: Optional[str]) -> bool:
    """Whether a label has an action of its own while a question is open (the form's ignored_intents)."""
    form = domain.forms.get(FORM) or {}
    return label in form.get("ignored_intents", ())


def taken_as(reading: Mapping[str, Any], context: Context, domain: Domain) -> Optional[str]:
    """Return the label the dialogue follows instead of the reading's own, or None.

    While a field is asked, a message with an entity that answers it, or a doubtful piece of small talk, is an
    answer; and so is one that is nothing but such an entity, whatever complaint its name recalls. Asking for
    a human is always heard, a withdrawal when it is meant for sure; 「我不是要投诉」 asks for one.
    """
    label = reading["label"]
    if not context.asks_field or label == HUMAN:
        return None
    answering = [found for found in reading["entities"] if found["entity"] in _wanted(context)]
    if any(_is_all_of(reading["text"], found["value"]) for found in answering):
        return ANSWER if label != ANSWER else None
    if label == DENIAL and _NOT_COMPLAINING.search(reading["normal"]):
        return WITHDRAW
    if not leaves_form(domain, label):
        return None
    if label == WITHDRAW:
        return ANSWER if reading["confidence"] < thresholds.WITHDRAWAL else None
    doubtful = label in SMALL_TALK and reading["confidence"] < thresholds.SMALL_TALK
    return ANSWER if answering or doubtful else None


def _wanted(context: Context) -> Container[Optional[str]]:
    return context.expects or (context.question,)


def _is_all_of(text: str, value: str) -> bool:
    """Whether a text says nothing beside the value, signs aside."""
    return bool(_letters(value)) and _letters(text) == _letters(value)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
