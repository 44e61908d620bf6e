"""What people type into a case and its customer is told: looked over like what they write themselves.

A result, a plan, or what the case waits for stands in a sentence of the desk's; whoever lets it be said – at
the console, on the case's page, over the API – is warned, and confirms or writes it anew.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.domain.case import Case
from bot.domain.handbook.wording import OWN_PLACEHOLDER
from bot.domain.outgoing import Warned
from bot.services import audit
from bot.services import outgoing_checks as checks
from bot.services.ports import UnitOfWork
from bot.services.words import Words

_OF_CASE = "case."


def heard(words: Words, situation: str | None, values: Mapping[str, str]) -> list[str]:
    """Those of a case's `values` that the sentences of a situation put before the customer, each once."""
    if situation is None:
        return []
    names: dict[str, None] = {}
    for way in words.handbook.situation(situation):
        names |= dict.fromkeys(blank.field for blank in way.clause.placeholders)
        for unit in way.clause.ways[way.variant]:
            names |= dict.fromkeys(OWN_PLACEHOLDER.findall(unit.sent))
    told = (values.get(name.removeprefix(_OF_CASE), "") for name in names if name.startswith(_OF_CASE))
    return list(dict.fromkeys(text.strip() for text in told if text.strip()))


async def clear(
    uow: UnitOfWork,
    words: Words,
    case: Case,
    texts: Collection[str],
    confirmed: Collection[str],
    user_id: str,
    now: datetime,
) -> None:
    """Unconfirmed if a warning about these texts isn't among `confirmed`; what was is written down."""
    if not texts:
        return
    conversation = await uow.conversations.get(case.conversation_id)
    known = await checks.known_numbers(uow, words, conversation)
    warnings: dict[str, Warned] = {}
    for text in texts:
        found = [
            *checks.blanks(text),
            *checks.strange(text, known),
            *checks.taboos(words, text, conversation.script, case),
        ]
        warnings |= {one.id: one for one in checks.ordered(found)}
    checks.refuse_unconfirmed(tuple(warnings.values()), confirmed)
    about = {"entry": "told"}
    await checks.note_overridden(uow, audit.case_object(case), warnings.values(), user_id, now, about)
