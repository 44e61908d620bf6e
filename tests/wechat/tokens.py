"""Access tokens as the platform hands them out, and takes them back."""

import itertools
from dataclasses import dataclass

from tests.wechat.refusals import Refused

LIFE = 7200
EARLY = 300


@dataclass
class Token:
    """Good until `until`; `replaced` means that a newer one took its place at once."""

    word: str
    until: float
    replaced: bool = False


class Tokens:
    """One kind of tokens of one account. `known` are all that ever were; the last one is the current one."""

    def __init__(self, clock, name, life=LIFE):
        self._clock, self._name, self.life = clock, name, life
        self._numbers = itertools.count(1)
        self.known = {}
        self.current = None

    def stable(self, *, force=False):
        """The current token while it has five minutes left, then a new one; the old one lives those minutes.

        `force` makes a new one and ends the old one at once.
        """
        now = self._clock.now()
        if self.current and not force and not self.current.replaced and self.current.until - now > EARLY:
            return self._told(self.current)
        if force:
            self.revoke()
        return self._told(self._new())

    def latest_only(self):
        """A new token each time; the one before is worth nothing from then on."""
        self.revoke()
        return self._told(self._new())

    def same_until_expired(self):
        """WeCom's way: the same token as long as it lives."""
        now = self._clock.now()
        alive = self.current and not self.current.replaced and self.current.until > now
        return self._told(self.current if alive else self._new())

    def revoke(self):
        """End the current token at once, as when the secret was reset or somebody fetched another."""
        if self.current:
            self.current.replaced = True

    def check(self, word):
        """Refused unless the token is good: 40001 replaced, 40014 never heard of, 42001 expired."""
        token = self.known.get(word)
        if token is None:
            raise Refused(40014)
        if token.replaced:
            raise Refused(40001)
        if token.until <= self._clock.now():
            raise Refused(42001)

    def _new(self):
        word = f"{self._name}-token-{next(self._numbers)}-" + "x" * 96
        self.current = self.known[word] = Token(word, self._clock.now() + self.life)
        return self.current

    def _told(self, token):
        return {"access_token": token.word, "expires_in": int(token.until - self._clock.now())}
