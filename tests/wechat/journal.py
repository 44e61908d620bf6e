"""Every call that came in, in order, with what was answered."""

from dataclasses import dataclass, field


@dataclass
class Call:
    """`code` is the errcode answered (None: bytes, or no proper answer); `done`: whether it took effect."""

    at: float
    method: str
    path: str
    query: dict
    token: str
    body: object = None
    raw: bytes = b""
    code: int | None = None
    done: bool = False
    fault: str | None = None


@dataclass
class Journal:
    """The calls of one server."""

    every: list = field(default_factory=list)

    def calls(self, path=None):
        return [call for call in self.every if path is None or call.path == path]

    def count(self, path):
        return len(self.calls(path))

    def codes(self, path):
        """What the calls of `path` were answered with."""
        return [call.code for call in self.calls(path)]

    def done(self, path):
        """The calls that took effect, whatever became of their answers."""
        return [call for call in self.calls(path) if call.done]

    def clear(self):
        self.every.clear()
