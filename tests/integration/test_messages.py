"""Messages are kept as they are, in order, and answered once; what can't be kept is refused."""

import pytest

from bot.domain.errors import InvalidInput, TooLarge
from tests.complaints import EMPTY_PACK
from tests.rooms import reading


async def test_a_message_handed_in_twice_is_stored_and_answered_once(desk):
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    first = await desk.intake.receive("web", "visitor", EMPTY_PACK, client_id="same")
    second = await desk.intake.receive("web", "visitor", EMPTY_PACK, client_id="same")
    assert first.id == second.id
    while await desk.turns.answer_next(first.conversation_id):
        pass
    assert len(await desk.cases()) == 1
    assert desk.room.turns == [first.id]


async def test_messages_of_one_conversation_are_answered_in_order(desk):
    for number in range(5):
        desk.room.table[str(number)] = reading("greet")
    sent = [await desk.send(str(number)) for number in range(5)]
    for message in sent:
        desk.runner.wake(message.conversation_id)
    await desk.runner.idle()
    assert desk.room.turns == [message.id for message in sent]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "\ue000"])
async def test_an_empty_message_is_refused_politely_and_not_stored(desk, text):
    with pytest.raises(InvalidInput):
        await desk.send(text)
    assert await desk.intake.conversation_id("web", "visitor") is None


async def test_a_message_of_20000_characters_is_kept_whole(desk):
    text = "长" * 19_999 + "尾"
    assert (await desk.send(text)).text == text


async def test_a_longer_message_is_refused_with_its_limit(desk):
    with pytest.raises(TooLarge, match="20000"):
        await desk.send("长" * 20_001)


async def test_markup_is_kept_as_the_text_it_is(desk):
    text = "<script>alert(1)</script> {company.name} %s"
    message = await desk.send(text)
    assert message.text == text
