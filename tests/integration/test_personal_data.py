"""A person's rights: a copy of everything the desk holds of them, and to be forgotten."""

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.adapters.database import tables as t
from bot.adapters.database.personal.steps import LOOKED_THROUGH, STAYS, STEPS
from bot.adapters.papers.person import PersonArchives
from bot.adapters.rasa_tables import RasaTables
from bot.domain import history
from bot.domain.attachment import FileState
from bot.domain.audit import first_break
from bot.domain.case import CaseState
from bot.domain.errors import Conflict, MissingValues, NotAllowed, NotFound
from bot.domain.personal_data import ERASED
from bot.services.personal_data import PersonalRights, Who
from tests.files import stream
from tests.persons import NAME, OPENID, OTHERS, PHONE, WORDS, Tables, everything, fill, scatter


@pytest.fixture
def trackers():
    return Tables("talk", "others", "draft-talk")


@pytest.fixture
async def person(units):
    await fill(units)
    return "talk"


@pytest.fixture
async def scattered(person, database):
    await scatter(database)


@pytest.fixture
def rights(units, database, trackers, desk):
    return PersonalRights(units, database.reading_units(), trackers, desk.clock)


async def test_a_copy_holds_everything_of_the_person_and_nothing_of_others(rights, person, desk):
    await desk.files.put(f"{'f' * 26}.original", stream(b"jpg"))
    taken = await rights.copy(Who("K4837-19209", "138 0013 8000"), "boss")
    with await PersonArchives(desk.files, desk.clock).made(taken, internal=True) as file:
        copy = zipfile.ZipFile(file)
        page = {name: copy.read(name) for name in copy.namelist()}
    told = json.loads(page["data.json"])
    assert [one["text"] for one in told["messages"]] == [f"又是{WORDS}", f"粥里有{WORDS}，电话{PHONE}"]
    assert {one["number"] for one in told["cases"]} == {"K4837-19209", None}
    assert told["letters"][0]["recipient"] == PHONE
    assert {one["external_id"] for one in told["customers"]} == {"visitor-customer", OPENID}
    assert page[f"files/{'f' * 26}.jpg"] == b"jpg"
    assert PHONE in page["index.html"].decode()
    assert "很着急" not in page["index.html"].decode() + page["data.json"].decode()
    assert "很着急" in page["internal.json"].decode()
    assert all(OTHERS not in content.decode(errors="ignore") for content in page.values())


@pytest.mark.parametrize(
    "who",
    [Who("K4837-19209", PHONE), Who(conversation="draft-talk"), Who(openid=OPENID)],
    ids=["case and phone", "conversation", "openid"],
)
async def test_a_person_is_found_in_all_channels_however_they_are_named(rights, person, who):
    found, counts = await rights.look(who)
    assert set(found.subject.customers) == {"customer", "follower"}
    assert counts["照片和视频"] == 2
    assert counts["机器人的会话记忆"] == 2


@pytest.mark.parametrize(
    "who", [Who("K4837-19209", "13900139000"), Who("K4837-19208", PHONE), Who(openid="nobody")]
)
async def test_a_number_with_another_phone_names_nobody(rights, person, who):
    with pytest.raises(NotFound):
        await rights.look(who)


async def test_erased_is_all_that_says_something_of_the_person(
    rights, scattered, units, database_url, trackers
):
    await rights.erase(Who(openid=OPENID), "boss", "本人申请")
    left = await everything(database_url)
    for gone in (PHONE, NAME, WORDS, OPENID, "visitor-customer"):
        assert gone not in left
    assert OTHERS in left
    assert trackers.rows == ["others"]
    async with units() as unit:
        case = await unit.cases.get("case")
        assert (case.fields, case.text, case.number) == ({"product": "八宝粥"}, ERASED, "K4837-19209")
        assert case.findings is None
        events = await unit.cases.history("case")
        assert history.first_break(events) is None
        assert [event.payload is None for event in events] == [True, False, False]
        assert first_break(await unit.audit.after(0, 100)) is None
        assert await unit.corrections.approved() == []
        assert {one.state for one in await unit.attachments.going()} == {FileState.GOING}
        assert len(await unit.attachments.going()) == 2
        assert list(await unit._session.scalars(select(t.wechat_backlog.c.key))) == []


async def test_erasing_and_copying_stand_in_the_audit_log_without_the_person(rights, person, units):
    await rights.copy(Who(openid=OPENID), "boss")
    await rights.erase(Who(openid=OPENID), "boss", "本人申请")
    async with units() as unit:
        entries = [one for one in await unit.audit.after(0, 100) if one.deed.startswith("person_")]
    assert {(one.deed, one.actor) for one in entries} == {
        ("person_exported", "boss"),
        ("person_erased", "boss"),
    }
    assert "本人申请" in str(entries[-1].details)
    assert not any(word in str(one.details) + one.object for one in entries for word in (PHONE, NAME, OPENID))


async def test_a_dry_run_changes_nothing(rights, person, database_url):
    before = await everything(database_url)
    await rights.look(Who(openid=OPENID))
    assert await everything(database_url) == before


async def test_nobody_is_forgotten_while_a_case_is_open(rights, person, units):
    async with units() as unit:
        (await unit.cases.get("case")).state = CaseState.ACCEPTED
        await unit.commit()
    with pytest.raises(Conflict, match="K4837-19209"):
        await rights.erase(Who(openid=OPENID), "boss", "本人申请")


async def test_erasing_needs_somebody_trusted_and_a_reason(rights, person):
    with pytest.raises(NotAllowed):
        await rights.erase(Who(openid=OPENID), "li", "本人申请")
    with pytest.raises(NotAllowed):
        await rights.copy(Who(openid=OPENID), "li")
    with pytest.raises(MissingValues):
        await rights.erase(Who(openid=OPENID), "boss", " ")


async def test_who_was_forgotten_and_writes_again_is_somebody_new(rights, person, desk, units):
    await rights.erase(Who(openid=OPENID), "boss", "本人申请")
    message = await desk.send("你好", visitor="visitor-customer")
    async with units() as unit:
        assert (await unit.conversations.get(message.conversation_id)).id != "talk"
        assert (await unit.messages.get("m1")).text == ERASED


@pytest.mark.parametrize("backend", ["sqlite"])  # PostgreSQL's vacuum overwrites it in its own time
async def test_nothing_erased_is_left_in_sqlites_files(rights, person, database, database_url):
    await rights.erase(Who(openid=OPENID), "boss", "本人申请")
    await database.shred()
    held = _files(database_url)
    for gone in (WORDS, NAME, OPENID):
        assert gone.encode() not in held
    assert OTHERS.encode() in held


def _files(url):
    """Every byte of the database's files."""
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


async def test_rasas_tables_forget_a_conversation(tmp_path):
    file = tmp_path / "rasa.db"
    trackers = RasaTables(f"sqlite:///{file}")
    assert await trackers.forget(["talk"]) == 0  # before the room's first start there is no file
    assert not file.exists()
    with sqlite3.connect(file) as room:
        room.execute("CREATE TABLE nlu_trackers (conversation TEXT)")
        room.execute("CREATE TABLE nlu_answers (conversation TEXT, turn TEXT)")
        room.execute("INSERT INTO nlu_trackers VALUES ('talk'), ('others')")
        room.execute("INSERT INTO nlu_answers VALUES ('talk', '1'), ('talk', '2'), ('others', '3')")
    room.close()
    assert await trackers.count(["talk"]) == 3
    assert await trackers.forget(["talk"]) == 3
    assert await trackers.known("", 10) == ["others"]


def test_every_table_has_its_place_in_the_map_of_personal_data():
    named = {step.table.name for step in STEPS}
    assert named | LOOKED_THROUGH | set(STAYS) == set(t.metadata.tables)
    assert not (named | LOOKED_THROUGH) & set(STAYS)


def test_every_column_with_words_in_it_is_blanked_where_rows_stay():
    wordy = {"SealedText", "WhollySealed", "SealedJson", "LookedUp"}
    for step in STEPS:
        if step.blank:
            columns = {column.name for column in step.table.c if type(column.type).__name__ in wordy}
            assert columns <= set(step.blank) | step.keeps, step.table.name
