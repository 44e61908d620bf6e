"""Each figure of the reports, counted a second time: in plain Python over everything that was loaded."""

import pytest

from bot.domain.figures import FIGURES, LISTED, share
from bot.domain.followup import Satisfaction
from bot.domain.reporting import NOBODY, Kind, Period, Scope
from bot.services.report_counts import count
from bot.services.report_links import Chosen
from tests.reports import NOW, PUZZLED, THINGS, Recount, day_classes, median, reply_classes

MARCH = Period.named(Kind.MONTH, NOW)
SCOPES = {
    "a month": Scope(MARCH, NOW),
    "a quarter, by month": Scope(Period.named(Kind.QUARTER, NOW), NOW),
    "some days": Scope(Period.between("2026-02-10", "2026-03-09"), NOW),
    "a business": Scope(MARCH, NOW, pack="beverage"),
    "no business": Scope(MARCH, NOW, pack=NOBODY),
    "a channel": Scope(Period.named(Kind.QUARTER, NOW), NOW, channel="wechat"),
    "a department": Scope(MARCH, NOW, department="production"),
    "an issue": Scope(MARCH, NOW, issue="carton.empty"),
    "a person": Scope(MARCH, NOW, handler="li"),
    "nobody's": Scope(MARCH, NOW, handler=NOBODY),
    "a group": Scope(MARCH, NOW, members=frozenset({"li", "wang"})),
    "without what one keeps out of": Scope(
        MARCH, NOW, hidden=frozenset({"case1", "case2", "case3", "case4"})
    ),
    "the cases of an alert": Scope(MARCH, NOW, ids=frozenset({"case5", "case6", "case7"})),
}


@pytest.fixture
def counted(filled, database):
    """For each scope: its name, what the database counts, and everything to count it again."""

    async def counted():
        reading = database.reading_units()
        for name, scope in SCOPES.items():
            if scope.ids is None:
                again = await Recount.of(database, filled.words, scope)
                yield name, await count(reading, filled.words.handbook, scope), again

    return counted


@pytest.mark.parametrize("name", ["a month", "a quarter, by month", "the cases of an alert"])
async def test_a_listed_figure_counts_and_lists_the_same_cases_as_python(filled, database, name):
    scope = SCOPES[name]
    again = await Recount.of(database, filled.words, scope)
    async with filled.units() as uow:
        for figure in sorted(LISTED):
            page = await uow.reports.page(figure, scope, None, 1000)
            assert {case.id for case in page} == again.listed(figure), figure
            assert await uow.reports.count(figure, scope) == len(page), figure


async def test_the_tallies_of_people_and_departments_add_up_to_the_figures(counted):
    async for scope, counts, again in counted():
        for figure in sorted(LISTED - {"outbreak_cases"}):
            expected = again.listed(figure)
            assert counts.total.get(figure, 0) == len(expected), (scope, figure)
            for name, tally in counts.people.items():
                mine = {case.id for case in again.cases if case.handler_id == name}
                assert tally.get(figure, 0) == len(expected & mine), (scope, figure, name)
            for name, tally in counts.departments.items():
                mine = {case.id for case in again.cases if case.department == name}
                assert tally.get(figure, 0) == len(expected & mine), (scope, figure, name)


async def test_things_issues_and_buckets_are_counted_as_python_counts_them(counted):
    async for scope, counts, again in counted():
        for kind in THINGS:
            named = {counts.names[kind, one.key]: one.number for one in counts.things if one.kind is kind}
            assert {name.lower(): number for name, number in named.items()} == again.about(kind), (
                scope,
                kind,
            )
        taken = [case for case in again.cases if case.id in again.listed("accepted")]
        for bucket in counts.scope.period.buckets():
            heard = sum(one.number for one in counts.heard if one.bucket == bucket.first)
            assert heard == sum(bucket.holds(case.accepted_at) for case in taken), (scope, bucket)
        for issue in {case.issue for case in taken}:
            heard = sum(one.number for one in counts.heard if one.issue == issue)
            assert heard == sum(case.issue == issue for case in taken), (scope, issue)


async def test_replies_and_handling_times_are_those_of_python(counted):
    async for scope, counts, again in counted():
        first = again.first_replies()
        assert sum(one.number for one in counts.replies.values()) == len(first), scope
        assert sum(one.seconds for one in counts.replies.values()) == sum(first), scope
        found = [sum(one.classes[at] for one in counts.replies.values()) for at in range(5)]
        assert found == reply_classes(first), scope
        assert counts.total.get("seconds", 0) == sum(again.handling()), scope


async def test_promises_are_those_of_python(counted):
    async for scope, counts, again in counted():
        for name in ("li", "wang", "zhou"):
            fates = [fate for one in again.promises if one.assignee == name and (fate := again.fate(one))]
            found = counts.promises.get(name, (0, 0, 0, 0))
            expected = (len(fates), *(fates.count(fate) for fate in ("kept", "late", "missed")))
            assert tuple(found) == expected, (scope, name)


@pytest.mark.parametrize("channel", [None, "wechat"])
async def test_conversations_are_those_of_python(filled, database, channel):
    scope = Scope(MARCH, NOW, channel=channel)
    again = await Recount.of(database, filled.words, scope)
    counts = await count(database.reading_units(), filled.words.handbook, scope)
    said = again.said()
    heard = {m.conversation_id for m in said if m.author == "customer"}
    people = {m.conversation_id for m in said if m.author == "agent" or m.delivery == "for_human"}
    read = sum(m.author == "customer" and m.delivery == "answered" for m in said)
    puzzled = sum(m.author == "bot" and m.clause == PUZZLED for m in said)
    assert counts.talks == (len(heard), len(heard - people), read, puzzled)
    assert counts.talks.talks > 0


async def test_the_book_shows_the_shares_and_means_of_python(reports, filled, database, boss):
    book = (await reports.shown(Chosen(), boss)).book
    again = await Recount.of(database, filled.words, Scope(MARCH, NOW))
    shown = {row[0].written: row[1] for section in book.sections for row in section.rows}
    on_time, late = len(again.listed("on_time")), len(again.listed("late"))
    assert shown[FIGURES["on_time_share"].title].value == share(on_time, on_time + late)
    good = len(again.listed("answer.1")) + len(again.listed("answer.2"))
    assert shown[FIGURES["satisfied_share"].title].value == share(good, len(again.listed("answered")))
    hours = again.handling()
    assert shown[FIGURES["handling_hours"].title].value == pytest.approx(
        sum(hours) / len(hours) / 3600, abs=0.06
    )
    days = again.workdays(filled.words.calendar)
    handling = book.section("handling").rows
    assert [row[1].value for row in handling[:6]] == day_classes(days)
    assert handling[6][2].value == median(days)
    answers = {row[0].written: row[1].value for row in book.section("satisfaction").rows}
    assert [answers[str(one)] for one in Satisfaction] == [
        len(again.listed(f"answer.{one.number}")) for one in Satisfaction
    ]


async def test_the_example_leaves_no_figure_at_nothing(filled, database):
    """Else a wrong condition could count nothing, and nobody would notice."""
    again = await Recount.of(database, filled.words, Scope(Period.named(Kind.QUARTER, NOW), NOW))
    empty = [figure for figure in LISTED - {"outbreak_cases"} if not again.listed(figure)]
    assert empty == []
