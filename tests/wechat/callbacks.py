"""Posts callbacks as the platform does: signed, sealed, five seconds of patience, three attempts."""

import itertools
import secrets
from dataclasses import dataclass, field

import aiohttp
from defusedxml import ElementTree

from tests.wechat.messages import cdata
from tests.wechat.sealing import signature

PATIENCE, ATTEMPTS = 5.0, 3
OK = 200


@dataclass(frozen=True)
class Attempt:
    """One post: the status and body that came back, or why none did (`timeout`, `connection`)."""

    status: int | None
    body: str = ""
    problem: str = ""


@dataclass
class Delivery:
    """What came of a callback: `outcome` is success, empty, reply, or broken (with `why`)."""

    attempts: list = field(default_factory=list)
    outcome: str = "broken"
    why: str = ""
    reply: dict = field(default_factory=dict)

    @property
    def text(self):
        """What a passive reply says."""
        return self.reply.get("Content", "")

    @property
    def status(self):
        return self.attempts[-1].status if self.attempts else None

    def must_be_fine(self):
        """Fail unless the customer was spared 「该公众号提供的服务出现故障」."""
        assert self.outcome != "broken", self.why
        return self


class Driver:
    """Posts to one address of the desk. `sealer` may be exchanged to play a wrong key or appid."""

    def __init__(self, url, sealer, clock, *, patience=PATIENCE, attempts=ATTEMPTS, sealed=True):
        self.url, self.sealer, self.clock = url, sealer, clock
        self.patience, self.attempts, self.sealed = patience, attempts, sealed
        self._nonces = itertools.count(secrets.randbelow(10**9))

    async def check_url(self, session):
        """Ask as the platform's page does when the address is entered; gives status and body."""
        timestamp, nonce = str(int(self.clock.outside())), str(next(self._nonces))
        signed = signature(self.sealer.token, timestamp, nonce)
        query = {
            "signature": signed,
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": "4375120948345356249",
        }
        return await self._ask(session, query)

    async def check_sealed_url(self, session):
        """The same as WeCom does it: the echo is sealed, and what is in it must come back."""
        echo = self.sealer.seal("1616140317555161061")
        query = self.sealer.query(echo, int(self.clock.outside()), str(next(self._nonces)))
        return await self._ask(session, query | {"echostr": echo})

    async def post(self, document, *, receiver=""):
        """Post `document` until it is answered in time, three times at most, and judge the answer."""
        delivery = Delivery()
        timeout = aiohttp.ClientTimeout(total=self.patience)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            for _ in range(self.attempts):
                attempt = await self.once(session, *self.envelope(document, receiver=receiver))
                delivery.attempts.append(attempt)
                if attempt.status == OK:
                    break
        self._judge(delivery)
        return delivery

    def envelope(self, document, *, receiver=""):
        """The parameters and the body of one post."""
        timestamp, nonce = int(self.clock.outside()), str(next(self._nonces))
        plain = {"timestamp": str(timestamp), "nonce": nonce}
        signed = {"signature": signature(self.sealer.token, str(timestamp), nonce)} | plain
        if not self.sealed:
            return signed, document
        sealed = self.sealer.seal(document)
        query = signed | self.sealer.query(sealed, timestamp, nonce) | {"encrypt_type": "aes"}
        to = f"<ToUserName><![CDATA[{receiver}]]></ToUserName>"
        return query, f"<xml>{to}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"

    async def once(self, session, query, body):
        """Post once, whatever it is."""
        data = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": "text/xml"}
        try:
            async with session.post(self.url, params=query, data=data, headers=headers) as answer:
                return Attempt(answer.status, (await answer.read()).decode(errors="replace"))
        except TimeoutError:
            return Attempt(None, problem="timeout")
        except aiohttp.ClientError:
            return Attempt(None, problem="connection")

    async def _ask(self, session, query):
        async with session.get(self.url, params=query) as answer:
            return answer.status, await answer.text()

    def _judge(self, delivery):
        last = delivery.attempts[-1]
        if last.status != OK:
            delivery.why = last.problem or f"HTTP {last.status}"
        elif last.body in ("", "success"):
            delivery.outcome = last.body or "empty"
        else:
            self._open(delivery, last.body)

    def _open(self, delivery, body):
        """An answer that is neither empty nor `success` must be a reply with something in it."""
        try:
            reply = self.opened(body)
            assert reply.get("MsgType") != "text" or reply.get("Content"), "a reply without words"
        except (AssertionError, KeyError, ValueError, ElementTree.ParseError) as problem:
            delivery.why = f"{type(problem).__name__}: {problem}"
            return
        delivery.outcome, delivery.reply = "reply", reply

    def opened(self, body):
        """The fields of a reply; AssertionError when its signature or seal is wrong."""
        fields = _fields(body)
        if not self.sealed:
            return fields
        sealed = fields["Encrypt"]
        signed = signature(self.sealer.token, fields["TimeStamp"], fields["Nonce"], sealed)
        assert fields["MsgSignature"] == signed, "wrong signature"
        return _fields(self.sealer.open(sealed))


class WecomDriver(Driver):
    """The same for WeCom: no plain signature beside the sealed one, and an AgentID in the body."""

    def envelope(self, document, *, receiver=""):
        """The parameters and the body of one post."""
        sealed = self.sealer.seal(document)
        query = self.sealer.query(sealed, int(self.clock.outside()), str(next(self._nonces)))
        parts = {"ToUserName": receiver, "AgentID": "", "Encrypt": sealed}
        return query, "".join(
            ["<xml>", *(f"<{tag}>{cdata(one)}</{tag}>" for tag, one in parts.items()), "</xml>"]
        )


def _fields(document):
    root = ElementTree.fromstring(document)
    assert root.tag == "xml", "no <xml>"
    fields = {one.tag: one.text or "" for one in root}
    assert fields, "nothing in it"
    return fields
