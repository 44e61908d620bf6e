"""What the handbook's pages show (bot/services/handbook_views.py)."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.handbook.clause import Clause
from bot.domain.handbook.edition_diff import Row
from bot.domain.handbook.editions import FIRST, Edition, is_company_version
from bot.services.handbook_uses import Use


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; "" doesn't matter. `show`: "revised", "drafts" or "risky"."""

    words: str = ""
    pack: str = ""
    show: str = ""
    after: int = 0


@dataclass(frozen=True)
class ClauseRow:
    """A clause in the list, as it is said now."""

    clause: Clause
    title: str
    pack: str
    text: str
    draft: bool
    coming: bool


@dataclass(frozen=True)
class Listed:
    """One page of clauses; `further` is where the next begins. `drafts` wait for approval, of every pack."""

    rows: tuple[ClauseRow, ...]
    total: int
    further: int | None
    packs: Mapping[str, str]
    drafts: tuple[tuple[Edition, str, str], ...]  # with the clause's title and who wrote it


@dataclass(frozen=True)
class ClauseView:
    """A clause with all that is known of it. `asked` is the version somebody wants to read."""

    now: Clause
    printed: Clause
    asked: Clause | None
    asked_version: int | None
    title: str
    pack: str
    document: str
    uses: tuple[Use, ...]
    held: frozenset[str]
    values: tuple[tuple[str, str], ...]
    history: tuple[Edition, ...]
    names: Mapping[str, str]
    draft: Edition | None
    broken: str


@dataclass(frozen=True)
class EditionView:
    """An edition beside what it changes. `alone`: who looks is the only one who could approve."""

    edition: Edition
    title: str
    rows: tuple[tuple[Row, ...], ...]
    names: Mapping[str, str]
    alone: bool


def version_title(version: int) -> str:
    """A clause's version in words: the pack's, or the company's."""
    return f"公司修订第 {version - FIRST} 版" if is_company_version(version) else f"手册第 {version} 版"
