"""`kesu audit ledger`: a desk's own ledger breaks nothing, and each invariant that is broken is told of."""

# ruff: noqa: S608 -- statements that break our own rows, put together of our own words

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner

from bot.__main__ import kesu
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.live import NobodyWatches
from bot.ledger_audit.program import MOST, NAMES, audit
from bot.ledger_audit.rows import UnreadableError
from tests.desks import make_desk
from tests.ledgers import a_day, without_constraints

OF_ANNA = "(SELECT min(id) FROM conversations)"
ASKED = f"(SELECT min(id) FROM messages WHERE author = 'customer' AND conversation_id = {OF_ANNA})"
ANSWER = "(SELECT max(id) FROM messages WHERE author = 'bot' AND in_reply_to IS NOT NULL)"
A_CASE = "(SELECT min(id) FROM cases WHERE state = 'accepted')"
A_DRAFT = "(SELECT max(id) FROM cases WHERE state = 'draft')"
LONG_AGO, FAR_AHEAD = "'2026-03-01 00:00:00.000000'", "'2036-03-01 00:00:00.000000'"
A_FILE = "(SELECT min(id) FROM attachments)"
A_DELIVERY = "INSERT INTO webhook_deliveries (id, webhook_id, event_id, state, next_at) VALUES"

BREAKS = {
    "messages-without-gap": [
        "DELETE FROM messages WHERE author = 'agent'",
        "UPDATE messages SET seq = 1 WHERE seq = 2",
        "UPDATE conversations SET last_seq = last_seq + 1",
    ],
    "client-ids-once": ["UPDATE messages SET client_id = '1' WHERE author = 'customer'"],
    "deliveries-fit": [
        f"UPDATE messages SET delivery = 'said' WHERE id = {ASKED}",
        "UPDATE messages SET delivery = 'waiting' WHERE author = 'agent'",
    ],
    "waiting-is-worked-on": [
        f"""UPDATE messages SET delivery = 'waiting', created_at = {LONG_AGO} WHERE id = {ASKED};
        UPDATE conversations SET owner_since = {LONG_AGO}"""
    ],
    "answered-once": [f"UPDATE messages SET created_at = '2026-03-18 03:00:00.000000' WHERE id = {ANSWER}"],
    "answers-have-questions": [
        f"UPDATE messages SET in_reply_to = id WHERE id = {ANSWER}",
        "UPDATE messages SET delivery = 'waiting' WHERE delivery = 'answered'",
        "DELETE FROM messages WHERE author = 'customer'",
    ],
    "answered-means-said": ["DELETE FROM messages WHERE author <> 'customer'"],
    "announcements-are-said": [
        f"""UPDATE conversations SET announcements = '[{{}}]', updated_at = {LONG_AGO}"""
    ],
    "actions-have-turns": ["UPDATE action_results SET turn = 'nobody'"],
    "nothing-from-the-future": [f"UPDATE messages SET created_at = {FAR_AHEAD} WHERE id = {ASKED}"],
    "numbers-once": ["UPDATE cases SET number = 'K0000-00000' WHERE number IS NOT NULL"],
    "numbers-count": [
        f"UPDATE cases SET number = NULL WHERE id = {A_CASE}",
        f"UPDATE cases SET number = 'K0000-00000' WHERE id = {A_DRAFT}",
    ],
    "cases-of-their-conversations": [
        f"UPDATE cases SET customer_id = 'nobody' WHERE id = {A_CASE}",
        f"UPDATE cases SET channel = 'mail' WHERE id = {A_CASE}",
    ],
    "at-hand-is-theirs": [
        "UPDATE conversations SET case_id = 'nothing'",
        f"UPDATE conversations SET case_id = {A_CASE}",
        f"UPDATE conversations SET case_id = {A_DRAFT}",
    ],
    "one-draft": [f"UPDATE cases SET state = 'draft', conversation_id = {OF_ANNA}"],
    "drafts-are-worked-on": [
        f"""UPDATE cases SET heard_at = {LONG_AGO} WHERE id = {A_DRAFT};
        UPDATE messages SET created_at = {LONG_AGO}"""
    ],
    "announced-once": ["UPDATE messages SET case_id = 'one' WHERE author <> 'customer'"],
    "accepted-once": [
        "DELETE FROM case_events WHERE kind = 'accepted'",
        "UPDATE case_events SET kind = 'accepted'",
    ],
    "open-cases-have-deadlines": [f"UPDATE cases SET due_at = NULL WHERE id = {A_CASE}"],
    "dates-make-sense": [
        f"UPDATE cases SET due_at = {LONG_AGO} WHERE id = {A_CASE}",
        f"UPDATE cases SET due_at = {FAR_AHEAD} WHERE id = {A_CASE}",
    ],
    "states-fit": [
        f"UPDATE cases SET state = 'closed' WHERE id = {A_CASE}",
        f"UPDATE cases SET merged_into = {A_CASE}",
        f"UPDATE cases SET paused_since = {LONG_AGO}",
    ],
    "one-owner": [
        "UPDATE conversations SET agent_id = NULL WHERE owner = 'agent' AND channel = 'web'",
        "UPDATE conversations SET agent_id = 'li' WHERE owner = 'bot'",
        "UPDATE conversations SET waiting_since = NULL",
    ],
    "owners-one-after-the-other": ["UPDATE conversations SET version = 0"],
    "opened-once": [
        """INSERT INTO case_events SELECT id, 'another', seq, kind, actor, at, payload, salt, digest, chain
        FROM case_events WHERE kind = 'opened'"""
    ],
    "letters-are-worked-on": [f"UPDATE letters SET state = 'sending', next_at = {LONG_AGO}"],
    "letters-sent-at": ["UPDATE letters SET sent_at = NULL"],
    "letters-once": ["UPDATE case_events SET kind = 'letter_sent'"],
    "webhooks-are-worked-on": [
        f"""{A_DELIVERY} ('d', 'w', 'e', 'waiting', {LONG_AGO});
        INSERT INTO webhooks (id, active) VALUES ('w', 1)"""
    ],
    "webhooks-sent-at": [f"{A_DELIVERY} ('d', 'w', 'e', 'sent', {LONG_AGO})"],
    "webhooks-once": [f"{A_DELIVERY} ('d', 'w', 'e', 'failed', ''), ('f', 'w', 'e', 'failed', '')"],
    "wechat-is-worked-on": [f"UPDATE wechat_sendings SET state = 'sending', next_at = {LONG_AGO}"],
    "wechat-sent-at": ["UPDATE wechat_sendings SET sent_at = NULL"],
    "wechat-lines-once": [
        "UPDATE wechat_sendings SET from_seq = 1, part = 0",
        "UPDATE wechat_sendings SET to_seq = 99",
    ],
    "wechat-keeps-its-place": ["UPDATE wechat_chats SET sent_seq = 1"],
    "wechat-hands-on": [f"UPDATE wechat_chats SET sent_seq = 1; UPDATE messages SET created_at = {LONG_AGO}"],
    "wechat-media-arrives": [
        f"INSERT INTO wechat_media (message_id, state, next_at) VALUES ('m', 'waiting', {LONG_AGO})"
    ],
    "files-of-messages": ["UPDATE attachments SET message_id = 'nothing'"],
    "files-are-counted": ["UPDATE messages SET files = 2 WHERE files = 1", "UPDATE messages SET files = 0"],
    "files-of-cases": ["UPDATE attachments SET case_id = (SELECT max(id) FROM cases)"],
    "files-arrive-or-go": [f"UPDATE attachments SET state = 'arriving', created_at = {LONG_AGO}"],
    "histories-whole": [
        "UPDATE case_events SET actor = 'nobody' WHERE seq = 2",
        "UPDATE case_events SET at = '2026-03-18 02:00:01.000000' WHERE seq = 1",
        """UPDATE case_events SET payload = '{}' WHERE seq = 1""",
        "DELETE FROM case_events WHERE seq = 1",
    ],
    "audit-log-whole": [
        "UPDATE audit SET deed = 'exported'",
        """UPDATE audit SET details = '{}'""",
        "DELETE FROM audit WHERE seq = 1",
    ],
}


@pytest.fixture(scope="module")
def day(migrated_file, tmp_path_factory):
    """A day's ledger in a SQLite file, the key that it is sealed with, and when it ended."""
    file, key = tmp_path_factory.mktemp("day") / "kesu.db", new_key()
    file.write_bytes(migrated_file.read_bytes())
    sealer = Sealer.from_base64(key)

    async def live():
        database = Database(f"sqlite:///{file}", sealer)
        desk = make_desk(database.units(NobodyWatches()), sealer)
        await a_day(desk, database.reading_units())
        await database.close()
        return desk.clock.now()

    return file, key, asyncio.run(live())


@pytest.fixture
def broken(day, tmp_path):
    """Runs statements on a copy that refuses nothing; gives what the audit finds there."""
    file, key, now = day

    async def find(statements):
        copy = without_constraints(file, tmp_path / "broken.db")
        with closing(sqlite3.connect(copy)) as connection:
            connection.executescript(statements)
        return await audit(f"sqlite:///{copy}", key, now)

    return find


async def test_a_days_ledger_breaks_nothing(desk, database, database_url, units):
    await a_day(desk, database.reading_units())
    assert await audit(database_url, None, desk.clock.now()) == []


async def test_it_breaks_nothing_with_its_key_either(day, broken):
    file, key, now = day
    assert await audit(f"sqlite+aiosqlite:///{file}", key, now) == []
    assert await broken("") == []


def test_each_invariant_has_a_test_that_breaks_it():
    assert set(BREAKS) | {"file-whole"} == set(NAMES)


@pytest.mark.parametrize(("name", "break_it"), [(name, one) for name, ways in BREAKS.items() for one in ways])
async def test_what_breaks_an_invariant_is_found(broken, name, break_it):
    assert name in {one.invariant for one in await broken(break_it)}


async def test_a_row_that_points_nowhere_is_found(day, tmp_path):
    file, key, now = day
    copy = tmp_path / "kesu.db"
    copy.write_bytes(file.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE conversations SET agent_id = 'nobody' WHERE agent_id IS NOT NULL")
        connection.commit()
    assert {one.invariant for one in await audit(f"sqlite:///{copy}", key, now)} == {"file-whole"}


async def test_a_change_within_a_sealed_value_goes_unseen_without_the_key(day, tmp_path):
    file, _key, now = day
    copy = without_constraints(file, tmp_path / "broken.db")
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE case_events SET payload = '{}' WHERE seq = 1")
        connection.commit()
    assert await audit(f"sqlite:///{copy}", None, now) == []


async def test_what_is_found_names_rows_and_no_words_of_customers(broken):
    found = await broken("UPDATE messages SET text = '顾客的话'; DELETE FROM messages WHERE author = 'agent'")
    (line, *_) = [one.line for one in found]
    assert "会话" in line
    assert not any("顾客的话" in one.line for one in found)


async def test_of_many_findings_of_a_kind_some_are_told_and_the_others_counted(broken):
    rows = ", ".join(f"('d{one}', 'w', '{one}', 'sent', '')" for one in range(MOST + 3))
    lines = [one.line for one in await broken(f"{A_DELIVERY} {rows}")]
    assert len(lines) == MOST + 1
    assert "还有 3 处" in lines[-1]


def test_the_command_tells_each_finding_in_a_line_and_exits_with_1(day, tmp_path, monkeypatch):
    file, key, _now = day
    monkeypatch.setenv("KESU_VAR", str(tmp_path))
    monkeypatch.setenv("KESU_DATA_KEY", key)
    monkeypatch.setenv("KESU_DATABASE_URL", f"sqlite:///{without_constraints(file, tmp_path / 'broken.db')}")
    with closing(sqlite3.connect(tmp_path / "broken.db")) as connection:
        connection.execute("UPDATE cases SET number = NULL WHERE state = 'accepted'")
        connection.commit()
    ended = CliRunner().invoke(kesu, ["audit", "ledger"])
    assert ended.exit_code == 1
    assert re.search(
        r"^投诉 \w{26}：状态是 accepted，编号是（没有） \[numbers-count\]$", ended.stderr, re.MULTILINE
    )


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.postgres
@pytest.mark.parametrize("name", ["drafts-are-worked-on", "states-fit", "one-owner", "histories-whole"])
async def test_what_breaks_an_invariant_is_found_on_postgresql(desk, database, database_url, name):
    await a_day(desk, database.reading_units())
    async with database.engine.begin() as connection:
        for statement in BREAKS[name][0].split(";"):
            await connection.exec_driver_sql(statement)
    found = await audit(database_url, None, desk.clock.now() + timedelta(minutes=1))
    assert name in {one.invariant for one in found}


async def test_a_database_that_is_not_there_or_of_another_version_is_told_in_a_sentence(tmp_path):
    with pytest.raises(UnreadableError, match="没有数据库文件"):
        await audit(f"sqlite:///{tmp_path / 'none.db'}", None)
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(UnreadableError, match="kesu db upgrade"):
        await audit(f"sqlite:///{tmp_path / 'empty.db'}", None)
