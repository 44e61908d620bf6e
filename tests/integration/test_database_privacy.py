"""What the database holds of phone and identity numbers, and how history survives their erasure."""

from sqlalchemy import MetaData, select

from bot.adapters.database.engine import create_engine, parse_url
from bot.domain import history
from tests.records import NOW, a_case, a_message


async def test_an_erased_entry_leaves_the_history_whole(units, talk):
    async with units() as unit:
        unit.cases.add(a_case())
        for step in range(3):
            unit.cases.add_event(
                history.entry(
                    "case",
                    await unit.cases.last_event("case"),
                    id=f"e{step}",
                    kind="filled",
                    actor="customer",
                    at=NOW,
                    payload={"phone": f"1380013800{step}", "score": 0.5, "note": ["饮料", None]},
                )
            )
        await unit.commit()
    async with units() as unit:
        assert history.first_break(await unit.cases.history("case")) is None
        await unit.cases.erase_event("e1")
        await unit.commit()
    async with units() as unit:
        events = await unit.cases.history("case")
        assert history.first_break(events) is None
        assert (events[1].payload, events[1].salt) == (None, "")
        events[2].actor = "somebody"
        assert history.first_break(events) == 3


PHONES = ("13800138000", "139 0013 9000", "87654321")
IDENTITY = "11010519491231002X"


async def test_no_phone_and_no_identity_number_stands_in_the_clear_in_any_column(
    units, talk, database, database_url
):
    said = f"我的电话是{PHONES[0]}或{PHONES[1]}，身份证{IDENTITY}，座机{PHONES[2]}"
    entities = [{"entity": "phone", "value": PHONES[1], "start": 5, "end": 16}]
    choices = [{"id": "yes", "text": f"是的，{PHONES[0]}"}]
    reading = {"label": "inform", "normal": said, "entities": entities}
    phone_hash = database.sealer.phone_hash(PHONES[0])
    kept = {"fields": {"phone": PHONES[2], "details": said}, "normals": {"phone": f"+86{PHONES[0]}"}}
    case = a_case(text=said, phone_hash=phone_hash, **kept)
    payload = {"field": "phone", "value": PHONES[2], "text": said}
    event = history.entry("case", None, id="e", kind="filled", actor="customer", at=NOW, payload=payload)
    async with units() as unit:
        unit.messages.add(a_message("m1", 1, text=said, reading=reading, choices=choices))
        unit.cases.add(case)
        unit.cases.add_event(event)
        unit.actions.add("m1", 1, "action_take_facts", {"replies": [{"text": said}]})
        await unit.commit()
    everything = await dump(database_url)
    bare = "".join(char for char in everything if char not in " -")
    assert "我的电话是" in everything
    for number in (*PHONES, IDENTITY, event.salt):
        assert number.replace(" ", "") not in bare
    async with units() as unit:
        assert (await unit.messages.get("m1")).text == said
        assert (await unit.cases.get("case")).fields == {"phone": PHONES[2], "details": said}
        assert history.first_break(await unit.cases.history("case")) is None


async def dump(url):
    """Every value of every column of every table."""
    engine = create_engine(parse_url(url))
    async with engine.connect() as connection:
        tables = MetaData()
        await connection.run_sync(tables.reflect)
        rows = [row for table in tables.sorted_tables for row in await connection.execute(select(table))]
    await engine.dispose()
    assert {"messages", "cases", "case_events", "action_results"} <= set(tables.tables)
    return "\n".join(str(value) for row in rows for value in row)
