"""Records for tests: one customer, their conversation, its messages and cases."""

from datetime import UTC, datetime

from bot.domain.case import Case
from bot.domain.conversation import Author, Conversation, Customer, Message
from bot.domain.people import Role, User
from bot.domain.personal_requests import Asker, PersonalRequest, RequestKind, Way

NOW = datetime(2025, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)


def a_customer(id="customer", **more):
    return Customer(id, "web", f"visitor-{id}", NOW, **more)


def a_conversation(id="talk", customer="customer", **more):
    return Conversation(id, customer, "web", NOW, NOW, **more)


def a_message(id, seq, talk="talk", **more):
    values = {"author": Author.CUSTOMER, "text": "水有怪味", "created_at": NOW, **more}
    return Message(id, talk, seq, **values)


def a_case(id="case", **more):
    values = {"opened_at": NOW, "heard_at": NOW, "text": "水有怪味", **more}
    return Case(id, "customer", "talk", "web", "water.odor", "water", "normal", "calm", **values)


def a_user(id):
    return User(id, id, "小李", Role.AGENT, "hash", NOW)


def a_request(id="request", due_at=NOW, **more):
    return PersonalRequest(
        id, RequestKind.ERASE, Asker.SELF, Way.PHONE, NOW.date(), due_at, NOW, "boss", "case",
        "customer", "回拨核对", **more,
    )  # fmt: skip


async def store(units, *additions):
    """Add records, each given with the name of its repository, and commit."""
    async with units() as unit:
        for repository, record in additions:
            getattr(unit, repository).add(record)
        await unit.commit()
