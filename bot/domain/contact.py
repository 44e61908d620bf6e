"""Where a customer can be reached outside of the chat."""

import re

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9])?"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)


def email_in(text: str) -> str | None:
    """The first mail address in a text."""
    found = _EMAIL.search(text)
    return found.group() if found and len(found.group()) <= 254 else None  # noqa: PLR2004 -- RFC 5321
