"""Who keeps a desk busy while it is knocked about: customers on the page and in WeChat, and an agent.

All of them never give up. Each writes down what was acknowledged, and how long nobody said anything.
"""

import asyncio
import itertools
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field

from tests.chaos.ways import LOOK_S, TROUBLE, Asking, insisting, session_of

SCRIPTS = (
    ("你们的八宝粥里吃出一只苍蝇，太恶心了", "没有", "上周三在楼下超市买的", "13900001234", "谢谢"),
    ("水有怪味", "不方便", "昨天买的", "门口便利店", "不方便"),
    ("我喝完拉肚子了", "肚子很疼，吐了两次", "13900005678", "查一下我的投诉", "催一下"),
    ("快递员态度很差还不送上楼", "单号SF1029384756123", "13900004321", "转人工"),
)
PASSWORD = "an agent's password"
HOLDING = "K-HOLDING"
THINKS_S = (0.1, 0.6)  # between an answer and the next message


@dataclass
class Diary:
    """What all of them experienced together."""

    acknowledged: dict = field(default_factory=dict)  # a web message's id: (visitor, client_id)
    told: dict = field(default_factory=dict)  # openid: the texts that WeChat took
    agents_lines: set = field(default_factory=set)  # client_ids
    answered: list = field(default_factory=list)  # (when sent, when answered)
    silence: float = 0.0  # until anything was said, be it that one has to wait
    talks: int = 0
    torn: int = 0  # pages that miss a line, or have one twice or in the wrong place

    def heard(self, sent, spoken, answered):
        self.silence = max(self.silence, spoken - sent)
        self.answered.append((sent, answered))

    def longest_wait(self):
        return max((answered - sent for sent, answered in self.answered), default=0.0)

    def recovered_after(self, moment):
        """Seconds until the first answer after this moment to what was asked before or after it."""
        return min((answered - moment for _, answered in self.answered if answered > moment), default=0.0)


class WebCustomer:
    """One talk on the page after the other, each by somebody new; `way` is how their pages reach the desk."""

    def __init__(self, address, diary, chance, *, way=Asking, thinks=THINKS_S):
        self._address, self._diary, self._chance = address, diary, chance
        self._way, self._thinks = way, thinks

    async def talk_until(self, stop):
        for script in itertools.cycle(self._chance.sample(SCRIPTS, len(SCRIPTS))):
            if stop.is_set():
                return
            await self.talk(script)

    async def talk(self, script):
        """Say all of it, each when the one before was answered."""
        async with session_of() as session:
            token = await insisting(lambda: self._visit(session))
            async with self._way(session, self._address, token) as way:
                for number, text in enumerate(script):
                    await self._say(way, token, {"client_id": f"m{number}", "text": text})
                    await asyncio.sleep(self._chance.uniform(*self._thinks))
                self._diary.torn += not way.whole
        self._diary.talks += 1

    async def _visit(self, session):
        async with session.post(f"{self._address}/api/visitor", json={}) as answer:
            return (await answer.json())["token"] if answer.status == 201 else None

    async def _say(self, way, visitor, body):
        sent = time.monotonic()
        stored = await way.send(body)
        self._diary.acknowledged[stored["id"]] = (visitor, body["client_id"])
        spoken = 0.0
        while True:
            lines = await way.said_after(stored["seq"])
            spoken = spoken or (time.monotonic() if lines else 0.0)
            if any(line["clause"] != HOLDING for line in lines):
                self._diary.heard(sent, spoken, time.monotonic())
                return
            await way.wait()


class WechatCustomer:
    """The same in the 公众号: WeChat posts three times, and here never gives a message up.

    An answer may be lost between desk and WeChat: what is unsure is never sent again (docs/wechat.md). After
    so many seconds of `patience` the customer writes on.
    """

    def __init__(self, phone, diary, chance, name, patience):
        self._phone, self._diary, self._chance, self._name = phone, diary, chance, name
        self._patience = patience

    async def talk_until(self, stop):
        for nth in itertools.count():
            if stop.is_set():
                return
            await self._talk(f"o{self._name}-{nth}", self._chance.choice(SCRIPTS))

    async def _talk(self, openid, script):
        follower = self._phone.account.follower(openid)
        for text in script:
            sent, before = time.monotonic(), len(_shown(follower))
            await self._write(openid, text)
            self._diary.told.setdefault(openid, []).append(text)
            while len(_shown(follower)) == before:
                if time.monotonic() - sent > self._patience:
                    break
                await asyncio.sleep(LOOK_S)
            else:
                self._diary.heard(sent, time.monotonic(), time.monotonic())
            await asyncio.sleep(self._chance.uniform(*THINKS_S))
        self._diary.talks += 1

    async def _write(self, openid, text):
        msg_id = next(self._phone.account.ids)
        while True:
            delivery = await self._phone.write(openid, text, msg_id=msg_id)
            if delivery.outcome != "broken" and "再发" not in delivery.text:
                return
            await asyncio.sleep(LOOK_S)


class Agent:
    """Claims whoever waits, says a line, and gives them back."""

    def __init__(self, address, diary, login, chance, *, thinks=THINKS_S):
        self._address, self._diary, self._login, self._chance = address, diary, login, chance
        self._thinks = thinks

    async def work_until(self, stop):
        async with session_of(Origin=self._address, Accept="application/json") as session:
            while not stop.is_set():
                with suppress(*TROUBLE):
                    await self._look(session)
                await asyncio.sleep(self._chance.uniform(*self._thinks))

    async def _look(self, session):
        view = {"view": "all"}
        async with session.get(f"{self._address}/desk/api/list", params=view) as answer:
            if answer.status != 200 or "json" not in answer.content_type:
                await self._sign_in(session)
                return
            rows = (await answer.json())["rows"]
        for row in rows:
            if row["owner"] == "queue":
                row = await self._do(session, row["id"], "claim", expected=row["version"])  # noqa: PLW2901 -- as it is then
            if row and row["owner"] == "agent" and row["agent"] == self._login:
                await self._serve(session, row)

    async def _sign_in(self, session):
        form = {"login": self._login, "password": PASSWORD}
        async with session.post(f"{self._address}/desk/login", data=form, allow_redirects=False):
            pass

    async def _serve(self, session, row):
        """What goes wrong in between is done again at the next look, with the same ids."""
        line, text = f"a{row['id']}-{row['version']}", "您好，我是客服，正在看您的情况。"
        if await self._do(session, row["id"], "write", text=text, client_id=line, expected=row["version"]):
            self._diary.agents_lines.add(line)
            await self._do(session, row["id"], "release", expected=row["version"])

    async def _do(self, session, talk, deed, **body):
        url = f"{self._address}/desk/api/conversations/{talk}/{deed}"
        async with session.post(url, json=body) as answer:
            if answer.status >= 500:
                raise ValueError(answer.status)
            return (await answer.json()).get("row") if answer.status == 200 else None


def _shown(follower):
    return [line for line in follower.screen if not line.mine and line.way != "broken"]


def crowd(address, diary, seed, *, web=3, way=Asking, phone=None, agents=(), patience=150):
    """So many customers, and these agents; each a call that works until an event is set."""
    chances = (random.Random(f"{seed}-{nth}") for nth in itertools.count())  # noqa: S311 -- the same every time
    works = [WebCustomer(address, diary, next(chances), way=way).talk_until for _ in range(web)]
    if phone is not None:
        works += [WechatCustomer(phone, diary, next(chances), nth, patience).talk_until for nth in range(2)]
    return works + [Agent(address, diary, login, next(chances)).work_until for login in agents]
