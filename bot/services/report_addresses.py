"""Where the list of the cases behind a number is."""

from urllib.parse import urlencode

from bot.domain.report_book import Link

CASES = "/desk/cases"


def address(link: Link) -> str:
    """The address of that list; "" for a number behind which there is nothing to list."""
    return f"{CASES}?{urlencode(link)}" if link else ""
