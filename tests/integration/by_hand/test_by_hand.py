"""Cases that people of the desk open for who telephoned, came by, or wrote a letter."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.by_hand import Channel, Told
from bot.domain.case import CaseState
from bot.domain.conversation import Owner
from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.domain.people import Role
from bot.domain.task import TaskKind
from bot.services.by_hand import UPLOADS, ByHand
from bot.services.handling import Handling
from tests.accepted import history
from tests.files import photo, stream
from tests.people import person
from tests.rooms import reading, risk

TODAY = date(2026, 3, 18)
TEXT = "打电话来说买的奶茶有一盒是空的"


@pytest.fixture
def by_hand(desk):
    return ByHand(desk.units, desk.units, desk.room, desk.words, desk.clock)


@pytest.fixture
async def agent(desk):
    return await person(desk, "wang")


def told(**changes):
    values = {"channel": Channel.PHONE, "text": TEXT, "issue": "carton.empty", "received": TODAY}
    return Told(**{**values, "name": "李女士", "phone": "13812345678", **changes})


async def test_a_case_by_hand_is_accepted_with_a_number_and_a_promised_day(desk, by_hand, agent):
    case = await by_hand.open(told(facts={"product": "奶茶"}), agent)
    assert case.state is CaseState.ACCEPTED
    assert case.number
    assert (case.channel, case.issue, case.text) == ("phone", "carton.empty", TEXT)
    assert case.fields == {"product": "奶茶", "name": "李女士", "phone": "13812345678"}
    assert case.step_due_at or case.due_at
    first, *rest = await history(desk, case)
    assert (first.kind, first.actor, first.payload["channel"]) == ("opened", "wang", "phone")
    assert next(event for event in rest if event.kind == "accepted").actor == "wang"


async def test_the_model_suggests_the_issue_and_the_facts(desk, by_hand, agent):
    desk.room.table[TEXT] = reading("carton.empty", product="奶茶")
    suggested = await by_hand.suggest(TEXT, agent)
    assert (suggested.issue, suggested.facts) == ("carton.empty", {"product": "奶茶"})
    assert "product" in by_hand.asked("carton.empty", suggested.facts)


async def test_what_is_no_complaint_to_the_model_suggests_nothing(desk, by_hand, agent):
    desk.room.table[TEXT] = reading("chitchat")
    assert (await by_hand.suggest(TEXT, agent)).issue is None


async def test_while_rasa_is_away_the_agent_chooses(desk, by_hand, agent):
    desk.room.down = True
    assert not (await by_hand.suggest(TEXT, agent)).read
    assert (await by_hand.open(told(), agent)).number


async def test_without_facts_those_of_the_text_are_taken(desk, by_hand, agent):
    desk.room.table[TEXT] = reading("water.odor", product="奶茶")
    case = await by_hand.open(told(facts=None), agent)
    assert (case.issue, case.fields["product"]) == ("carton.empty", "奶茶")


async def test_the_clock_starts_on_the_day_it_was_received(desk, by_hand, agent):
    today = await by_hand.open(told(), agent)
    earlier = await by_hand.open(told(received=date(2026, 3, 13)), agent)  # a Friday, three working days ago
    assert earlier.accepted_at == datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
    calendar = desk.words.calendar
    assert earlier.due_at < today.due_at
    days = [date(2026, 3, day) for day in range(14, 19) if calendar.is_workday(date(2026, 3, day))]
    assert len(days) == 3
    assert (await history(desk, earlier, "accepted"))[0].at == desk.clock.now()


@pytest.mark.parametrize("received", [date(2026, 3, 19), date(2024, 3, 18)])
async def test_a_day_to_come_or_long_past_is_refused(by_hand, agent, received):
    with pytest.raises(InvalidInput, match="收到的日期"):
        await by_hand.open(told(received=received), agent)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issue": "chitchat"}, "请选择投诉的问题"),
        ({"text": " "}, "空的"),
        ({"phone": "12"}, "电话号码不对"),
        ({"name": "长" * 41}, "姓名最多"),
        ({"facts": {"nothing": "x"}}, "没有 nothing"),
        ({"facts": {"product": "x" * 501}}, "最多 500"),
        ({"files": ("nope",)}, "没有传好"),
        ({"key": ""}, "编号"),
    ],
)
async def test_what_cannot_be_used_is_refused_and_leaves_nothing(desk, by_hand, agent, changes, words):
    with pytest.raises(InvalidInput, match=words):
        await by_hand.open(told(**changes), agent)
    async with desk.units() as uow:
        assert await uow.cases.all() == []
        assert await uow.conversations.for_agents() == []


async def test_departments_open_no_cases(desk, by_hand):
    zhao = await person(desk, "zhao", Role.DEPARTMENT, department="production")
    with pytest.raises(NotAllowed):
        await by_hand.open(told(), zhao)


async def test_attachments_belong_to_the_case_and_its_first_line(desk, by_hand, agent):
    file = await desk.uploads.receive(UPLOADS, agent.id, "信.jpg", stream(photo()))
    case = await by_hand.open(told(channel=Channel.LETTER, files=(file.id,)), agent)
    async with desk.units() as uow:
        (kept,) = await uow.attachments.of_case(case.id)
        (line, *_) = await uow.messages.latest(case.conversation_id)
    assert (kept.id, kept.message_id, line.text) == (file.id, line.id, TEXT)


async def test_nobody_uses_what_a_colleague_uploaded(desk, by_hand, agent):
    file = await desk.uploads.receive(UPLOADS, "li", "信.jpg", stream(photo()))
    with pytest.raises(InvalidInput):
        await by_hand.open(told(files=(file.id,)), agent)


async def test_the_same_phone_is_the_same_customer(desk, by_hand, agent):
    first = await by_hand.open(told(), agent)
    second = await by_hand.open(told(phone="138-1234-5678", issue="carton.no_straw"), agent)
    other = await by_hand.open(told(phone="13900000000"), agent)
    assert first.customer_id == second.customer_id != other.customer_id


async def test_the_same_key_is_one_case(desk, by_hand, agent):
    first = await by_hand.open(told(key="crm-1"), agent)
    again = await by_hand.open(told(key="crm-1", text="别的"), agent)
    li = await by_hand.open(told(key="crm-1"), await person(desk, "li"))
    assert again.id == first.id != li.id


async def test_its_conversation_is_in_nobodys_queue_whatever_the_text_threatens(desk, by_hand, agent):
    desk.room.table[TEXT] = reading("carton.empty", risks=[risk("media", "记者")])
    case = await by_hand.open(told(), agent)
    async with desk.units() as uow:
        conversation = await uow.conversations.get(case.conversation_id)
    assert (conversation.owner, conversation.agent_id) == (Owner.CLOSED, None)
    assert [event.kind for event in await history(desk, case)].count("risk_noted") == 1


@pytest.mark.parametrize("channel", list(Channel))
async def test_its_conversation_is_never_opened_as_a_chat(desk, by_hand, agent, channel):
    case = await by_hand.open(told(channel=channel), agent)
    with pytest.raises(Conflict, match="不是在聊天里来的"):
        await desk.agents.reopen(case.conversation_id, agent)
    for opening in (
        desk.agents.claim(case.conversation_id, agent.id, agent.name),
        desk.agents.assign(case.conversation_id, agent.id, await person(desk, "zhou", Role.SUPERVISOR)),
    ):
        with pytest.raises(Conflict):
            await opening
    async with desk.units() as uow:
        conversation = await uow.conversations.get(case.conversation_id)
    assert (conversation.owner, conversation.agent_id) == (Owner.CLOSED, None)


async def test_it_goes_through_its_process_like_any_other_case(desk, by_hand, agent):
    case = await by_hand.open(told(), agent)
    handling = Handling(desk.units, desk.words, desk.clock)
    standing = await handling.moves(case.id, agent)
    assert standing.moves
    plain = next(move for move in standing.moves if not move.needs and not move.needs_reason)
    await handling.move(case.id, plain.id, agent, standing.version)
    assert (await handling.moves(case.id, agent)).state.id != standing.state.id


async def test_what_the_desk_says_to_its_customer_is_somebodys_to_pass_on(desk, by_hand, agent):
    case = await by_hand.open(told(), agent)
    await Handling(desk.units, desk.words, desk.clock).pause(
        case.id, agent, (await history(desk, case))[-1].seq, "customer", "购物小票"
    )
    async with desk.units() as uow:
        (task,) = [one for one in await uow.tasks.of_case(case.id) if one.kind is TaskKind.CALL]
    assert "13812345678" in task.title
    assert "购物小票" in task.title
    assert task.due_at > desk.clock.now()


async def test_its_customer_asks_for_it_by_number_and_the_last_four_digits(desk, by_hand, agent):
    case = await by_hand.open(told(), agent)
    answer = await desk.say(f"我想查 {case.number}，手机尾号5678", reading("ask_progress"), "online")
    assert case.number in "".join(answer)
    wrong = await desk.say(f"我想查 {case.number}，手机尾号0000", reading("ask_progress"), "somebody")
    assert "奶茶" not in "".join(wrong)
    assert case.number not in "".join(wrong)
