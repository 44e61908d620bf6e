"""Fixtures of the shadow replays: a supervisor, a candidate with a table of readings, a ledger."""

from datetime import timedelta

import pytest

from bot.domain.conversation import Delivery
from bot.domain.people import Role
from bot.services.shadow_judging import ShadowJudging
from tests.records import a_conversation, a_customer, a_message, a_user, store
from tests.rooms import reading
from tests.shadows import replayed
from tests.training_data import a_model

NEW = "kesu-2.tar.gz"


@pytest.fixture
async def su(units):
    """A supervisor; a candidate waits, and a customer with a conversation."""
    user = a_user("su")
    user.role = Role.SUPERVISOR
    await store(
        units,
        ("people", user),
        ("models", a_model()),
        ("customers", a_customer(name="赵小芳")),
        ("conversations", a_conversation()),
    )
    return user


@pytest.fixture
def said(units, desk):
    """Puts a message into the ledger with the label that it was read as then, one minute after the other."""
    seqs = iter(range(1, 1000))

    async def said(text, label, confidence=0.9, model="kesu-1.tar.gz", **more):
        seq = next(seqs)
        read = reading(label, confidence).to_json() | {"model": model, **more.pop("reading", {})}
        at = desk.clock.now() - timedelta(hours=1) + timedelta(seconds=seq)
        values = {"text": text, "created_at": at, "delivery": Delivery.ANSWERED, **more}
        await store(units, ("messages", a_message(f"m{seq:03}", seq, reading=read, **values)))
        return f"m{seq:03}"

    return said


@pytest.fixture
def judging(units, desk):
    return ShadowJudging(units, desk.clock, str.upper, reading=units)


@pytest.fixture
def candidate(desk):
    """What the candidate reads, by text."""
    return desk.beside.tables.setdefault(NEW, {})


@pytest.fixture
async def changed(desk, su, said, candidate):
    """A run with one message that is read differently; its id and the run."""
    text = "我叫赵小芳，电话13812345678，盒子是空的"
    message = await said(text, "carton.empty")
    candidate[text] = reading("carton.spoiled")
    return message, await replayed(desk, su)
