"""From the registry and the judgements to a kept report, its gate, and what a supervisor accepts."""

from pathlib import Path

import pytest

from bot.domain import resampling
from bot.domain.gate import judge
from bot.domain.model_report import ModelReport
from bot.domain.shadow import ShadowJudgement
from bot.services.model_reports import Extra, Readable, ReportMaker, measure, put_together
from tests.model_reports import well_read
from tests.models import a_model, put, stored
from tests.records import NOW

FIXED = [one.utterance for one in well_read()]
LOST = "孩子喝完一直吐"


class Reader:
    """A model that reads every message of the set rightly, and others by its table."""

    def __init__(self, **more):
        by_label = {one.wanted: one.by_live for one in well_read()}
        self.table = {one.text: one.by_live for one in well_read()}
        self.table |= {text: by_label[label] for text, label in more.items()}

    async def parse(self, texts, day=None):
        return [self.table[text] for text in texts]


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(resampling, "RESAMPLES", 50)


async def compared(candidate, live, judged, say):
    """What the process does, with readers in place of Rasa."""
    say(40, "读消息")
    before, after = Reader(**{LOST: "illness"}), Reader(**{LOST: "thank"})
    sides = Readable(live.name, 1, before), Readable(candidate.name, 2, after)
    return put_together(await measure(*sides, FIXED, judged), NOW, Extra(titles=str)).to_json()


async def test_a_judged_illness_that_the_candidate_lost_closes_the_gate_until_it_is_accepted_by_name(
    desk, zhou
):
    units, message = desk.units, await desk.send(LOST)
    await put(units, a_model("kesu-1"), live="kesu-1")
    async with units() as uow:
        await uow.shadow.judge(ShadowJudgement(message.id, LOST, "illness", zhou.id, NOW))
        await uow.commit()
    make = ReportMaker(units, compared, Path)
    report, gate = await make("kesu-2")
    await put(units, a_model("kesu-2", report=report, gate=gate))

    kept = await stored(units, "kesu-2")
    made = ModelReport.from_json(kept.report)
    assert (made.live.model, made.candidate.model, made.judged) == ("kesu-1", "kesu-2", 1)
    (guarded,) = [one for one in kept.gate["conditions"] if one["key"] == "guarded"]
    assert [(one["text"], one["can_accept"]) for one in guarded["examples"]] == [(LOST, True)]
    accepted = [{"text": LOST, "label": "illness", "by": zhou.name, "at": NOW.isoformat()}]
    (guarded,) = [one for one in judge(made, accepted).conditions if one.key == "guarded"]
    assert guarded.met


async def test_the_fixed_set_alone_makes_a_report_too(units):
    await put(units, a_model("kesu-1"), live="kesu-1")
    report, _ = await ReportMaker(units, compared, Path)("kesu-2")
    assert (report["messages"], report["judged"], report["lost"]) == (len(FIXED), 0, [])
