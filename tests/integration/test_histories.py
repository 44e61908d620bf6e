"""Histories as proof: checked as a whole, and made to forget what one entry says."""

import asyncio
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from bot.__main__ import kesu
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.live import NobodyWatches
from bot.domain import history
from bot.domain.errors import Conflict, MissingValues, NotAllowed, NotFound
from bot.domain.people import Role
from bot.services import histories
from tests import databases
from tests.desks import WORKDAY_MORNING as NOW
from tests.desks import TurnedClock
from tests.records import a_case, a_conversation, a_customer, a_user, store

NUMBERS, SAID = {"case": "K1234-56782", "other": "K2234-56781"}, "我叫王芳，电话13800138000"


async def fill(units):
    """Two cases with three entries each, an agent `li`, and a supervisor `wang`."""
    boss = a_user("wang")
    boss.role = Role.SUPERVISOR
    added = [("people", a_user("li")), ("people", boss)]
    await store(units, ("customers", a_customer()), ("conversations", a_conversation()), *added)
    for name, number in NUMBERS.items():
        case, last = a_case(name), None
        case.accept(number, NOW, NOW + timedelta(days=5))
        await store(units, ("cases", case))
        async with units() as uow:
            for place in range(3):
                last = history.entry(
                    name, last, id=f"{name}-{place}", kind="noted", actor="li", at=NOW, payload={"said": SAID}
                )
                uow.cases.add_event(last)
            await uow.commit()


@pytest.fixture
async def filled(units):
    await fill(units)
    return units


async def tamper(database, statement):
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def erase(units, number=NUMBERS["case"], seq=2, reason="顾客要求删除", login="wang"):
    return await histories.erase(units, TurnedClock(NOW), number, seq, reason, login)


async def test_untouched_histories_are_whole(filled):
    found = await histories.check(filled)
    assert (found.cases, found.entries, found.breaks) == (2, 6, [])


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE case_events SET actor = 'wang' WHERE id = 'other-1'", 2),
        ("UPDATE case_events SET digest = 'x' WHERE id = 'other-0'", 1),
        ("DELETE FROM case_events WHERE id = 'other-1'", 3),
    ],
)
async def test_a_touched_history_is_named_with_its_first_break(filled, database, statement, seq):
    await tamper(database, statement)
    found = await histories.check(filled)
    assert found.breaks == [histories.Break(NUMBERS["other"], seq, "填写文书内容")]


async def test_more_histories_than_are_read_at_once_are_all_checked(filled, monkeypatch):
    monkeypatch.setattr(histories, "_AT_ONCE", 1)
    seen = []
    found = await histories.check(filled, lambda so_far: seen.append(so_far.cases))
    assert (found.cases, seen) == (2, [1, 2])


async def test_an_erased_entry_says_nothing_any_more_and_the_chain_stays_whole(filled):
    assert await erase(filled) == "填写文书内容"
    async with filled() as uow:
        events = await uow.cases.history("case")
    assert [event.payload is None for event in events] == [False, True, False, False]
    assert (events[1].kind, events[1].actor, events[1].at) == ("noted", "li", NOW)
    assert (events[3].kind, events[3].actor) == ("entry_erased", "wang")
    assert events[3].payload["reason"] == "顾客要求删除"
    assert (await histories.check(filled)).breaks == []


@pytest.mark.parametrize(
    ("given", "refusal", "words"),
    [
        ({"reason": "  "}, MissingValues, "写明原因"),
        ({"login": "li"}, NotAllowed, "主管"),
        ({"login": "nobody"}, NotFound, "nobody"),
        ({"seq": 4}, NotFound, "一共 3 条"),
        ({"number": "K0000-00018"}, NotFound, "K0000-00018"),
    ],
)
async def test_a_refused_erasure_changes_nothing(filled, given, refusal, words):
    with pytest.raises(refusal, match=words):
        await erase(filled, **given)
    async with filled() as uow:
        assert [event.payload for event in await uow.cases.history("case")] == [{"said": SAID}] * 3


async def test_an_entry_is_erased_once(filled):
    await erase(filled)
    with pytest.raises(Conflict, match="已经抹去"):
        await erase(filled)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `kesu cases …` on a SQLite file with the two cases; `run.tamper` changes it behind the desk."""
    key, url = new_key(), f"sqlite:///{tmp_path / 'var' / 'kesu.db'}"
    for name, value in {"KESU_VAR": str(tmp_path / "var"), "KESU_DATA_KEY": key}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "var").mkdir()

    async def on_database(work):
        await databases.migrate(url)
        database = Database(url, Sealer.from_base64(key))
        try:
            await database.confirm_key()
            await work(database)
        finally:
            await database.close()

    asyncio.run(on_database(lambda database: fill(database.units(NobodyWatches()))))

    def run(*arguments):
        return CliRunner().invoke(kesu, ["cases", *arguments])

    run.tamper = lambda statement: asyncio.run(on_database(lambda database: tamper(database, statement)))
    return run


def test_the_command_checks_every_history_and_names_the_break(run):
    fine = run("verify")
    assert (fine.exit_code, fine.output) == (0, "2 件投诉，6 条记录，都没有被改过\n")
    run.tamper("UPDATE case_events SET actor = 'wang' WHERE id = 'other-1'")
    broken = run("verify")
    assert broken.exit_code == 1
    assert f"案件 {NUMBERS['other']}：第 2 条记录" in broken.output


def test_the_command_erases_only_when_told_so_twice(run):
    arguments = ("erase-event", NUMBERS["case"], "2", "--reason", "顾客要求删除", "--by", "wang")
    unsure = run(*arguments)
    assert (unsure.exit_code, "--yes" in unsure.output) == (2, True)
    sure = run(*arguments, "--yes")
    assert (sure.exit_code, "已抹去" in sure.output) == (0, True)
    assert "7 条记录，都没有被改过" in run("verify").output
