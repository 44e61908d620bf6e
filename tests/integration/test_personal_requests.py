"""Requests about personal data, from the day they come to what was done, on each database."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from bot.adapters.papers.person import PersonArchives
from bot.domain import history
from bot.domain.errors import Conflict, InvalidInput, MissingValues, NotAllowed, NotFound
from bot.domain.people import Avoidance, Avoiding, Role
from bot.domain.personal_requests import Asker, RequestKind, RequestState, Way
from bot.domain.workdays import SHANGHAI
from bot.services.personal_data import PersonalRights, Who
from bot.services.personal_deeds import PersonalDesk
from bot.services.personal_requests import Asked
from tests.persons import NAME, OPENID, PHONE, WORDS, Tables, everything, fill
from tests.records import NOW, a_case, a_user

NUMBER = "K4837-19209"


@pytest.fixture
def scrubbed():
    return []


@pytest.fixture
def office(units, database, desk, scrubbed):
    async def scrub():
        scrubbed.append(True)

    return PersonalDesk.of(
        units, database.reading_units(), desk.words, Tables("talk", "draft-talk"), desk.clock,
        PersonArchives(desk.files, desk.clock).made, scrub,
    )  # fmt: skip


@pytest.fixture
async def people(units, sealer):
    """The person, and three of the desk: two who are trusted with personal data, one who isn't."""
    await fill(units)
    async with units() as unit:
        (await unit.cases.get("case")).phone_hash = sealer.phone_hash(PHONE)
        root = a_user("root")
        root.role = Role.ADMIN
        unit.people.add(root)
        await unit.commit()
        return SimpleNamespace(**{name: await unit.people.get(name) for name in ("boss", "root", "li")})


@pytest.fixture
def asked(desk):
    def make(kind=RequestKind.ERASE, who=None, **more):
        today = desk.clock.now().astimezone(SHANGHAI).date()
        values = {
            "asker": Asker.SELF,
            "way": Way.PHONE,
            "asked_on": today,
            "checked": f"回拨{PHONE}核对",
            **more,
        }
        return Asked(who or Who(NUMBER, PHONE), kind, **values)

    return make


async def avoid(units, user, case="case", talk="talk"):
    async with units() as unit:
        unit.avoidances.add(Avoidance(user.id, case, talk, Avoiding.BY_HAND, NOW, "root", "亲戚"))
        await unit.commit()


async def shown(office, made, user):
    return (await office.requests.look(made, user)).held.shown


async def deeds(units):
    async with units() as unit:
        return [(one.deed, one.actor) for one in await unit.audit.after(0, 100) if one.deed != "case_changed"]


async def test_a_request_is_written_down_with_its_day_and_shows_what_is_held(office, people, asked, units):
    for who in (Who(NUMBER, PHONE), Who(phone=PHONE), Who(conversation="talk"), Who(openid=OPENID)):
        made = await office.requests.begin(asked(who=who), people.boss)
        seen = await office.requests.look(made, people.boss)
        assert seen.request.due_at > seen.request.made_at + timedelta(days=18)
        assert seen.request.named_by == who.way
        assert seen.held.cases == (("case", NUMBER),)
    assert seen.held.goes["短信和邮件"] == 1
    assert {title: rows for title, rows, _ in seen.held.stays}["投诉（隐去个人）"] == 1
    assert [numbers for _, numbers in (await office.requests.register(people.boss)).open] == [(NUMBER,)] * 4
    assert ("request_made", "boss") in await deeds(units)


async def test_a_phone_that_several_people_gave_names_nobody(office, people, asked, units, sealer):
    other = a_case("o", number="K1111-11111", fields={"phone": PHONE}, phone_hash=sealer.phone_hash(PHONE))
    other.customer_id, other.conversation_id = "other", "others"
    async with units() as unit:
        unit.cases.add(other)
        await unit.commit()
    with pytest.raises(Conflict, match=f"K1111-11111、{NUMBER}"):
        await office.requests.begin(asked(who=Who(phone=PHONE)), people.boss)
    await avoid(units, people.boss, "o", "others")
    made = await office.requests.begin(asked(who=Who(phone=PHONE)), people.boss)
    seen = await office.requests.look(made, people.boss)
    assert (seen.held.cases, seen.held.found.same_phone) == ((("case", NUMBER),), ())


async def test_who_keeps_out_finds_as_little_as_for_an_unknown_phone(office, people, asked, units):
    made = await office.requests.begin(asked(), people.root)
    await avoid(units, people.boss)
    told = set()
    ways = (Who(phone=PHONE), Who(NUMBER, PHONE), Who(conversation="talk"), Who(openid=OPENID))
    for who in (*ways, Who(phone="13900139000"), Who(NUMBER, "13900139000"), Who(conversation="nothing")):
        with pytest.raises(NotFound) as refusal:
            await office.requests.begin(asked(who=who), people.boss)
        told.add(str(refusal.value))
    assert len(told) == 1
    for known in (made, "nothing"):
        with pytest.raises(NotFound, match="没有这条请求"):
            await office.requests.look(known, people.boss)
    with pytest.raises(NotFound):
        await office.deeds.close(made, people.boss, RequestState.REFUSED, "不办")
    assert (await office.requests.register(people.boss)).open == ()


async def test_an_erasure_takes_two_people_and_leads_nobody_back(
    office, people, asked, units, database_url, scrubbed
):
    made = await office.requests.begin(asked(), people.boss)
    rows = await shown(office, made, people.boss)
    assert not await office.deeds.propose(made, people.boss, "本人申请", rows)
    with pytest.raises(NotAllowed, match="另一位"):
        await office.deeds.confirm(made, people.boss, rows)
    with pytest.raises(Conflict):
        await office.deeds.propose(made, people.root, "本人申请", rows)
    await office.deeds.confirm(made, people.root, rows)
    left = await everything(database_url)
    assert not [word for word in (PHONE, NAME, WORDS, OPENID, "visitor-customer", "回拨") if word in left]
    seen = await office.requests.look(made, people.boss)
    assert (seen.request.state, seen.request.customer_id, seen.held) == (RequestState.DONE, None, None)
    assert (seen.request.decided_by, seen.request.reason) == ("root", "本人申请")
    assert seen.request.result["cases"] == [NUMBER]
    assert (sum(seen.request.result["rows"].values()), seen.request.result["rows"]["短信和邮件"]) == (rows, 1)
    assert scrubbed
    done = await deeds(units)
    assert [deed for deed in done if deed[0].startswith(("erasure_", "person_"))] == [
        ("erasure_proposed", "boss"), ("person_erased", "root"), ("person_erased", "root"),
    ]  # fmt: skip


async def test_nothing_is_erased_that_nobody_saw(office, people, asked, units):
    made = await office.requests.begin(asked(), people.boss)
    rows = await shown(office, made, people.boss)
    await office.deeds.propose(made, people.boss, "本人申请", rows)
    async with units() as unit:
        draft = a_case("new")
        unit.cases.add(draft)
        await unit.commit()
    with pytest.raises(Conflict, match="内容有变化"):
        await office.deeds.confirm(made, people.root, rows)
    await office.deeds.give_back(made, people.root)
    assert (await office.requests.look(made, people.boss)).request.state is RequestState.OPEN


async def test_who_is_alone_erases_at_once(office, people, asked, units):
    await avoid(units, people.boss)
    made = await office.requests.begin(asked(), people.root)
    assert await office.deeds.propose(made, people.root, "本人申请", await shown(office, made, people.root))
    assert (await office.requests.look(made, people.root)).request.state is RequestState.DONE


async def test_a_copy_is_taken_handed_over_and_only_then_may_go(office, people, asked, units):
    copying = await office.requests.begin(asked(RequestKind.COPY), people.boss)
    erasing = await office.requests.begin(asked(), people.boss)
    with pytest.raises(Conflict, match="还没有下载"):
        await office.deeds.hand_over(copying, people.boss)
    with pytest.raises(Conflict, match="查阅、复制"):
        await office.deeds.propose(
            erasing, people.boss, "本人申请", await shown(office, erasing, people.boss)
        )
    file = await office.deeds.copy(copying, people.boss, internal=False)
    assert file.read(2) == b"PK"
    file.close()
    await office.deeds.hand_over(copying, people.boss)
    with pytest.raises(Conflict):
        await office.deeds.copy(copying, people.boss, internal=False)
    assert [deed for deed, _ in await deeds(units)].count("person_exported") == 2
    await office.deeds.propose(erasing, people.boss, "本人申请", await shown(office, erasing, people.boss))


async def test_name_and_phone_are_put_right_wherever_they_stand(office, people, asked, units, sealer):
    right = "13700137000"
    made = await office.requests.begin(asked(RequestKind.CORRECT), people.boss)
    for name, phone in (("", ""), ("", "12"), ("长" * 41, "")):
        with pytest.raises(InvalidInput):
            await office.deeds.correct(made, people.boss, name, phone)
    await office.deeds.correct(made, people.boss, "欧阳乙", right)
    async with units() as unit:
        case = await unit.cases.get("case")
        assert (case.fields["name"], case.fields["phone"]) == ("欧阳乙", right)
        assert case.phone_hash == sealer.phone_hash(right)
        customer = await unit.customers.get("customer")
        assert (customer.name, customer.phone) == ("欧阳乙", right)
        events = await unit.cases.history("case")
        assert history.first_break(events) is None
        assert events[-1].payload["before"] == {"name": NAME, "phone": PHONE}
    seen = await office.requests.look(made, people.boss)
    assert seen.request.state is RequestState.DONE
    assert await office.requests.begin(asked(who=Who(phone=right)), people.boss)
    assert "person_corrected" in {deed for deed, _ in await deeds(units)}


async def test_a_refusal_says_why_and_a_request_says_how_it_was_made_sure(office, people, asked):
    with pytest.raises(MissingValues):
        await office.requests.begin(asked(checked=" "), people.boss)
    for day in (date(2001, 1, 1), date(2999, 1, 1)):
        with pytest.raises(InvalidInput):
            await office.requests.begin(asked(asked_on=day), people.boss)
    made = await office.requests.begin(asked(), people.boss)
    with pytest.raises(MissingValues):
        await office.deeds.close(made, people.boss, RequestState.REFUSED, " ")
    with pytest.raises(InvalidInput):
        await office.deeds.close(made, people.boss, RequestState.DONE, "办好了")
    await office.deeds.close(made, people.boss, RequestState.REFUSED, "不是本人")
    with pytest.raises(Conflict):
        await office.deeds.close(made, people.boss, RequestState.WITHDRAWN, "不办了")
    register = await office.requests.register(people.root)
    assert [(one.id, one.reason) for one in register.settled] == [(made, "不是本人")]


async def test_what_the_terminal_erases_is_done_in_the_register_too(
    office, people, asked, units, database, desk
):
    made = await office.requests.begin(asked(), people.boss)
    rights = PersonalRights(units, database.reading_units(), Tables(), desk.clock)
    await rights.erase(Who(NUMBER, PHONE), "root", "本人申请")
    request = (await office.requests.look(made, people.boss)).request
    assert (request.state, request.decided_by) == (RequestState.DONE, "root")
    with pytest.raises(NotFound):
        await rights.look(Who(conversation="talk"))
