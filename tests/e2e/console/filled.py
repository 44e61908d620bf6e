"""A desk with a day's work on it: conversations of every kind, for the tests of the console."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.case import CaseState
from bot.domain.people import Role
from tests.rooms import reading, risk

TALKS = {
    "空盒": ("一箱奶茶里有一盒是空的，气死我了！昨天在你们天猫店买的", "carton.empty", 0.94),
    "异味": ("你们家的桶装水有一股怪味，孩子喝了两口就吐了", "water.odor", 0.91),
    "快递": ("包裹显示签收了，可我根本没收到，打电话也没人接", "courier.transport", 0.88),
    "酒店": ("房间隔音太差，前台态度也不好，要求退一半房费", "hotel.service", 0.52),
    "物业": ("楼上漏水三天了，客厅天花板都泡坏了，物业一直不来", "property.building", 0.9),
    "银行": ("ATM 吞了我的卡，客服让我等七个工作日", "bank.service", 0.83),
}


@dataclass
class Filled:
    """Ids of the conversations by their names, and who works here."""

    talks: dict[str, str]
    people: dict[str, object]


def to_now(site):
    """Let the desk's clock stand at the browser's time."""
    clock = site.door.desk.clock
    clock.turn(seconds=(datetime.now(UTC) - clock.now()).total_seconds())


async def people(door):
    found = {
        "wang": await door.person("wang", "王小雨"),
        "li": await door.person("li", "李建国", Role.SENIOR),
        "zhou": await door.person("zhou", "周敏", Role.SUPERVISOR),
    }
    return {name: user.id if hasattr(user, "id") else user for name, user in found.items()}


async def fill(site):
    """Conversations in every hand, with cases, notes, tags, photos' places, threats and deadlines."""
    door, desk = site.door, site.door.desk
    staff, ids = await people(door), {}
    for name, (text, label, confidence) in TALKS.items():
        said = [risk("media", "找记者")] if name == "物业" else []
        understood = reading(label, confidence, risks=said, phone="138 1234 5678")
        await desk.say(text, understood, visitor=name)
        desk.clock.turn(seconds=40)
        ids[name] = (await desk.conversation(name)).id
    for name in ("空盒", "物业", "快递"):
        await desk.say("昨天买的，批号 20260318A", reading("inform", 0.97), visitor=name)
    for name in ("空盒", "快递", "酒店", "物业"):
        desk.clock.turn(seconds=70)
        await desk.say("转人工", reading("request_human", 0.99), visitor=name)
    await _work(door, desk, staff, ids)
    return Filled(ids, staff)


async def _work(door, desk, staff, ids):
    for name in ("空盒", "快递"):
        await desk.agents.claim(ids[name], staff["wang"], "王小雨")
    await desk.write(ids["空盒"], staff["wang"], "您好，我是小雨。给您添麻烦了，我先看一下订单。")
    await door.parts.beside.note(ids["空盒"], staff["li"], "同一批号上周有过两起，先问清楚生产日期。")
    await door.parts.beside.tag(ids["空盒"], staff["li"], ["回头客", "批号20260318A"])
    await door.parts.beside.tag(ids["物业"], staff["zhou"], ["媒体风险"])
    desk.clock.turn(seconds=50)
    for text in ("箱子上的日期是3月18日，一共十二盒，空了一盒", "我要的不是道歉，是给个说法"):
        await desk.send(text, visitor="空盒")
        desk.clock.turn(seconds=20)
    async with desk.units() as uow:
        for case in await uow.cases.all():
            if case.state is CaseState.ACCEPTED and case.conversation_id == ids["物业"]:
                case.due_at = desk.clock.now() - timedelta(hours=3)
        await uow.commit()
