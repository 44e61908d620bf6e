"""The form in which a clause's words are typed: one field a sentence, grouped by the ways to say it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import InvalidInput
from bot.domain.handbook.clause import Clause, Unit
from bot.domain.handbook.edition_making import TypedSentence
from bot.domain.handbook.editions import Edition, named
from bot.domain.workdays import SHANGHAI
from bot.services.handbook_editing import Typed

_FIELD = re.compile(r"s-(\d{1,3})-(\d{1,3})-text")
Posted = Mapping[str, object]  # as aiohttp gives a form


@dataclass(frozen=True)
class Line:
    """One field: the sentence in it, what is printed under the same key, and what its marks say."""

    key: str
    text: str
    paragraph: bool
    held: bool
    printed: Unit | None

    @property
    def locked(self) -> bool:
        """Whether the pack holds the sentence back: only the company's switch releases it."""
        return self.printed is not None and self.printed.held


@dataclass(frozen=True)
class Form:
    """What the page shows; an empty field ends each way, an empty way ends those of an own sentence."""

    ways: tuple[tuple[Line, ...], ...]
    note: str
    begins: str
    revision: int | None
    several: bool


def form_of(printed: Clause, words: Clause | Edition) -> Form:
    """The form with a draft in it, or with the words that hold."""
    if isinstance(words, Edition):
        begins = words.wanted_from
        local = begins.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if begins else ""
        return _form(printed, _lines(printed, words.words(printed)), words.note, local, words.revision)
    return _form(printed, _lines(printed, words), "", "", None)


def form_again(printed: Clause, posted: Posted) -> Form:
    """The form as it was sent."""
    known = {unit.key: unit for way in named(printed) for unit in way}
    ways = [
        tuple(Line(one.key, one.text, one.paragraph, one.held, known.get(one.key)) for one in way if one.text)
        for way in _sentences(posted)
    ]
    note, begins = (str(posted.get(name, "")) for name in ("note", "from"))
    return _form(printed, [way for way in ways if way], note, begins, _revision(posted))


def typed_of(posted: Posted) -> Typed:
    """What was typed. InvalidInput for a time that is none."""
    begins = moment(str(posted.get("from", "")))
    return Typed(_sentences(posted), str(posted.get("note", "")), begins, _revision(posted))


def moment(text: str) -> datetime | None:
    """A time in China as a browser sends it; "" is at once. InvalidInput."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise InvalidInput("生效时间要写成 2026-03-18T09:00 这样；马上生效就空着。") from None


def _sentences(posted: Posted) -> list[list[TypedSentence]]:
    found: dict[int, dict[int, TypedSentence]] = {}
    for name, value in posted.items():
        field = _FIELD.fullmatch(name)
        if field is not None and isinstance(value, str):
            start = f"s-{field[1]}-{field[2]}"
            found.setdefault(int(field[1]), {})[int(field[2])] = TypedSentence(
                str(posted.get(f"{start}-key", "")),
                value.replace("\r\n", "\n").strip(),
                f"{start}-paragraph" in posted,
                f"{start}-held" in posted,
            )
    return [[way[place] for place in sorted(way)] for _, way in sorted(found.items())]


def _lines(printed: Clause, words: Clause) -> list[tuple[Line, ...]]:
    known = {unit.key: unit for way in named(printed) for unit in way}
    return [
        tuple(Line(unit.key or "", unit.sent, unit.paragraph, unit.held, known.get(unit.key)) for unit in way)
        for way in named(words)
    ]


def _form(
    printed: Clause, ways: list[tuple[Line, ...]], note: str, begins: str, revision: int | None
) -> Form:
    empty, several = Line("", "", paragraph=False, held=False, printed=None), printed.document is None
    shown = [*((*way, empty) for way in ways), *([(empty,)] if several or not ways else [])]
    return Form(tuple(shown), note, begins, revision, several)


def _revision(posted: Posted) -> int | None:
    text = str(posted.get("revision", ""))
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 -- digits of a number
