"""The words of the customers' page around the conversation, in the languages of `bot/web/chrome`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from aiohttp import hdrs, web

FOLDER = Path(__file__).parent / "chrome"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")  # the first one is for whoever asks for none of them
# What chat.js imports, named so that browsers fetch it all at once; in a frame (widget.js) there is more.
SCRIPTS = (
    *("dom.js", "script.js", "log.js", "cases.js", "stars.js", "viewer.js", "tray.js"),
    *("transport.js", "api.js", "files.js", "outbox.js", "socket.js", "store.js", "visitor.js"),
)
FRAME_SCRIPTS = ("frame.js", "contrast.js")
_TRADITIONAL = {"hant", "tw", "hk", "mo"}


@dataclass(frozen=True)
class Chrome:
    """One catalogue: `lang` for the page's attribute, `page` for the template, `script` for its scripts."""

    lang: str
    name: str
    page: dict[str, str]
    script: dict[str, str]

    @classmethod
    def from_file(cls, language: str) -> Self:
        """Read `bot/web/chrome/LANGUAGE.json`."""
        return cls(**json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")))


@cache
def catalogue(language: str) -> Chrome:
    """A language's words, read once."""
    return Chrome.from_file(language)


def language_of(request: web.Request) -> str:
    """The language of the query's `lang`, else the one the browser likes best, else the first."""
    wanted = [request.query.get("lang", ""), *_accepted(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))]
    return next(filter(None, map(_known, wanted)), LANGUAGES[0])


def page_context(request: web.Request) -> dict[str, object]:
    """What the template needs besides the company: words, languages, scripts, the frame."""
    query = request.query
    framed = "frame" in query
    kept = {key: query[key] for key in ("frame", "site") if key in query}
    return {
        "chrome": catalogue(language_of(request)),
        "languages": [(catalogue(code), {"lang": code, **kept}) for code in LANGUAGES],
        "framed": framed,
        "scripts": SCRIPTS + (FRAME_SCRIPTS if framed else ()),
    }


def _accepted(header: str) -> Iterator[str]:
    """The tags of an Accept-Language header that are wanted at all, best first."""
    weighed = []
    for entry in header.split(","):
        tag, _, weight = entry.partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    yield from (tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight > 0)


def _known(tag: str) -> str | None:
    """The catalogue that serves a language tag: Chinese by its script, or where it is written so."""
    first, *rest = tag.lower().split("-")
    if first == "zh":
        return "zh-Hant" if _TRADITIONAL & set(rest) and "hans" not in rest else "zh-Hans"
    return "en" if first == "en" else None
