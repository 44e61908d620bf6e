"""What customers answer when they are asked afterwards (回访), and what becomes of the case."""

import pytest

from bot.domain.case import CaseState
from bot.domain.errors import ForbiddenMove, MissingValues
from bot.domain.followup import Satisfaction, VisitState
from bot.domain.people import Role
from bot.domain.task import TaskKind
from bot.domain.workdays import SHANGHAI
from bot.services.inbox import Outcome
from tests.accepted import history
from tests.people import person
from tests.rooms import reading
from tests.visits import asked, case_of, take, tasks, visits

SERVICE, BUILDING = "service.quality", "building_material.concrete"


@pytest.fixture
async def wang(desk):
    return await person(desk, "wang", Role.SUPERVISOR)


@pytest.mark.parametrize(
    ("text", "choice", "answer"),
    [
        ("满意", "visit.2", Satisfaction.SATISFIED),
        ("1", None, Satisfaction.VERY_SATISFIED),
        ("２", None, Satisfaction.SATISFIED),
        ("非常滿意", None, Satisfaction.VERY_SATISFIED),
        ("我选2", None, Satisfaction.SATISFIED),
        ("挺满意的", None, Satisfaction.SATISFIED),
    ],
)
async def test_a_satisfied_answer_by_button_number_or_word_closes_the_case(
    desk, following, remedied, text, choice, answer
):
    await remedied()
    await asked(desk, following)
    said = await desk.say(text, choice=choice)
    (visit,) = await visits(desk)
    assert (visit.satisfaction, visit.answered_by) == (answer, "customer")
    case = await case_of(desk)
    assert (case.state, case.findings["satisfaction"]) == (CaseState.CLOSED, answer)
    assert any(str(answer) in line for line in said)


async def test_the_words_beside_the_stars_are_in_the_cases_history(desk, following, remedied):
    await remedied()
    await asked(desk, following)
    await desk.say("★★★★☆ 满意 来的师傅很客气", choice="visit.2")
    (event,) = await history(desk, await case_of(desk), "satisfaction")
    assert (event.payload["answer"], event.payload["words"]) == ("满意", "★★★★☆ 满意 来的师傅很客气")


async def test_an_answer_in_other_words_is_understood_by_its_label(desk, following, remedied):
    await remedied()
    await asked(desk, following)
    await desk.say("处理得可以，谢谢你们", reading("satisfied"))
    (visit,) = await visits(desk)
    assert visit.satisfaction is Satisfaction.SATISFIED


@pytest.mark.parametrize(
    ("text", "answer"), [("4", "不满意"), ("非常不满意", "非常不满意"), ("不太满意", "不满意")]
)
async def test_a_dissatisfied_answer_goes_back_to_where_the_document_says(
    desk, following, remedied, text, answer
):
    await remedied()
    await asked(desk, following)
    await desk.say(text)
    case = await case_of(desk)
    assert (case.step, case.round, case.findings["satisfaction"]) == ("investigating", 1, answer)
    (alert,) = await tasks(desk, TaskKind.ALERT)
    assert answer in alert.title


async def test_a_second_round_has_visits_of_its_own(desk, following, remedied, li):
    case = await remedied()
    await asked(desk, following)
    await desk.say("4")
    await take(desk, case.id, "settle", li, {"result": "又换了一次"})
    rounds = [(visit.round, visit.nth, visit.state) for visit in await visits(desk)]
    assert rounds == [(0, 1, VisitState.ANSWERED), (1, 1, VisitState.PLANNED)]


async def test_a_building_complaint_is_visited_twice(desk, following, remedied):
    await remedied(BUILDING)
    await asked(desk, following)
    first = desk.clock.now()
    await desk.say("非常满意")
    assert (await case_of(desk)).is_open
    _, second = await visits(desk)
    assert second.due_at > first
    assert second.due_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") == "03-27 09:00"
    await asked(desk, following, nth=2)
    await desk.say("满意")
    assert (await case_of(desk)).state is CaseState.CLOSED


async def test_a_building_complaint_cant_be_closed_by_hand_after_one_visit(desk, following, remedied, li):
    case = await remedied(BUILDING)
    await asked(desk, following)
    with pytest.raises(ForbiddenMove, match="至少要回访 2 次"):
        await take(desk, case.id, "satisfied", li, {"satisfaction": "满意"})
    assert (await case_of(desk)).step == "follow_up"


@pytest.mark.parametrize(("answer", "planned"), [("满意", 1), ("非常满意", 1), ("一般", 2)])
async def test_a_service_complaint_is_visited_again_only_if_the_answer_was_not_satisfied(
    desk, following, remedied, answer, planned
):
    await remedied(SERVICE)
    await asked(desk, following)
    await desk.say(answer)
    assert len(await visits(desk)) == planned


async def test_fair_after_the_last_visit_is_closed_with_a_supervisors_note(
    desk, following, remedied, inbox, wang
):
    await remedied()
    await asked(desk, following)
    await desk.say("一般")
    (task,) = await tasks(desk, TaskKind.REVIEW)
    assert (task.assignee, (await case_of(desk)).is_open) == ("supervisor", True)
    with pytest.raises(MissingValues):
        await inbox.decide(task.id, wang, Outcome.DONE, "", task.version)
    await inbox.decide(task.id, wang, Outcome.DONE, "已补偿一箱，顾客接受", task.version)
    case = await case_of(desk)
    assert (case.state, case.findings["outcome"]) == (CaseState.CLOSED, "主管附说明结案")


async def test_a_supervisor_may_leave_a_fair_case_open(desk, following, remedied, inbox, wang):
    await remedied()
    await asked(desk, following)
    await desk.say("一般")
    (task,) = await tasks(desk, TaskKind.REVIEW)
    await inbox.decide(task.id, wang, Outcome.REFUSED, "再联系一次", task.version)
    assert (await case_of(desk)).is_open
    assert "再联系一次" in (await tasks(desk, TaskKind.ALERT))[0].title


SHOP = (("verify", {}), ("verified", {"verified": "漏装"}), ("release", {"plan": "补发"}), ("agree", {}))
PARCEL = (
    ("verify", {}),
    ("dispatch", {"verified": "属实", "department": "concerned"}),
    ("handled", {"result": "多收的运费已退"}),
)


@pytest.mark.parametrize(
    ("issue", "facts", "arrows"),
    [("service.quality", {"place": "门店"}, SHOP), ("courier.fee", {}, PARCEL)],
    ids=["shop", "parcel"],
)
async def test_who_is_content_where_a_shop_or_a_courier_asks_closes_the_case(
    desk, following, li, issue, facts, arrows
):
    await desk.say("我要投诉", reading(issue, **facts))
    await desk.say("就这些", choice="submit")
    case = await case_of(desk)
    for arrow, values in arrows:
        await take(desk, case.id, arrow, li, values)
    await asked(desk, following)
    await desk.say("满意", choice="visit.2")
    case = await case_of(desk)
    assert (case.state, case.findings["outcome"]) == (CaseState.CLOSED, "客户满意")
    assert not [task for task in await tasks(desk, TaskKind.ALERT) if "请办结" in task.title]
