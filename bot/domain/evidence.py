"""The evidence pack of a case: records in a hash chain that holds whether or not personal data is in them.

Every text is cut into pieces (leaves); each has a salted digest, and the chain runs over the digests alone.
In a redacted pack a personal leaf has lost its text and its salt and keeps its digest: the chain, and with it
the pack's seal, is the same as in the full pack.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.attachment import SUFFIXES
from bot.domain.history import START
from bot.domain.redaction import Personal, is_placeholder, placeholder

FORMAT = "kesu-evidence/1"
FILE = "file"  # the kind of a record of what a customer sent
SALT = "盐"  # the kind of a value that is left out because it would let others guess what was redacted

# Gives the salt of a leaf by its place in the pack: the same each time, and unknown to whoever lacks the key.
Salter = Callable[[str], str]


@dataclass(frozen=True)
class Leaf:
    """A piece of a text. A redacted one has no salt, and `text` says what stood there."""

    text: str
    digest: str
    salt: str | None = None

    @property
    def fits(self) -> bool:
        """Whether the text is what the digest was made of, or says that something was redacted."""
        if self.salt is None:
            return is_placeholder(self.text)
        return leaf_digest(self.text, self.salt) == self.digest


@dataclass(frozen=True)
class Item:
    """What goes into a record: `facts` are never personal, `texts` may be in part, `secrets` are whole."""

    id: str
    kind: str
    facts: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """One link of the chain: a message, an entry of the history, a clause, a paper, a file or the case."""

    seq: int
    id: str
    kind: str
    leaves: Mapping[str, tuple[Leaf, ...]]
    digest: str
    chain: str

    def value(self, name: str) -> str:
        """A value as it stands in this pack; empty if there is none of this name."""
        return "".join(leaf.text for leaf in self.leaves.get(name, ()))

    @property
    def is_redacted(self) -> bool:
        """Whether something was left out of it."""
        return any(leaf.salt is None for found in self.leaves.values() for leaf in found)

    def is_whole(self, name: str) -> bool:
        """Whether nothing of a value was redacted."""
        return name in self.leaves and all(leaf.salt is not None for leaf in self.leaves[name])


def original_name(id: str, media_type: str) -> str:
    """Under which a pack holds what a customer sent, beside the record of this id."""
    return f"files/{id}{SUFFIXES.get(media_type, '')}"


def leaf_digest(text: str, salt: str) -> str:
    """The salted sha256 of a piece of text, in hex."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def record_digest(leaves: Mapping[str, Sequence[Leaf]]) -> str:
    """The sha256 over the names of a record's values and the digests of their leaves, in hex."""
    return hashlib.sha256(
        canonical({name: [leaf.digest for leaf in found] for name, found in leaves.items()})
    ).hexdigest()


def link(previous: str, seq: int, id: str, kind: str, digest: str) -> str:
    """The chain value of a record after `previous`, in hex."""
    return hashlib.sha256("\n".join((previous, str(seq), id, kind, digest)).encode()).hexdigest()


def chained(items: Iterable[Item], personal: Personal, salter: Salter, *, redacted: bool) -> list[Record]:
    """The records of a pack, each linked to the one before."""
    records: list[Record] = []
    previous = START
    for seq, item in enumerate(items, start=1):
        leaves = _leaves(item, personal, salter, redacted=redacted)
        digest = record_digest(leaves)
        previous = link(previous, seq, item.id, item.kind, digest)
        records.append(Record(seq, item.id, item.kind, leaves, digest, previous))
    return records


def seal(records: Sequence[Record]) -> str:
    """The last link: it stands for the whole pack, redacted or not."""
    return records[-1].chain if records else START


def canonical(value: object) -> bytes:
    """JSON in which equal values are equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _leaves(item: Item, personal: Personal, salter: Salter, *, redacted: bool) -> dict[str, tuple[Leaf, ...]]:
    pieces: dict[str, list[tuple[str, str | None]]] = {
        **{name: [(value, None)] for name, value in item.facts.items()},
        **{name: personal.split(value) for name, value in item.texts.items()},
        **{name: [(value, SALT)] for name, value in item.secrets.items()},
    }
    return {
        name: tuple(
            _leaf(text, kind if redacted else None, salter(f"{item.kind}/{item.id}/{name}/{number}"))
            for number, (text, kind) in enumerate(found)
        )
        for name, found in pieces.items()
    }


def _leaf(text: str, hidden: str | None, salt: str) -> Leaf:
    digest = leaf_digest(text, salt)
    return Leaf(text, digest, salt) if hidden is None else Leaf(placeholder(hidden), digest)
