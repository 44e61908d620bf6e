"""After the window: what waits is told of by a template or subscription message, and goes with their word."""

import pytest

from bot.domain.followup import LetterState, Satisfaction, VisitState, Way
from bot.domain.task import TaskKind
from bot.domain.wechat_accounts import OfficialAccount
from bot.domain.wechat_errors import TryLater, Unknown, WechatRefused
from bot.domain.wechat_inbound import Inbound, InboundKind
from bot.domain.wechat_records import Sending, SendingState, WindowKind
from bot.services.following import Following
from bot.services.ids import new_id
from bot.services.wechat.notices import FINISHED, Notices, NoticeSender, Results, Templates
from tests.messengers import OPENID, PHONE, write
from tests.people import person
from tests.rooms import reading
from tests.visits import take

ID = "Aq9-kT_template0001"
BOTH = {"template_progress": ID, "template_rating": f"{ID} thing1=说明 character_string2=编号"}


class Platform:
    """A 公众号's API that notes what it was asked to send, or refuses with the next of `problems`."""

    def __init__(self, *problems):
        self.problems, self.templates, self.subscriptions = list(problems), [], []

    async def send_template(self, openid, template_id, data, *, url="", key=""):
        self.templates.append((openid, template_id, dict(data), key))
        if self.problems:
            raise self.problems.pop(0)
        return "1"

    async def send_subscribe(self, openid, template_id, data, *, page=""):
        self.subscriptions.append((openid, template_id, dict(data)))
        if self.problems:
            raise self.problems.pop(0)


@pytest.fixture
async def li(desk):
    return await person(desk, "li")


def outside(desk, platform, **settings):
    """The notices of an account with these templates, and the rounds that carry them out."""
    templates = Templates.of(OfficialAccount(app_id="wx1", secret="s", token="t", **settings))
    following = Following.of(desk.units, desk.units, desk.room, desk.words, desk.clock, {}, None)
    following.outbox.also(Way.NOTICE, NoticeSender(platform, templates))
    return Notices(desk.units, desk.units, desk.words, desk.clock, templates.kinds), following


async def complained(desk, li, issue="product.quality"):
    """A case of WeChat that was settled, and whose customer has been silent since."""
    await write(desk, "我要投诉", reading(issue))
    await desk.silence(minutes=9)
    talk = await desk.intake.conversation_id("wechat", OPENID)
    async with desk.units() as uow:
        (case,) = await uow.cases.of_conversation(talk)
        chat = await uow.wechat.begun(talk, "wechat", "wx1")
        chat.opened(WindowKind.MESSAGE, desk.clock.now())
        await uow.commit()
    await take(desk, case.id, "investigate", li, {})
    await take(desk, case.id, "settle", li, {"result": "已经换货"})
    return talk, case


async def hold(desk, talk):
    """What the sender does when the window has shut: the lines that were not sent are held."""
    async with desk.units() as uow:
        chat = await uow.wechat.chat(talk)
        lines = await uow.messages.since(talk, chat.sent_seq)
        for line in lines:
            uow.wechat.add_sending(
                Sending(
                    id=new_id(desk.clock.now()), conversation_id=talk, from_seq=line.seq, to_seq=line.seq,
                    part=0, way="text", body={"text": line.text, "choices": [], "by_agent": False},
                    created_at=desk.clock.now(), next_at=desk.clock.now(), state=SendingState.HELD,
                )
            )  # fmt: skip
            chat.sent_seq = line.seq
        await uow.commit()


async def visits(desk, case):
    async with desk.units() as uow:
        return await uow.visits.of_case(case.id)


async def letters(desk, case):
    async with desk.units() as uow:
        return await uow.letters.of_case(case.id)


async def is_asked(desk, following, talk, case):
    """Turn the clock until the customer is asked how content they are, after their window."""
    for _ in range(20):
        await following.followups.look()
        if (await visits(desk, case))[0].state is VisitState.ASKED:
            return await hold(desk, talk)
        desk.clock.turn(hours=12)
    return pytest.fail("nobody asked")


async def test_the_question_waits_in_wechat_and_a_template_message_says_so(desk, li):
    talk, case = await complained(desk, li)
    platform = Platform()
    notices, following = outside(desk, platform, **BOTH)
    await is_asked(desk, following, talk, case)
    assert (await visits(desk, case))[0].way is Way.CHAT
    assert await notices.look() == 1
    await following.outbox.look()
    ((openid, template, data, key),) = platform.templates
    (letter,) = await letters(desk, case)
    assert (openid, template, key) == (OPENID, ID, letter.id)
    assert data == {"thing1": "回复任意内容，说说是否满意", "character_string2": case.number}
    assert letter.state is LetterState.SENT
    assert len(key) <= 32
    await write(desk, "2")
    (visit, *_) = await visits(desk, case)
    assert visit.satisfaction is Satisfaction.SATISFIED


async def test_nobody_is_told_twice_of_the_same_nor_twice_a_day(desk, li):
    talk, _ = await complained(desk, li)
    notices, _ = outside(desk, Platform(), **BOTH)
    await hold(desk, talk)
    assert [await notices.look(), await notices.look()] == [1, 0]
    desk.clock.turn(hours=1)
    await write(desk, "在吗", reading("greet"))
    await hold(desk, talk)
    assert await notices.look() == 0
    desk.clock.turn(hours=24)
    assert await notices.look() == 1


async def test_progress_is_told_with_the_case_s_number_issue_and_state(desk, li):
    talk, case = await complained(desk, li)
    platform = Platform()
    notices, following = outside(desk, platform, template_progress=ID)
    await hold(desk, talk)
    await notices.look()
    await following.outbox.look()
    ((_, _, data, _),) = platform.templates
    assert data["character_string1"] == case.number
    assert set(data) == {"character_string1", "thing2", "phrase3", "time4"}


async def test_without_templates_everything_waits_for_the_customer(desk, li):
    talk, case = await complained(desk, li)
    notices, following = outside(desk, Platform())
    await is_asked(desk, following, talk, case)
    assert await notices.look() == 0
    assert await letters(desk, case) == []


async def test_nobody_is_told_outside_of_working_hours_nor_after_they_have_left(desk, li):
    talk, _ = await complained(desk, li)
    notices, _ = outside(desk, Platform(), **BOTH)
    await hold(desk, talk)
    desk.clock.turn(hours=14)
    assert await notices.look() == 0
    desk.clock.turn(hours=10)
    async with desk.units() as uow:
        (await uow.wechat.chat(talk)).subscribed = False
        await uow.commit()
    assert await notices.look() == 0


async def test_where_the_template_is_refused_the_subscription_is_used(desk, li):
    talk, case = await complained(desk, li)
    platform = Platform(WechatRefused("no right", 48001))
    notices, following = outside(desk, platform, template_progress=ID, subscribe_progress=f"{ID} thing9=说明")
    await hold(desk, talk)
    await notices.look()
    await following.outbox.look()
    assert platform.subscriptions == [(OPENID, ID, {"thing9": "回复任意内容查看详情"})]
    assert (await letters(desk, case))[0].state is LetterState.SENT


async def test_a_question_that_can_t_be_announced_is_asked_by_telephone(desk, li):
    talk, case = await complained(desk, li)
    platform = Platform(WechatRefused("declined", 43101))
    notices, following = outside(desk, platform, subscribe_rating=ID)
    async with desk.units() as uow:
        (await uow.cases.get(case.id)).fill("phone", PHONE)
        await uow.commit()
    await is_asked(desk, following, talk, case)
    await notices.look()
    await following.outbox.look()
    assert (await letters(desk, case))[0].state is LetterState.FAILED
    async with desk.units() as uow:
        assert [one.kind for one in await uow.tasks.of_case(case.id)].count(TaskKind.CALL) == 1


@pytest.mark.parametrize(
    ("problem", "settings", "state"),
    [
        (TryLater("busy", -1), {"template_progress": ID}, LetterState.WAITING),
        (Unknown("no answer"), {"template_progress": ID}, LetterState.WAITING),
        (Unknown("no answer"), {"subscribe_progress": ID}, LetterState.UNSURE),
    ],
)
async def test_a_template_message_is_sent_again_under_its_id_a_subscription_never(
    desk, li, problem, settings, state
):
    talk, case = await complained(desk, li)
    platform = Platform(problem)
    notices, following = outside(desk, platform, **settings)
    await hold(desk, talk)
    await notices.look()
    await following.outbox.look()
    assert (await letters(desk, case))[0].state is state
    desk.clock.turn(minutes=20)
    await following.outbox.look()
    assert len({key for *_, key in platform.templates}) <= 1
    assert len(platform.subscriptions) <= 1


@pytest.mark.parametrize(
    ("status", "state"), [("success", LetterState.SENT), ("failed:user block", LetterState.FAILED)]
)
async def test_what_wechat_says_later_of_a_template_message_is_believed(desk, li, status, state):
    talk, case = await complained(desk, li)
    notices, following = outside(desk, Platform(), **BOTH)
    async with desk.units() as uow:
        (await uow.cases.get(case.id)).fill("phone", PHONE)
        await uow.commit()
    await is_asked(desk, following, talk, case)
    await notices.look()
    await following.outbox.look()
    told = Inbound("gh", OPENID, 1, InboundKind.EVENT, event=FINISHED, extra={"Status": status})
    async with desk.units() as uow:
        await Results(desk.words)(uow, told, desk.clock.now())
        await uow.commit()
    assert (await letters(desk, case))[0].state is state
    async with desk.units() as uow:
        calls = [one for one in await uow.tasks.of_case(case.id) if one.kind is TaskKind.CALL]
    assert len(calls) == (state is LetterState.FAILED)
