"""The log: lines for people or JSON for programs, with ids and without anything that customers wrote.

Every line goes through the same hands, whoever logs it: only known keys stay, numbers and secrets are masked,
what could forge a line is escaped, and of an error its kind and place are told; its words only if they are
ours or the operating system's. Ids of request, conversation and turn come from context variables.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any, Literal, TextIO

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from structlog.typing import EventDict, Processor

from bot.domain.errors import KesuError
from bot.domain.privacy import mask

Format = Literal["text", "json"]
IDS = ("request", "conversation", "turn")
_KNOWN = frozenset({"event", "level", "logger", "timestamp", "exception", *IDS})
_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_SPEAKING = (OSError, OperationalError, InterfaceError)  # errors whose words quote no customer
_SERVER_ERROR = 500
_DEEPEST = 5  # errors behind an error that are told, too
_WECHAT_ID = r"(?<![\w-])(?:o[\w-]{27}|wm[\w-]{30})(?![\w-])"
_SECRETS = re.compile(
    r"(?P<name>\b[\w-]{0,40}(?:secret|token|password|authorization|aes_key|openid|unionid)[\w-]{0,40}[\"']?\s*[=:]\s*)"
    r"(?:bearer\s+)?[^\s&,;\"']*[\"']?[^\s&,;\"']+"
    r"|(?P<bearer>\bbearer\s+)\S+"
    rf"|(?P<user>://[^:/@\s]*:)[^@/\s]+(?=@)|{_WECHAT_ID}",
    re.IGNORECASE | re.ASCII,
)


def set_up(level: str, kind: Format = "text", stream: TextIO | None = None) -> None:
    """Log our own doings at `level`; libraries tell warnings only, since below that some quote customers."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter(kind, colours=out.isatty()))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for package in ("bot", "actions"):
        logging.getLogger(package).setLevel(level)


def formatter(kind: Format, *, colours: bool = False) -> logging.Formatter:
    """What makes a line of a record."""
    is_json = kind == "json"
    stamp = structlog.processors.TimeStamper("iso" if is_json else "%Y-%m-%d %H:%M:%S", utc=is_json)
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        stamp,
        _tell_error,
        only_known,
        harmless,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_renderers(kind, colours=colours),
        ],
    )


def _renderers(kind: Format, *, colours: bool) -> list[Processor]:
    if kind == "json":
        return [structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [_indent_error, structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0, sort_keys=True)]


def _indent_error(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Only the beginning of an entry stands at the beginning of a line."""
    if "exception" in line:
        line["exception"] = f"    {line['exception']}"
    return line


def only_known(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Drop what nobody has thought about: a log can't lose what it never had."""
    for key in [key for key in line if not (key in _KNOWN or key.startswith("_"))]:
        del line[key]
    for key in IDS:
        if key in line and not _ID.fullmatch(str(line[key])):
            del line[key]
    return line


def harmless(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Mask what is personal or secret, and escape what could pass for another line."""
    for key in ("event", "exception", *IDS):
        if key in line:
            line[key] = _one_entry(_SECRETS.sub(_hidden, mask(str(line[key]))))
    return line


def _hidden(found: re.Match[str]) -> str:
    return f"{found['name'] or found['bearer'] or found['user'] or ''}***"


def _one_entry(text: str) -> str:
    """Further lines are indented; all else that isn't printed is written as an escape."""
    shown = (
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode("ascii")
        for char in text.rstrip("\n")
    )
    return "".join(shown).replace("\n", "\n    ")


def _tell_error(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Put kind and place of the error into the line, in the place of its words."""
    known = line.pop("exc_info", None)
    error = sys.exc_info()[1] if known is True else known
    error = error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_told(error))
    return line


def _told(error: BaseException, depth: int = 0) -> Iterator[str]:
    yield f"{type(error).__module__}.{type(error).__qualname__}{_words(error)}"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    if depth >= _DEEPEST:
        return
    behind: list[Any] = list(error.exceptions) if isinstance(error, BaseExceptionGroup) else []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for other in [*behind, *([before] if before else [])]:
        yield "behind it:"
        yield from _told(other, depth + 1)


def _words(error: BaseException) -> str:
    """What the error says, where it can't quote anybody; the first line, as statements follow."""
    ours = isinstance(error, KesuError) and error.status >= _SERVER_ERROR
    if not (ours or isinstance(error, _SPEAKING)):
        return ""
    first_line = str(error).partition("\n")[0]
    return f": {first_line}"
