"""Whether the consumer association would take a complaint up, by its own lists (D38)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import InvalidInput, UnknownClause
from bot.domain.handbook.handbook import Handbook


class Outcome(StrEnum):
    """What the lists say. Nothing here is a reason for the company to refuse a complaint."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    OPEN = "open"


TITLES = {
    Outcome.ACCEPTED: "按所列规定，消协应予受理",
    Outcome.REFUSED: "按所列规定，消协不予受理",
    Outcome.OPEN: "按所列规定，还不能判断消协是否受理",
}


@dataclass(frozen=True)
class Question:
    """One thing to ask, by the id of the rule that asks it."""

    id: str
    text: str


@dataclass(frozen=True)
class Ground:
    """A line of the lists that decides: its id, the sentence that says so, its source."""

    rule: str
    sentence: str
    text: str
    source: str


@dataclass(frozen=True)
class Acceptance:
    """The result of the check, with what must be said beside it whatever it is."""

    outcome: Outcome
    grounds: tuple[Ground, ...]
    dated: str
    caveat: str
    link: str


def questions(handbook: Handbook) -> tuple[Question, ...]:
    """What is asked, in the packs' order."""
    return tuple(Question(rule.id, rule.question) for rule in handbook.acceptance)


def check(handbook: Handbook, answers: Mapping[str, bool]) -> Acceptance:
    """Hold the answers (by rule id; an unanswered question is left open) against the lists.

    One line of the refused list that holds decides, then one of the accepted list. InvalidInput for an
    answer to something that is not asked, UnknownClause when no enabled pack has the lists.
    """
    note, rules = handbook.acceptance_note, handbook.acceptance
    if note is None or not rules:
        raise UnknownClause("启用的手册包里没有消协受理规定（手册包 public）。")
    unknown = sorted(answers.keys() - {rule.id for rule in rules})
    if unknown:
        raise InvalidInput(f"没有这些核对项：{'、'.join(unknown)}。")
    sentences = handbook.sentences()
    holding = [rule for rule in rules if answers.get(rule.id)]
    against = [rule for rule in holding if not rule.takes]
    outcome = Outcome.REFUSED if against else Outcome.ACCEPTED if holding else Outcome.OPEN
    grounds = tuple(
        Ground(rule.id, rule.sentence, sentences[rule.sentence].sent, rule.source)
        for rule in against or holding
    )
    return Acceptance(outcome, grounds, note.dated, note.caveat, note.link)
