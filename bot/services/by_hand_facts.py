"""The facts of a case that is opened by hand: read from the told text, or written down by a person."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain import crowds
from bot.domain.by_hand import Channel, Told
from bot.domain.case import Case
from bot.domain.conversation import Author, Conversation, Message
from bot.domain.reading import Reading
from bot.services import cases, facts
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn
from bot.services.words import Words

OF_CUSTOMER = ("phone", "name")  # asked of every customer, beside the form of the issue


def named(
    uow: UnitOfWork, words: Words, now: datetime, text: str, issue: str, reading: Reading
) -> Mapping[str, str]:
    """The facts that a text names, by case field, as they would be taken from a customer's message."""
    rule = words.handbook.issue(issue)
    case = Case(
        "", "", "", Channel.PHONE, issue, rule.category, rule.severity, rule.heat, text, now, now
    )  # fmt: skip
    conversation = Conversation("", "", Channel.PHONE, now, now)
    message = Message("", "", 1, Author.CUSTOMER, text, now)
    facts.take_entities(Turn(uow, words, now, conversation, message, reading, case=case), case)
    return {name: value for name, value in case.fields.items() if value}


def asked(words: Words, issue: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that the form of the issue asks for, and those that are known besides."""
    rule = words.handbook.issue(issue, product=known.get("product"), place=known.get("place"))
    return tuple(name for name in dict.fromkeys((*rule.ask, *known)) if name not in OF_CUSTOMER)


def fill(turn: Turn, case: Case, told: Told) -> None:
    """Put what was written down into the case; without any facts, those that the text names.

    A fact that the model found in the text keeps its normal form.
    """
    if told.facts is None:
        facts.take_entities(turn, case)
    case.people = max(case.people, crowds.together(turn.plain) or 1)
    normals = {found.value: found.normal for found in turn.reading.entities}
    for name, value in (told.facts or {}).items():
        case.fill(name, value, normals.get(value))
    if told.name:
        case.fill("name", told.name)
    phone = told.phone or case.fields.get("phone")
    if phone:
        facts.note_phone(turn, case, phone, normals.get(phone))
    if case.is_unspecified:
        case.fill("details", told.text)
    turn.case = case


def filed(words: Words, case: Case) -> None:
    """File the case by its issue and what it is about: product and place may belong to another pack."""
    rule = cases.rule_of(words, case)
    case.category, case.severity, case.heat = rule.category, rule.severity, rule.heat
