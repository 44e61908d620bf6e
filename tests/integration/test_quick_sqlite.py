"""SQLite's connections: one visit to the thread for a statement, and no cursor left open behind it."""

import sqlite3

import pytest

from bot.adapters.database.quick_sqlite import connect


@pytest.fixture
async def connection(tmp_path):
    options = {"check_same_thread": False, "isolation_level": None}
    async with connect(str(tmp_path / "quick.db"), **options) as opened:
        await (await opened.cursor()).execute("CREATE TABLE numbers (number INTEGER UNIQUE)")
        yield opened


async def test_a_statement_gives_its_rows_once_and_its_count(connection):
    cursor = await connection.cursor()
    assert cursor.description is None
    await cursor.executemany("INSERT INTO numbers VALUES (?)", [(1,), (2,)])
    assert (cursor.rowcount, cursor.description) == (2, None)
    await cursor.execute("SELECT number FROM numbers ORDER BY number")
    assert [column[0] for column in cursor.description] == ["number"]
    assert [await cursor.fetchall(), await cursor.fetchall()] == [[(1,), (2,)], []]


async def test_after_a_statement_its_cursor_is_closed_in_the_thread(connection):
    cursor = await connection.cursor()
    await cursor.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError, match="closed cursor"):
        cursor._cursor.fetchone()


async def test_a_transaction_begins_with_its_first_statement_and_can_be_taken_back(connection):
    cursor = await connection.cursor()
    connection.begin("BEGIN IMMEDIATE")
    assert not connection.in_transaction
    await cursor.execute("INSERT INTO numbers VALUES (1)")
    assert connection.in_transaction
    await connection.rollback()
    await cursor.execute("SELECT * FROM numbers")
    assert (await cursor.fetchall(), connection.in_transaction) == ([], False)


@pytest.mark.parametrize("end", ["commit", "rollback"])
async def test_a_transaction_without_statements_never_begins(connection, end):
    connection.begin("BEGIN IMMEDIATE")
    await getattr(connection, end)()
    await (await connection.cursor()).execute("SELECT 1")
    assert not connection.in_transaction


async def test_a_refused_statement_leaves_its_transaction_to_be_rolled_back(connection):
    cursor = await connection.cursor()
    connection.begin("BEGIN")
    with pytest.raises(sqlite3.IntegrityError):
        await cursor.executemany("INSERT INTO numbers VALUES (?)", [(1,), (1,)])
    assert connection.in_transaction
    await connection.rollback()
    assert not connection.in_transaction
