"""Ledgers for the audit: a day on a test desk, and the same rows in tables that refuse nothing."""

import sqlite3
from contextlib import closing

from bot.domain.followup import Letter, LetterState, Way
from bot.services.outbox import Outbox
from tests.accepted import accepted
from tests.carriers import served
from tests.files import photo
from tests.people import person
from tests.rooms import reading


class Post:
    """Takes every letter."""

    async def send(self, letter):
        pass


async def a_day(desk, readers):
    """Customers complain on the page and in WeChat, agents come and go, photos and letters are sent."""
    follower = await served(desk, readers)  # by li
    await follower.is_told("您好，我是小李。", "请稍等。")
    await person(desk, "wang")
    case = await accepted(desk, "anna", phone="13812345678")
    talk = (await desk.conversation("anna")).id
    taken = await desk.upload(photo(), "anna")
    await desk.say("", None, "anna", attachments=[taken.id])
    await _is_served(desk, talk)
    await _is_written_to(desk, case)
    await desk.say("转人工", reading("request_human"), "bela")
    await desk.say("水有怪味", reading("water.odor"), "carl")
    await desk.silence(minutes=9)
    await desk.silence(minutes=9)
    await desk.say("水有怪味", reading("water.odor"), "dora")


async def _is_served(desk, talk):
    await desk.agents.claim(talk, "li", "小李")
    await desk.write(talk, "li", "您好，我是小李。")
    await desk.say("好的", reading("affirm"), "anna")
    await desk.agents.release(talk, "li")
    await desk.agents.claim(talk, "wang", "小王")
    await desk.say("在吗", reading("greet"), "anna")


async def _is_written_to(desk, case):
    now = desk.clock.now()
    letter = Letter("letter", case.id, Way.SMS, "13812345678", "回访", "满意吗？", now, now)
    assert letter.state is LetterState.WAITING
    async with desk.units() as uow:
        uow.letters.add(letter)
        await uow.commit()
    await Outbox(desk.units, desk.units, desk.words, desk.clock, {Way.SMS: Post()}).look()


def without_constraints(file, copy):
    """The tables of a SQLite file, in another one, with nothing that would refuse a wrong row."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("ATTACH DATABASE ? AS whole", (str(file),))
        names = "SELECT name FROM whole.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in connection.execute(names).fetchall():
            if not name.startswith("search_"):
                connection.execute(f"CREATE TABLE {name} AS SELECT * FROM whole.{name}")  # noqa: S608 -- our own names
        connection.commit()
    return copy
