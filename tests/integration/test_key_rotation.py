"""A new data key: everything is sealed anew while the desk runs, whatever comes in between."""

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from bot.adapters import key_rotation
from bot.adapters.data_keys import root_key, sealer_of
from bot.adapters.database import resealing
from bot.adapters.database.sealing import OPEN, Sealer, new_key
from bot.adapters.database.tables import data_keys
from bot.adapters.database.unit_of_work import Database
from bot.adapters.key_rotation import KeyRotation
from bot.adapters.secrets_file import NAME, keys_now, with_secrets
from bot.domain import audit as audit_chain
from bot.domain import history
from bot.domain.errors import ConfigurationError
from bot.services import audit
from bot.services.turn import record
from bot.settings import Settings
from tests.integration.test_database_privacy import dump
from tests.records import NOW, a_case, a_conversation, a_customer, a_message, a_user

PHONE = "13800138000"


class Stopped(Exception):
    """Somebody pulled the plug."""


@pytest.fixture
def settings(own_database_url, tmp_path, monkeypatch):
    monkeypatch.delenv("KESU_DATA_KEY", raising=False)
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    secrets = folder / NAME
    secrets.write_text(f"KESU_DATA_KEY={new_key()}\nKESU_PAIR_SECRET=pair\nKESU_SMTP_PASSWORD=mail\n")
    secrets.chmod(0o600)
    return with_secrets(Settings(var=folder, database_url=own_database_url))


@pytest.fixture
async def desk(settings, live):
    """A desk that runs all the while; `hear` is its look at the file."""
    running = Database(settings.database_url, sealer_of(settings))
    await running.confirm_key()
    running.make = running.units(live)
    running.hear = lambda: running.sealer.take_keys(sealer_of(keys_now(settings)))
    await _fill(running.make)
    yield running
    await running.close()


async def _fill(units):
    async with units() as unit:
        unit.customers.add(a_customer(name="王女士", phone=PHONE, union_id="union"))
        unit.conversations.add(a_conversation())
        unit.people.add(a_user("li"))
        case = a_case(fields={"phone": PHONE}, findings={"cause": PHONE})
        unit.cases.add(case)
        for number in range(1, 8):
            reading = {"entities": [{"entity": "phone", "value": PHONE}]}
            unit.messages.add(a_message(f"m{number}", number, text=f"请打 {PHONE}", reading=reading))
        await record(unit, case, "opened", "customer", NOW, phone=PHONE)
        await audit.record(unit, "li", "phone_revealed", "case:1", {"reason": PHONE}, now=NOW)
        await unit.commit()


async def _all_is_well(database, units):
    async with units() as unit:
        assert (await unit.messages.get("m1")).text == f"请打 {PHONE}"
        assert (await unit.cases.get("case")).fields == {"phone": PHONE}
        assert (await unit.customers.get("customer")).phone == PHONE
        assert [one.id for one in await unit.customers.of_union("union")] == ["customer"]
        assert history.first_break(await unit.cases.history("case")) is None
        entries = await unit.audit.after(0, 100)
        assert audit_chain.first_break(entries) is None
        assert entries[0].details == {"reason": PHONE}


def quick(settings, say=lambda _: None):
    return KeyRotation(settings, say, wait=0)


async def test_everything_is_sealed_anew_and_the_old_key_opens_nothing_any_more(settings, desk, live):
    old = desk.sealer.key_id
    assert await quick(settings).run() > 9
    now = keys_now(settings)
    assert f"{OPEN}{old}." not in await dump(settings.database_url)
    assert (now.data_key_before, now.data_key_next) == (None, None)
    fresh = Database(settings.database_url, sealer_of(now))
    await fresh.confirm_key()
    await _all_is_well(fresh, fresh.units(live))
    await fresh.close()
    again = Database(settings.database_url, Sealer.from_base64(settings.data_key.get_secret_value()))
    with pytest.raises(ConfigurationError):
        await again.confirm_key()
    await again.close()


async def test_the_desk_runs_on_while_the_key_changes(settings, desk, monkeypatch):
    said = 7

    async def write():
        nonlocal said
        said += 1
        async with desk.make() as unit:
            unit.messages.add(a_message(f"m{said}", said, text=f"改打 {PHONE}"))
            await unit.commit()
        await _all_is_well(desk, desk.make)

    async def heard(_seconds):
        await write()  # before it has heard
        desk.hear()
        await write()

    monkeypatch.setattr(key_rotation.asyncio, "sleep", heard)
    await quick(settings).run()
    await write()
    assert desk.sealer.key_id == sealer_of(keys_now(settings)).key_id
    assert settings.data_key.get_secret_value() != keys_now(settings).data_key.get_secret_value()


@pytest.mark.parametrize("when", ["announced", "taken over", "while sealing", "before the end"])
async def test_an_interrupted_change_goes_on_where_it_was(settings, desk, live, monkeypatch, when):
    pauses = 0

    async def pause(_seconds):
        nonlocal pauses
        pauses += 1
        if (when, pauses) in {("announced", 1), ("taken over", 2)}:
            raise Stopped

    async def stop(*_args):
        raise Stopped

    monkeypatch.setattr(key_rotation.asyncio, "sleep", pause)
    if when == "while sealing":
        monkeypatch.setattr(resealing, "AT_ONCE", 3)
        whole, tables = resealing._reseal, []

        async def some(engine, sealer, table, columns):
            tables.append(table.name)
            if table.name == "messages":
                raise Stopped
            return await whole(engine, sealer, table, columns)

        monkeypatch.setattr(resealing, "_reseal", some)
    if when == "before the end":
        monkeypatch.setattr(resealing, "end", stop)
    with pytest.raises(Stopped):
        await quick(settings).run()
    monkeypatch.undo()
    half = keys_now(settings)
    meanwhile = Database(settings.database_url, sealer_of(half))
    await meanwhile.confirm_key()  # a desk started in between finds its way
    await _all_is_well(meanwhile, meanwhile.units(live))
    await meanwhile.close()
    await quick(half).run()
    ends = keys_now(settings)
    planned = half.data_key_next or half.data_key
    assert ends.data_key.get_secret_value() == planned.get_secret_value()
    assert ends.data_key_before is None
    async with desk.engine.connect() as connection:
        known = set(await connection.scalars(select(data_keys.c.key_id)))
    sealer = sealer_of(ends)
    assert known == {sealer.key_id, f"look-up:{sealer.root_id}"}


async def test_what_is_derived_from_the_first_key_stays_as_it_was(settings, desk):
    before, phone_hash = root_key(settings), desk.sealer.phone_hash(PHONE)
    for _ in range(2):
        await quick(settings).run()
    assert root_key(keys_now(settings)) == before
    assert sealer_of(keys_now(settings)).phone_hash(PHONE) == phone_hash


async def test_a_change_made_meanwhile_is_never_overwritten(settings, desk, monkeypatch):
    whole = resealing._put

    async def slower(connection, sealer, table, columns, row):
        if table.name == "messages" and row[0] == "m3":
            # as if the desk had written between reading and writing
            await connection.execute(text("UPDATE messages SET text = '别打了' WHERE id = 'm3'"))
        return await whole(connection, sealer, table, columns, row)

    monkeypatch.setattr(resealing, "_put", slower)
    await quick(settings).run()
    desk.hear()
    async with desk.make() as unit:
        assert (await unit.messages.get("m3")).text == "别打了"


async def test_the_audit_log_refuses_changes_before_and_after(settings, desk):
    await quick(settings).run()
    for deed in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="append-only"):
            async with desk.engine.begin() as connection:
                await connection.execute(text(deed))


async def test_keys_of_the_environment_are_changed_there(settings, desk, monkeypatch, live):
    monkeypatch.setenv("KESU_DATA_KEY", settings.data_key.get_secret_value())
    with pytest.raises(ConfigurationError, match="KESU_DATA_KEY_BEFORE"):
        await quick(settings).run()
    changed = settings.having(data_key=SecretStr(new_key()), data_key_before=settings.data_key)
    with pytest.raises(ConfigurationError, match="KESU_LOOKUP_KEY"):
        await quick(changed).run()
    changed = changed.having(lookup_key=settings.data_key)
    assert await quick(changed).run() > 9
    after = Database(settings.database_url, sealer_of(changed.having(data_key_before=None)))
    await after.confirm_key()
    await _all_is_well(after, after.units(live))
    await after.close()
    rootless = Database(settings.database_url, Sealer.from_base64(changed.data_key.get_secret_value()))
    with pytest.raises(ConfigurationError, match="KESU_LOOKUP_KEY"):
        await rootless.confirm_key()
    await rootless.close()


async def test_the_file_keeps_its_other_lines_and_is_its_owners_only(settings, desk):
    await quick(settings).run()
    file = settings.var / NAME
    assert file.stat().st_mode & 0o777 == 0o600
    assert "KESU_SMTP_PASSWORD=mail" in file.read_text()
    assert with_secrets(Settings(var=settings.var)).pair_secret.get_secret_value() == "pair"


async def test_desks_that_start_at_once_on_a_new_database_all_start(settings):
    starting = [Database(settings.database_url, sealer_of(settings)) for _ in range(6)]
    try:
        await asyncio.gather(*(database.confirm_key() for database in starting))
        async with starting[0].engine.connect() as connection:
            known = (await connection.scalars(select(data_keys.c.key_id))).all()
        assert known == [starting[0].sealer.key_id]
    finally:
        for database in starting:
            await database.close()
