"""Customers of the tests who write in WeChat."""

from bot.domain.privacy import digits
from tests.complaints import complain
from tests.rooms import reading

PHONE = "13900001234"
OPENID = "oKesuTest0001abcdEFGH"


async def write(desk, text, understood=None, who=OPENID, channel="wechat"):
    """Say something in WeChat until all is answered; what was said in answer."""
    if understood is not None:
        desk.room.table[text] = understood
    desk.said += 1
    message = await desk.intake.receive(channel, who, text, client_id=str(desk.said))
    while await desk.turns.answer_next(message.conversation_id):
        pass
    async with desk.units() as uow:
        after = await uow.messages.since(message.conversation_id, message.seq)
    return [line.text for line in after]


async def customer(desk, who=OPENID, channel="wechat"):
    """The customer as the desk knows them."""
    async with desk.units() as uow:
        return await uow.customers.find(channel, who)


async def complained_on_the_web(desk, visitor="visitor", phone=PHONE):
    """An accepted case that was told on the web page, with a phone."""
    await complain(desk) if visitor == "visitor" else await desk.say(
        "一箱奶茶里有一盒是空的", reading("carton.empty", product="奶茶"), visitor=visitor
    )
    await desk.say(f"我电话{phone}", reading("inform", phone=phone), visitor=visitor)
    await desk.silence(minutes=9)
    (case,) = await desk.cases(visitor)
    assert digits(case.fields["phone"]) == phone
    return case
