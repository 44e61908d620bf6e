"""Webhooks: who hears of what, written with the event itself."""

import pytest

from bot.domain.by_hand import Channel, Told
from bot.domain.errors import Conflict, InvalidInput
from bot.domain.webhook import Event
from bot.services.by_hand import ByHand
from bot.services.handling import Handling
from tests.accepted import accepted, version
from tests.people import person
from tests.receivers import URL, Receiver, log, outbox, subscribe, subscriptions
from tests.rooms import reading


async def test_an_accepted_case_is_told_with_what_a_program_needs(desk, admin):
    await subscribe(desk, admin, Event.CASE_ACCEPTED)
    case, receiver = await accepted(desk, "li"), Receiver()
    await outbox(desk, receiver).look()
    ((url, _, told, _),) = receiver.posted
    assert (url, told["type"]) == (URL, "case.accepted")
    assert told["data"]["case"]["number"] == case.number
    assert told["data"]["case"]["version"] <= await version(desk, case)
    assert told["timestamp"].endswith("+00:00")


async def test_without_being_subscribed_to_nothing_is_written(desk, admin):
    webhook = await subscribe(desk, admin, Event.CASE_CLOSED)
    await accepted(desk, "li")
    assert await log(desk, webhook) == ()


async def test_moves_and_owners_and_messages_are_told(desk, admin):
    await subscribe(desk, admin)
    agent = await person(desk, "wang")
    case = await accepted(desk, "li")
    handling, receiver = Handling(desk.units, desk.words, desk.clock), Receiver()
    standing = await handling.moves(case.id, agent)
    plain = next(move for move in standing.moves if not move.needs and not move.needs_reason)
    await handling.move(case.id, plain.id, agent, standing.version)
    await desk.say("转人工", reading("request_human"), "li")
    while await outbox(desk, receiver).look():
        pass
    assert {"case.accepted", "case.moved", "message.created", "conversation.queued"} <= set(receiver.types)
    moved = next(told for _, _, told, _ in receiver.posted if told["type"] == "case.moved")
    assert moved["data"]["move"] == plain.id


async def test_nothing_personal_is_told_unless_the_subscription_may_have_it(desk, admin):
    await subscribe(desk, admin, url=f"{URL}/bare")
    await subscribe(desk, admin, url=f"{URL}/full", personal=True)
    by_hand = ByHand(desk.units, desk.units, desk.room, desk.words, desk.clock)
    told = Told(
        Channel.PHONE,
        "奶茶空了，我是李女士",
        "carton.empty",
        desk.clock.now().date(),
        "李女士",
        "13812345678",
    )
    await by_hand.open(told, await person(desk, "wang"))
    receiver = Receiver()
    await outbox(desk, receiver).look()
    bodies = {"bare": "", "full": ""}
    for url, _, _, body in receiver.posted:
        bodies[url.rpartition("/")[2]] += body.decode()
    for personal in ("李女士", "13812345678", "奶茶空了"):
        assert personal not in bodies["bare"]
        assert personal in bodies["full"]


async def test_an_event_that_never_became_true_is_not_told(desk, admin):
    webhook, case = await subscribe(desk, admin), await accepted(desk, "li")
    before = len(await log(desk, webhook))
    agent = await person(desk, "wang")
    handling = Handling(desk.units, desk.words, desk.clock)
    with pytest.raises(Conflict):
        await handling.move(case.id, "no_such_move", agent, await version(desk, case))
    async with desk.units() as uow:
        stored = await uow.conversations.get(case.conversation_id)
        stored.to_queue(desk.clock.now())
        await uow.flush()  # and no commit
    assert len(await log(desk, webhook)) == before


async def test_a_subscription_that_is_off_hears_nothing_and_can_be_switched_on(desk, admin):
    webhook, receiver = await subscribe(desk, admin, Event.CASE_ACCEPTED), Receiver()
    asked = subscriptions(desk)
    await asked.switch(webhook.id, admin, active=False)
    await accepted(desk, "li")
    await asked.switch(webhook.id, admin, active=True)
    await accepted(desk, "zhang")
    await outbox(desk, receiver).look()
    assert len(receiver.posted) == 1


@pytest.mark.parametrize(
    ("url", "events"),
    [(URL, []), (URL, ["case.eaten"]), ("", [Event.CASE_CLOSED]), ("http://intranet/", [Event.CASE_CLOSED])],
)
async def test_what_cannot_be_subscribed_to_is_refused(desk, admin, url, events):
    with pytest.raises(InvalidInput):
        await subscriptions(desk).add(url, events, admin, personal=False)
