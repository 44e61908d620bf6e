"""What the desk speaks from: the handbook's packs in use, and the company's own data."""

from typing import NamedTuple

from bot.adapters.company_file import read_company
from bot.adapters.handbook_files import load_handbook
from bot.domain.company import Company
from bot.domain.handbook.handbook import Handbook
from bot.settings import Settings


class Books(NamedTuple):
    """Both, held against one another."""

    handbook: Handbook
    company: Company


def read_books(settings: Settings) -> Books:
    """Read them; ConfigurationError, or HandbookInvalid with one problem a line."""
    company = read_company(settings.company)
    handbook = load_handbook(settings.handbook, company.packs or None)
    company.sentences.check(handbook, str(settings.company))
    return Books(handbook, company)
