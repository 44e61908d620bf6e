"""What people search for is found: two characters, either script, Pinyin, initials, numbers."""

import pytest

from bot.adapters.pinyin import all_syllables
from bot.domain.case import CaseState
from bot.domain.console import Note
from bot.domain.conversation import Author, Owner
from bot.domain.errors import InvalidInput, NotAllowed
from bot.domain.people import Avoidance, Avoiding, Role
from bot.services.ports.search import CASE, MESSAGE, NOTE
from bot.services.search import Filters, Search, catch_up, rebuild
from bot.services.titles import titles
from tests.desks import handbook, make_desk
from tests.records import NOW, a_case, a_conversation, a_customer, a_message, a_user, store

LINES = (
    ("t1", "我家天花板漏水了，物业一直没来"),
    ("t2", "樓上漏水，找過三次管理處"),
    ("t3", "快递丢了，单号SF1234567890"),
    ("t4", "我的电话是13800138000，请回电"),
    ("t5", "银行柜台排队两个小时"),
    ("t6", "绿茶有异味，想退款"),
)


@pytest.fixture
def search(database, sealer, units):
    desk = make_desk(units, sealer)
    return Search(database.reading_units(), desk.words, database.tokens, all_syllables, titles(handbook()))


@pytest.fixture
async def told(units):
    """Six conversations with a line each; agents wang and li."""
    await store(units, ("people", a_user("wang")), ("people", a_user("li")))
    for talk, text in LINES:
        await store(
            units,
            ("customers", a_customer(f"c{talk}")),
            ("conversations", a_conversation(talk, f"c{talk}")),
            ("messages", a_message(f"m{talk}", 1, talk, text=text)),
        )


async def talks(search, text, user=None, **filters):
    found = await search.find(text, user or a_user("wang"), Filters(kind=MESSAGE, **filters))
    return {result.conversation_id for result in found.results}


@pytest.mark.parametrize(("text", "expected"), [
    ("漏水", {"t1", "t2"}),
    ("漏", {"t1", "t2"}),
    ("樓上", {"t2"}),
    ("楼上漏水", {"t2"}),
    ("水漏", set()),
    ("loushui", {"t1", "t2"}),
    ("loushu", {"t1", "t2"}),
    ("LouShuiLe", {"t1"}),
    ("yinhang", {"t5"}),
    ("lvcha", {"t6"}),
    ("tuikuan", {"t6"}),
    ("漏水 物业", {"t1"}),
    ("loushui guanlichu", {"t2"}),
    ("SF1234567890", {"t3"}),
    ("sf", {"t3"}),
    ("13800138000", {"t4"}),
    ("+86 138 0013 8000", {"t4"}),
    ("1380013800", set()),
    ("，。", set()),
    ("", set()),
    ('"漏水" OR *', set()),
    ("漏水'", {"t1", "t2"}),
])  # fmt: skip
async def test_a_line_is_found_by_its_words_however_they_are_typed(search, told, text, expected):
    assert await talks(search, text) == expected


async def test_what_was_looked_for_is_marked_and_a_phone_is_masked(search, told):
    (found,) = (await search.find("guanlichu", a_user("wang"), Filters())).results
    assert [part.text for part in found.snippet if part.hit] == ["管理處"]
    (phone,) = (await search.find("13800138000", a_user("wang"), Filters())).results
    assert "".join(part.text for part in phone.snippet) == "我的电话是*******8000，请回电"
    assert [part.text for part in phone.snippet if part.hit] == ["*******8000"]


async def test_no_number_can_be_read_out_of_the_index(database, units, told):
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT CAST(tokens AS TEXT) FROM search_entries")
        kept = " ".join(row[0] for row in rows)
    assert "电话" in kept
    assert "13800138000" not in kept
    assert "1234567890" not in kept


async def test_a_case_is_found_by_its_facts_initials_and_number(search, told, units):
    case = a_case(
        text="天花板滴水", fields={"place": "望京花园3号楼", "name": "王建国"}, number="K4837-19209"
    )
    case.customer_id, case.conversation_id = "ct1", "t1"
    await store(units, ("cases", case))
    for text in ("望京花园", "wangjing", "wjhy", "王建国", "天花板", "K4837-19209", "4837 19209"):
        found = await search.find(text, a_user("wang"), Filters(kind=CASE))
        assert [(result.kind, result.id) for result in found.results] == [(CASE, "case")], text


async def test_a_changed_case_is_found_by_its_new_words_and_not_by_the_old_ones(search, told, units):
    case = a_case(text="天花板滴水", fields={"place": "望京花园"})
    case.customer_id, case.conversation_id = "ct1", "t1"
    await store(units, ("cases", case))
    async with units() as uow:
        (await uow.cases.get("case")).fill("place", "朝阳小区")
        await uow.commit()
    assert (await search.find("朝阳", a_user("wang"), Filters(kind=CASE))).results
    assert not (await search.find("望京", a_user("wang"), Filters(kind=CASE))).results


async def test_what_is_rolled_back_is_not_found(search, told, units):
    async with units() as uow:
        uow.messages.add(a_message("gone", 2, "t1", text="消防通道堵了"))
        await uow.flush()
    assert await talks(search, "消防") == set()


async def test_the_bots_own_words_are_not_searched(search, told, units):
    await store(units, ("messages", a_message("bot", 2, "t3", author=Author.BOT, text="请问哪里漏水？")))
    assert await talks(search, "漏水") == {"t1", "t2"}


async def test_a_conversation_is_one_result_however_often_it_says_so(search, told, units):
    for seq in (2, 3):
        await store(units, ("messages", a_message(f"more{seq}", seq, "t1", text="还在漏水")))
    found = await search.find("漏水", a_user("wang"), Filters())
    assert {result.conversation_id: result.lines for result in found.results} == {"t1": 3, "t2": 1}


async def test_filters_leave_out_what_does_not_fit(search, told, units):
    case = a_case(text="漏水", state=CaseState.ACCEPTED, number="K4837-19209", pack="property")
    case.customer_id, case.conversation_id, case.severity = "ct1", "t1", "重大"
    await store(units, ("cases", case))
    async with units() as uow:
        taken = await uow.conversations.get("t2")
        taken.owner, taken.agent_id = Owner.AGENT, "wang"
        await uow.commit()
    assert await talks(search, "漏水", state=CaseState.ACCEPTED) == {"t1"}
    assert await talks(search, "漏水", severity="重大", pack="property") == {"t1"}
    assert await talks(search, "漏水", severity="轻微") == set()
    assert await talks(search, "漏水", owner=Owner.AGENT) == {"t2"}
    assert await talks(search, "漏水", channel="wechat") == set()
    assert await talks(search, "漏水", channel="web", since=NOW) == {"t1", "t2"}
    assert await talks(search, "漏水", until=NOW) == set()


async def test_a_department_finds_its_own_cases_only(search, told, units):
    for talk, department in (("t1", "engineering"), ("t2", "other")):
        case = a_case(f"case{talk}", text="漏水", fields={"name": "王建国"}, department=department)
        case.customer_id, case.conversation_id = f"c{talk}", talk
        await store(units, ("cases", case))
    handler = a_user("zhao")
    handler.role, handler.department = Role.DEPARTMENT, "engineering"
    found = await search.find("漏水", handler, Filters())
    assert [result.id for result in found.results] == ["caset1"]
    (by_name,) = (await search.find("王建国", handler, Filters())).results
    assert "王建国" not in "".join(part.text for part in by_name.snippet)
    with pytest.raises(NotAllowed):
        await search.find("漏水", handler, Filters(kind=MESSAGE))


async def test_pages_follow_one_another_without_gaps(search, units):
    for nth in range(25):
        await store(
            units,
            ("customers", a_customer(f"c{nth}")),
            ("conversations", a_conversation(f"p{nth:02}", f"c{nth}")),
            ("messages", a_message(f"m{nth}", 1, f"p{nth:02}", text="又漏水了")),
        )
    first = await search.find("漏水", a_user("wang"), Filters())
    second = await search.find("漏水", a_user("wang"), Filters(), page=2)
    assert (len(first.results), first.more, len(second.results), second.more) == (20, True, 5, False)
    assert len({one.conversation_id for one in (*first.results, *second.results)}) == 25
    with pytest.raises(InvalidInput):
        await search.find("漏水", a_user("wang"), Filters(), page=51)


async def test_what_was_there_before_the_index_is_indexed_once(search, told, units, database):
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM search_entries")
    assert await talks(search, "漏水") == set()
    assert await catch_up(units) == 6
    assert await talks(search, "漏水") == {"t1", "t2"}
    assert await catch_up(units) == 0


async def test_rebuilding_gives_the_same_index(search, told, units):
    before = await talks(search, "loushui")
    assert await rebuild(units) == 6
    assert await talks(search, "loushui") == before


@pytest.fixture
async def noted(units, told):
    """Beside the first conversation, which complains of a leak, two notes."""
    for nth, text in enumerate(("同一楼栋上周也渗水，先问物业要维修记录", "顾客电话13900139000")):
        note = Note(f"n{nth}", "t1", "wang", text, NOW)
        async with units() as uow:
            uow.console.add_note(note)
            await uow.commit()


async def test_a_note_is_found_like_what_was_said_and_says_that_it_is_one(search, noted):
    (found,) = (await search.find("渗水", a_user("wang"), Filters())).results
    assert (found.kind, found.id, found.conversation_id, found.seq) == (NOTE, "n0", "t1", None)
    assert [part.text for part in found.snippet if part.hit] == ["渗水"]
    assert await talks(search, "weixiu") == {"t1"}


async def test_a_conversation_is_one_result_with_its_lines_and_notes(search, noted):
    (found,) = (await search.find("物业", a_user("wang"), Filters())).results
    assert (found.conversation_id, found.lines) == ("t1", 2)


async def test_a_number_in_a_note_is_found_whole_and_shown_masked(search, noted):
    (found,) = (await search.find("13900139000", a_user("wang"), Filters())).results
    assert found.id == "n1"
    assert "139001" not in "".join(part.text for part in found.snippet)


async def test_departments_find_no_notes(search, noted):
    zhao = a_user("zhao")
    zhao.role, zhao.department = Role.DEPARTMENT, "production"
    assert (await search.find("渗水", zhao, Filters())).results == ()
    with pytest.raises(NotAllowed):
        await search.find("渗水", zhao, Filters(kind=MESSAGE))


async def test_who_keeps_out_of_a_conversation_finds_none_of_its_notes(search, units, noted):
    case = a_case()
    case.customer_id, case.conversation_id = "ct1", "t1"
    await store(units, ("cases", case))
    async with units() as uow:
        uow.avoidances.add(Avoidance("wang", "case", "t1", Avoiding.BY_HAND, NOW))
        await uow.commit()
    assert (await search.find("渗水", a_user("wang"), Filters())).results == ()


async def test_notes_from_before_the_index_are_indexed_later(search, units, noted):
    async with units() as uow:
        await uow.search.forget()
        await uow.commit()
    assert (await search.find("渗水", a_user("wang"), Filters())).results == ()
    await catch_up(units)
    assert await talks(search, "渗水") == {"t1"}
