"""A case in a few lines, as its customer reads them: what it is about, and what they told of it."""

from collections.abc import Iterable

from bot.domain import labels
from bot.domain.case import Case
from bot.services import cases
from bot.services.words import Words

FEWEST = 2  # facts that are worth reading back
LONGEST = 60  # characters of a value; the rest stands in the case
_DETAILS = "details"  # of a complaint that no label fits, it is the issue itself
_SELF_EVIDENT = frozenset({_DETAILS, "unwell"})
_ENDS = " 。.!！;；,，"


def is_worth_reading(case: Case) -> bool:
    """Whether enough is known to be checked: a phone, or more than what is complained of."""
    known = {name for name, value in case.fields.items() if value} - _SELF_EVIDENT
    return "phone" in known or len(known) >= FEWEST


def facts(words: Words, case: Case, script: str) -> str:
    """The issue, then every fact that is known, one a line; the form's own first, in its order.

    The values are the customer's own characters, the names before them are in `script`.
    """
    form = cases.rule_of(words, case).ask
    named = dict.fromkeys([*form, *case.fields])
    known = [name for name in named if case.fields.get(name) and name in words.handbook.fields]
    if case.issue == labels.OTHER and _DETAILS in known:
        issue = []
    else:
        titles = (cases.rule_of(words, case, one).title for one in (case.issue, case.second_issue) if one)
        issue = [words.named(f"问题：{'；'.join(titles)}", script)]
    return "\n".join([*issue, *(_line(words, case, name, script) for name in known)])


def changes(words: Words, case: Case, names: Iterable[str], script: str) -> str:
    """These facts as they are now, in one line."""
    return "，".join(_line(words, case, name, script) for name in names if case.fields.get(name))


def _line(words: Words, case: Case, name: str, script: str) -> str:
    value = " ".join((case.fields[name] or "").split()).strip(_ENDS)
    shown = value if len(value) <= LONGEST else f"{value[:LONGEST]}……"
    return f"{words.named(words.handbook.fields[name].name, script)}：{shown}"
