"""Model reports to test with."""

from datetime import UTC, datetime

from bot.domain.comparing import by_label, changes, confused_pairs, overall
from bot.domain.evaluation import Utterance
from bot.domain.labels import ALL
from bot.domain.model_report import CrossValidation, Dialogues, ModelReport, Side
from bot.domain.reading import Reading
from bot.domain.readings_compared import Reread

LIVE = Side("kesu-20260101-000000", 11_500_000, 12.0, 20.0, 0.03)
CANDIDATE = Side("kesu-2", 11_600_000, 12.5, 21.0, 0.03)


def reread(text, label, live, candidate):
    """A message as two models read it."""
    return Reread(Utterance(text, label), Reading(live, 0.9), Reading(candidate, 0.9))


def well_read(each=10):
    """So many messages of every label, all of them read rightly by both."""
    return [
        reread(f"{label} {number}", label, label, label) for label in sorted(ALL) for number in range(each)
    ]


def report(rows, **more):
    """A whole report of these messages."""
    lost, gained = changes(rows)
    given = {
        "made": datetime(2026, 3, 18, 2, 0, tzinfo=UTC),
        "live": LIVE,
        "candidate": CANDIDATE,
        "messages": len(rows),
        "judged": 0,
        "overall": overall(rows),
        "labels": by_label(rows),
        "confused": confused_pairs(rows),
        "facts": (),
        "lost": lost,
        "gained": gained,
        "cross_validation": CrossValidation(3, 3000, 0.95, 150, {}),
        "dialogues": Dialogues(20),
        "titles": {label: f"{label}的标题" for label in ALL},
        **more,
    }
    return ModelReport(**given)
