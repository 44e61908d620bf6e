"""Models to test with, and what trains and reports in tests without Rasa."""

import asyncio
from pathlib import Path

from bot.domain.errors import ConfigurationError
from bot.domain.gate import judge
from bot.domain.model import Model, ModelState
from bot.services.ports import Made
from tests.model_reports import report, reread, well_read
from tests.records import NOW

BAD_EXAMPLE = ("吃完就吐了，现在还在拉肚子", "illness")
DATA = {
    "corrections": 3,
    "hash": "aaaaaaaaaaaa",
    "files": [{"name": "data/nlu/a.yml", "rows": 9, "hash": "1"}],
}


def good_report():
    """One with which the gate is open."""
    return report(well_read())


def bad_report():
    """One in which a guarded example was lost, and nothing else is wrong."""
    text, label = BAD_EXAMPLE
    return report([*well_read(30), reread(text, label, label, "taste.quality")])


def a_model(id="kesu-20260318-020000", state=ModelState.CANDIDATE, found=None, **more):
    """A model; `found` is its report."""
    known = {"report": found.to_json(), "gate": judge(found).to_json()} if found else {}
    values = {"file": f"/models/{id}.tar.gz", "made_by": "wang", "made_at": NOW, **known, **more}
    return Model(id, state, **values)


async def put(units, *models, live=None):
    """Store models; the one named `live` is made live."""
    async with units() as uow:
        for model in models:
            uow.models.add(model)
        await uow.flush()
        if live is not None:
            version = (await uow.models.live()).version
            assert await uow.models.switch(live, expected=version, by="wang", now=NOW)
            (await uow.models.get(live)).go_live(NOW)
        await uow.commit()


async def stored(units, id):
    """A model as it is stored now."""
    async with units() as uow:
        return await uow.models.get(id)


class Trainer:
    """Trains nothing: says `lines`, waits until it is let go, and makes an archive, or fails with `fault`."""

    def __init__(self, lines=(), fault=None):
        self.lines, self.fault = lines, fault
        self.asked, self.given_up = [], []
        self.began, self.go = asyncio.Event(), asyncio.Event()
        self.missing = set()

    async def train(self, id, corrections, hear):
        self.asked.append((id, list(corrections)))
        for line in self.lines:
            hear(line)
        self.began.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.given_up.append(id)
            raise
        if self.fault:
            raise ConfigurationError(self.fault)
        return Made(f"/models/candidates/{id}.tar.gz", 42.0, 3003, dict(DATA))

    def archive(self, model):
        return None if model.id in self.missing or not model.file else Path(model.file)

    def folders(self, id):
        return [Path(f"/models/candidates/{id}/corrections")]

    def log(self, id, lines):
        return [f"log of {id}"]


class Reporter:
    """Makes the report that it was given, or fails with `fault`."""

    def __init__(self, found=None, fault=None):
        self.found, self.fault = found or good_report(), fault
        self.asked = []

    async def __call__(self, file, say, /):
        self.asked.append(file)
        say(50, "两个模型读同样的消息")
        if self.fault:
            raise ConfigurationError(self.fault)
        return self.found.to_json(), judge(self.found).to_json()
