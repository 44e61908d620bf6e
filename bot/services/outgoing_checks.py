"""The places in a text for a customer that deserve a second look, whichever way it goes out.

What agents write is looked over in outgoing.py, what people type into a case for its customer in
told_words.py; both refuse what nobody confirmed, and write down what was sent all the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from bot.domain.case import Case
from bot.domain.conversation import Conversation
from bot.domain.errors import Conflict
from bot.domain.outgoing import Better, Warned, WarningKind, broken_taboos, strange_numbers, warned
from bot.domain.privacy import SENSITIVE, digits
from bot.domain.promises import Promise
from bot.domain.workdays import SHANGHAI
from bot.services import audit, cases, quoting
from bot.services.ports import UnitOfWork
from bot.services.words import Words

OVERRIDDEN = "warning_overridden"
_LINES_LOOKED_AT = 200


class Unconfirmed(Conflict):
    """What is to be sent has warnings that nobody confirmed; `warnings` are all there are."""

    key = "unconfirmed"

    def __init__(self, warnings: tuple[Warned, ...]) -> None:
        super().__init__("这段话有需要再看一下的地方；确认要这样发，请再按一次发送。")
        self.warnings = warnings


def refuse_unconfirmed(warnings: tuple[Warned, ...], confirmed: Collection[str]) -> None:
    """Unconfirmed, with all warnings, if one of them must be confirmed and its id isn't among these."""
    if any(one.must_be_confirmed and one.id not in confirmed for one in warnings):
        raise Unconfirmed(warnings)


async def note_overridden(
    uow: UnitOfWork,
    object: str,
    kept: Iterable[Warned],
    user_id: str,
    now: datetime,
    about: Mapping[str, object],
) -> None:
    """Write down what was sent anyway: taboos in their words, numbers not at all."""
    overridden = [one for one in kept if one.must_be_confirmed]
    if not overridden:
        return
    warnings = [
        {"kind": one.kind.value, "taboo": one.taboo, "words": one.words if one.taboo else ""}
        for one in overridden
    ]
    await audit.record(uow, user_id, OVERRIDDEN, object, {**about, "warnings": warnings}, now=now)


def ordered(warnings: Iterable[Warned]) -> tuple[Warned, ...]:
    """In the order of the text."""
    return tuple(sorted(warnings, key=lambda one: (one.start, one.id)))


def taboos(words: Words, text: str, script: str, case: Case | None) -> Iterator[Warned]:
    """The handbook's taboos in it, with what to say instead."""
    simplified = words.in_script(text, "hans")
    if len(simplified) != len(text):
        simplified = "".join(words.in_script(char, "hans")[:1] or char for char in text)
    for taboo, start, end in broken_taboos(words.handbook.taboos.values(), text, simplified):
        found = warned(WarningKind.TABOO, text, start, end, taboo.reason, taboo.id)
        yield found._replace(taboo=taboo.id, better=_better(words, taboo.better, script, case))


def blanks(text: str) -> Iterator[Warned]:
    """Blanks of a clause that nobody filled in."""
    for match in quoting.UNFILLED.finditer(text):
        reason = "这里还没有填写；请填好或删去"
        yield warned(WarningKind.BLANK, text, match.start(), match.end(), reason)


def strange(text: str, known: Collection[str]) -> Iterator[Warned]:
    """Phone and identity numbers that are not `known` (bare digits)."""
    for start, end, is_identity in strange_numbers(text, known):
        what = "证件号" if is_identity else "电话号码"
        reason = f"这个{what}不是这位顾客的，也不是公司的；请核对是不是发错了人"
        yield warned(WarningKind.PERSONAL, text, start, end, reason)


def promised(text: str, found: Iterable[Promise]) -> Iterator[Warned]:
    """Promises with a time: no reason not to send them."""
    for one in found:
        local = one.due_at.astimezone(SHANGHAI)
        reason = f"这是一个承诺，发出后会成为待办：{local.month}月{local.day}日{local:%H:%M}前"
        place = warned(WarningKind.PROMISE, text, one.start, one.end, reason, one.kind.value)
        yield place._replace(due_at=one.due_at)


async def known_numbers(uow: UnitOfWork, words: Words, conversation: Conversation) -> frozenset[str]:
    """The numbers that this customer has told, and the company's own; bare digits."""
    company = words.company.values()
    texts = [company.get("company.hotline", ""), company.get("company.duty_phone", "")]
    customer = await uow.customers.get(conversation.customer_id)
    texts += [customer.phone or ""]
    for case in await uow.cases.of_person(conversation.customer_id):
        texts += [case.text, *(value for value in case.fields.values() if value)]
    lines = await uow.messages.latest(conversation.id, _LINES_LOOKED_AT)
    texts += [line.text for line in lines if line.agent_id is None]
    told = {digits(match.group()) for text in texts for match in SENSITIVE.finditer(text)}
    return frozenset(told | {digits(text) for text in texts[:3] if text})


def product(case: Case | None) -> str | None:
    """The product of a case, for which a company may hold sentences back."""
    return case.fields.get("product") if case else None


def _better(words: Words, clause_id: str | None, script: str, case: Case | None) -> Better | None:
    if clause_id is None or clause_id not in words.handbook.clauses:
        return None
    clause, values = words.handbook.clause(clause_id), dict(words.company.values())
    if case is not None:
        values |= cases.case_values(case, words)
    draft = quoting.draft(words, clause, values, script, product(case))
    return Better(draft.clause_id, draft.version, draft.text) if draft else None
