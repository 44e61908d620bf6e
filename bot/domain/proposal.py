"""A label that the model doesn't know yet, as a supervisor proposes it."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.errors import InvalidInput

FEWEST_EXAMPLES = 20
MOST_EXAMPLES = 500
LONGEST_TITLE, LONGEST_EXAMPLE, LONGEST_DESCRIPTION = 20, 500, 2000


@dataclass(eq=False)
class LabelProposal:
    """Its Chinese name, what belongs to it and what doesn't, the clause it is answered with, and examples."""

    id: str
    title: str
    description: str
    clause: str
    by: str
    at: datetime
    changed_at: datetime
    examples: list[str] = field(default_factory=list)
    changed_by: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What it still needs before anything can be trained with it."""
        found = [
            words
            for there, words in (
                (self.title, "名称"),
                (self.description, "说明：哪些话算、哪些不算"),
                (self.clause, "手册条款"),
            )
            if not there
        ]
        if (lacking := FEWEST_EXAMPLES - len(self.examples)) > 0:
            found.append(f"例句还差 {lacking} 条")
        return tuple(found)

    def tell(self, title: str, description: str, clause: str, examples: list[str]) -> None:
        """Fill in what is known of it so far; InvalidInput. Examples that stand there twice count once."""
        title, description = " ".join(title.split()), description.strip()
        if not title or len(title) > LONGEST_TITLE:
            raise InvalidInput(f"名称是 1 到 {LONGEST_TITLE} 个字。")
        if len(description) > LONGEST_DESCRIPTION:
            raise InvalidInput(f"说明最多 {LONGEST_DESCRIPTION} 个字。")
        kept = list(dict.fromkeys(bare for one in examples if (bare := " ".join(one.split()))))
        if len(kept) > MOST_EXAMPLES or any(len(one) > LONGEST_EXAMPLE for one in kept):
            raise InvalidInput(f"例句最多 {MOST_EXAMPLES} 条，每条最多 {LONGEST_EXAMPLE} 个字。")
        self.title, self.description, self.clause, self.examples = title, description, clause.strip(), kept
