"""What is kept no longer goes at night, and nothing else does."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import history
from bot.domain.case import CaseState
from bot.domain.company import Company
from bot.domain.errors import ConfigurationError
from bot.domain.people import Link, LinkKind, Role, SignIn, User
from bot.domain.personal_data import ERASED
from bot.domain.retention import Keeping, is_night, months_before
from bot.services.retention import Retention
from bot.services.turn import record
from tests.desks import TurnedClock
from tests.records import a_case, a_conversation, a_customer, a_message

NIGHT = datetime(2026, 3, 17, 19, 30, tzinfo=UTC)  # half past three in China
LONG_AGO, LATELY = NIGHT - timedelta(days=4 * 365), NIGHT - timedelta(days=30)


class Tables:
    def __init__(self, *ids):
        self.ids = sorted(ids)

    async def count(self, ids):
        return len(set(ids) & set(self.ids))

    async def forget(self, ids):
        self.ids = [one for one in self.ids if one not in set(ids)]

    async def known(self, after, limit):
        return [one for one in self.ids if one > after][:limit]


@pytest.fixture
def clock():
    clock = TurnedClock()
    clock._now = NIGHT
    return clock


@pytest.fixture
def trackers():
    return Tables()


@pytest.fixture
def retention(units, database, trackers, clock):
    def made(**keep):
        return Retention(units, database.reading_units(), trackers, clock, Keeping(**keep))

    return made


@pytest.fixture
def told(units):
    """Have a customer with a conversation, lines and perhaps a case from certain days."""

    async def tell(name, *days, state=None, pack=None, ended=None):
        async with units() as unit:
            unit.customers.add(a_customer(name))
            talk = a_conversation(f"talk-{name}", name)
            talk.updated_at = max(days)
            unit.conversations.add(talk)
            for seq, day in enumerate(days, start=1):
                unit.messages.add(
                    a_message(f"{name}{seq}", seq, f"talk-{name}", text=f"{name} {seq}", created_at=day)
                )
            if state is not None:
                case = a_case(f"case-{name}", text=name, number=f"K{name}", state=state, pack=pack)
                case.customer_id, case.conversation_id = name, f"talk-{name}"
                case.opened_at = case.heard_at = days[0]
                case.closed_at = ended
                unit.cases.add(case)
                await record(unit, case, "opened", "customer", days[0], words=name)
            await unit.commit()

    return tell


async def lines(units, name):
    async with units() as unit:
        return [line.text for line in await unit.messages.latest(f"talk-{name}")]


async def test_what_is_over_goes_at_night_and_what_is_not_stays(units, retention, told):
    await told("old", LONG_AGO)
    await told("closed", LONG_AGO, state=CaseState.CLOSED, ended=LONG_AGO)
    await told("new", LATELY, state=CaseState.CLOSED, ended=LATELY)
    assert await retention().look() == 2
    assert await lines(units, "old") == []
    assert await lines(units, "closed") == [ERASED]
    assert await lines(units, "new") == ["new 1"]
    async with units() as unit:
        case = await unit.cases.get("case-closed")
        assert (case.text, case.number) == (ERASED, "Kclosed")
        assert history.first_break(await unit.cases.history("case-closed")) is None
        assert {one.object for one in await unit.audit.after(0, 9)} == {"customer:old", "customer:closed"}


async def test_by_day_nothing_goes(units, retention, told, clock):
    await told("old", LONG_AGO)
    clock.turn(hours=10)
    assert await retention().look() == 0
    assert await lines(units, "old") == ["old 1"]


async def test_in_a_conversation_that_goes_on_only_what_is_old_goes(units, retention, told):
    await told("long", LONG_AGO, LATELY, state=CaseState.CLOSED, ended=LONG_AGO)
    assert await retention().look() == 1
    assert await lines(units, "long") == [ERASED, "long 2"]
    async with units() as unit:
        assert (await unit.cases.get("case-long")).text == ERASED
        assert (await unit.customers.get("long")).external_id == "visitor-long"


async def test_an_open_case_keeps_what_was_said_about_it(units, retention, told):
    await told("open", LONG_AGO, state=CaseState.ACCEPTED)
    assert await retention().look() == 0
    assert await lines(units, "open") == ["open 1"]


async def test_the_next_night_there_is_nothing_to_do(units, retention, told, clock):
    await told("long", LONG_AGO, LATELY, state=CaseState.CLOSED, ended=LONG_AGO)
    await told("closed", LONG_AGO, state=CaseState.CLOSED, ended=LONG_AGO)
    assert await retention().look() == 2
    clock.turn(days=1)
    assert await retention().look() == 0


async def test_a_packs_word_counts_for_its_cases(units, retention, told):
    await told("bank", LONG_AGO, state=CaseState.CLOSED, ended=LONG_AGO, pack="bank")
    await told("shop", LATELY, state=CaseState.CLOSED, ended=LATELY, pack="retail")
    assert await retention(packs={"bank": 60, "retail": 0}).look() == 0
    assert await retention(packs={"bank": 47}).look() == 1


async def test_zero_keeps_for_ever(units, retention, told):
    await told("old", LONG_AGO)
    assert await retention(months=0).look() == 0


async def test_rasa_forgets_whatever_the_desk_has_forgotten(units, retention, told, trackers):
    await told("old", LONG_AGO)
    await told("closed", LONG_AGO, state=CaseState.CLOSED, ended=LONG_AGO)
    await told("new", LATELY)
    trackers.ids = ["nobody", "talk-closed", "talk-new", "talk-old"]
    await retention().look()
    assert trackers.ids == ["talk-new"]


async def test_sign_ins_and_links_go_once_their_time_is_over(units, retention):
    async with units() as unit:
        unit.people.add(User("li", "li", "李", Role.AGENT, "hash", LONG_AGO))
        for name, until in (("over", NIGHT), ("open", NIGHT + timedelta(seconds=1))):
            unit.people.add_sign_in(SignIn(name, "li", LATELY, until))
            unit.people.add_link(Link(name, LinkKind.RESET, LATELY, "li", until, "li", Role.AGENT, "li"))
        await unit.commit()
    await retention().look()
    async with units() as unit:
        assert [one.token_hash for one in await unit.people.sign_ins("li")] == ["open"]
        assert [one.token_hash for one in await unit.people.links()] == ["open"]


def test_the_night_is_chinas():
    assert is_night(NIGHT)
    assert not is_night(NIGHT + timedelta(hours=3))


def test_months_are_counted_by_the_calendar():
    assert months_before(datetime(2026, 3, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2026, 1, 15, tzinfo=UTC), 36) == datetime(2023, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize("keep", [{"months": -1}, {"months": "lang"}, {"years": 3}, {"packs": ["bank"]}, [1]])
def test_a_company_file_that_says_it_wrong_is_told(keep):
    with pytest.raises(ConfigurationError, match="keep"):
        Company.from_mapping({"keep": keep}, "company.yml")
    assert Company.from_mapping({"keep": {"months": 12}}, "company.yml").keep.months == 12
