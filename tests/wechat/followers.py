"""Customers as the platform knows them: what they may still be sent, and what is on their screens."""

from dataclasses import dataclass, field


@dataclass
class Shown:
    """A line on a phone: `way` is how it came (passive, custom, template, subscribe, broken …)."""

    at: float
    way: str
    kind: str
    text: str = ""
    choices: tuple = ()
    media_id: str = ""
    mine: bool = False
    tail: str = ""


@dataclass
class Allowance:
    """So many messages within so many seconds of something the customer did."""

    most: int
    seconds: float
    since: float | None = None
    spent: int = 0

    def begin(self, now):
        self.since, self.spent = now, 0

    def open(self, now):
        return self.since is not None and now < self.since + self.seconds

    def left(self, now):
        return self.most - self.spent if self.open(now) else 0


@dataclass
class Follower:
    """A customer of the account, and what is on their screen."""

    openid: str
    message: Allowance
    touch: Allowance
    unionid: str = ""
    subscribed: bool = True
    typing_until: float = 0.0
    grants: dict = field(default_factory=dict)
    screen: list = field(default_factory=list)

    def shown(self, *ways):
        """The texts of what came from the account, by any way or the given ones."""
        return [line.text for line in self.screen if not line.mine and (not ways or line.way in ways)]
