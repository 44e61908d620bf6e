"""A room without Rasa: it reads what it was told to read and follows the same rules as data/rules."""

import struct
import zlib
from contextlib import asynccontextmanager
from dataclasses import replace

from actions.small_talk import SITUATIONS
from actions.webhook import ActionServer
from bot.domain import labels
from bot.domain.errors import ConfigurationError, UnderstandingUnavailable
from bot.domain.reading import Entity, Reading, Reply, Risk, TurnAnswer
from bot.domain.vectors import Vectors

SECRET = "of-this-pair"
ACTIONS = {
    "inform": "action_take_facts",
    "ask_progress": "action_report_progress",
    "urge": "action_urge",
    "request_human": "action_hand_over",
    "withdraw": "action_withdraw",
    "affirm": "action_confirm",
    "deny": "action_decline",
    "satisfied": "action_note_satisfied",
    "dissatisfied": "action_note_dissatisfied",
    "greet": "action_greet",
    "thank": "action_thank",
    None: "action_ask_again",
}
SIMPLE = {situation: name for name, situation in SITUATIONS.items()}
LABELS = {
    "ask_compensation": "compensation",
    "ask_process": "process",
}  # where the situation has another name
INTERRUPTING = {"greet", "thank", "ask_progress", "urge", "ask_compensation", "suggest", "abuse"}
ENDING = {"request_human", "withdraw"}


def reading(label, confidence=0.9, script="hans", risks=(), **entities):
    """A reading with entities given as kind=value."""
    found = tuple(Entity(kind, value, 0, len(value)) for kind, value in entities.items())
    return Reading(label=label, confidence=confidence, script=script, entities=found, risks=tuple(risks))


def risk(kind, text, *, denied=False, now=False):
    """A risk as the room finds it."""
    return Risk(kind, text, 0, len(text), denied=denied, now=now)


class Room:
    """Understands by a table of texts; unknown texts are not understood."""

    def __init__(self, units, words, clock):
        self.server = ActionServer(units, words, clock, SECRET)
        self.table, self.down, self.turns, self.days = {}, False, [], []
        self.before_answer = None
        self.model, self.places = "double.tar.gz", {}

    async def turn(self, conversation, turn, text, context, day):
        if self.down:
            raise UnderstandingUnavailable("the room is down")
        self.turns.append(turn)
        self.days.append(day)
        understood = self.table.get(text, reading(None, 0.1))
        if context.choice:
            certain = {"label": context.choice, "taken_as": context.choice, "confidence": 1.0}
            understood = replace(understood, **certain, ranking=((context.choice, 1.0),))
        actions = self._actions(understood.label, context)
        replies = await self._run(conversation, turn, understood, context, actions)
        if self.before_answer:
            await self.before_answer()
        return TurnAnswer(replies=tuple(replies), reading=understood)

    async def parse(self, texts, day=None):
        if self.down:
            raise UnderstandingUnavailable("the room is down")
        return [self.table.get(text, reading(None, 0.1)) for text in texts]

    async def vectors(self, texts):
        """Texts lie where `places` says, others by their characters: what shares most of them lies near."""
        if self.down:
            raise UnderstandingUnavailable("the room is down")
        return Vectors(self.model, tuple(self.places.get(text) or _place(text) for text in texts))

    def _actions(self, label, context):
        if context.question and context.question != "withdraw":
            if label in INTERRUPTING:
                return [_action(label), "action_ask_details"]
            if label not in ENDING:
                return ["validate_complaint_form", "action_ask_details"]
        if labels.is_complaint(label):
            return ["action_hear_complaint", "action_ask_details"]
        return [_action(label)]

    async def _run(self, conversation, turn, understood, context, names):
        replies, place = [], 0
        while names:
            name, *names = names
            place += 1
            call = {
                "next_action": name,
                "sender_id": conversation,
                "domain": {},
                "tracker": tracker(conversation, understood, context),
            }
            result = await self.server.run(call, turn, place)
            replies += [Reply.from_json(row["custom"]) for row in result["responses"]]
            filled = {row["name"]: row["value"] for row in result["events"] if row["event"] == "slot"}
            if filled.get("details") == "complete":
                names = ["action_accept_case"]
        return replies


def _place(text):
    counted = [0.0] * 64
    for char in text:
        counted[zlib.crc32(char.encode()) % 64] += 1.0
    length = sum(value * value for value in counted) ** 0.5 or 1.0
    return struct.pack("<64e", *(value / length for value in counted))


class RoomsBeside:
    """Models that read beside the live one, each archive by a table of its own; `down` ones don't start."""

    def __init__(self):
        self.tables, self.down, self.opened, self.before_batch = {}, set(), [], None

    @asynccontextmanager
    async def __call__(self, archive):
        if archive.name in self.down:
            raise ConfigurationError("Rasa did not start")
        self.opened.append(archive.name)
        yield _Reader(self, self.tables.get(archive.name, {}))


class _Reader:
    def __init__(self, rooms, table):
        self._rooms, self._table = rooms, table

    async def parse(self, texts, day=None):
        if self._rooms.before_batch:
            await self._rooms.before_batch(texts)
        return [self._table.get(text, reading(None, 0.1)) for text in texts]


def _action(label):
    return ACTIONS.get(label) or SIMPLE[LABELS.get(label, label)]


def tracker(conversation, understood, context):
    """What Rasa posts of a conversation's state."""
    return {
        "sender_id": conversation,
        "slots": {},
        "latest_message": {
            "text": "",
            "metadata": {"reading": understood.to_json(), "context": context.to_json()},
        },
        "events": [],
        "paused": False,
        "latest_input_channel": "desk",
        "active_loop": {},
        "latest_action": {},
    }
