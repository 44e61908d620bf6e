"""Writes a proposed label down for those who write the program: what it is, and what to change for it."""

import re
from pathlib import Path

from bot.domain.proposal import LabelProposal
from bot.domain.training_data import FEWEST

_UNFIT = re.compile(r"[^\w-]+")
_PAGE = """\
# New label: {title}

Proposed in the console (/desk/training/labels) on {day}; answered with the handbook's clause `{clause}`.

## What belongs to it, and what doesn't

{description}

## What to change

1. Choose the label's name in English, `family.kind` for a complaint, and add it to `COMPLAINTS`
   or `CONVERSATION` in `bot/domain/labels.py`.
2. Add the intent to `domain.yml`, and to the rules in `data/rules/` that name the labels of its kind.
3. For a complaint, add it under `issues` of the handbook's pack with the title 「{title}」, what is said
   (`{clause}`) and what is asked, and let the pack claim it; for anything else give it that title in
   `bot/services/titles.py`, and write its action.
4. Put the examples below into a file of `data/nlu/` under that name, and mark the facts in them.
   `kesu data check` wants {fewest} examples of a complaint: write the others by hand, in as many
   ways as people would say it.
5. Run `kesu data check`, `kesu handbook check`, `kesu train` and `kesu report`, and look at what the label
   was confused with.

## Examples

```yaml
nlu:
- intent: {title}
  examples: |
{examples}
```
"""


def write_proposal(proposal: LabelProposal, folder: Path) -> Path:
    """Write a complete proposal into `folder`; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_UNFIT.sub('-', proposal.title).strip('-') or proposal.id}.md"
    page = _PAGE.format(
        title=proposal.title,
        day=f"{proposal.changed_at:%Y-%m-%d}",
        clause=proposal.clause,
        description=proposal.description,
        fewest=max(FEWEST.values()),
        examples="\n".join(f"    - {one}" for one in proposal.examples),
    )
    path.write_text(page, encoding="utf-8")
    return path
