"""Log lines that nobody but the desk writes: what comes from outside begins no line of its own."""

import logging
import re
from typing import Any

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_INDENT = "    "


class OneLine(logging.Formatter):
    """A record is one line, control characters written as escapes; the lines of a traceback are indented."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        """The line."""
        record.message = _CONTROLS.sub(_escaped, record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802, ANN401 -- logging's name and type
        """The traceback: an exception may quote whatever was sent to us."""
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 -- logging's name
        """The same of a stack."""
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    return "\n".join(f"{_INDENT}{_CONTROLS.sub(_escaped, line)}" for line in _BREAKS.split(text))


def _escaped(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode()
