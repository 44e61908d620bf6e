"""What reviewers do: correct, split, skip, ask, differ and agree; and what of it a model is trained with."""

import pytest

from bot.domain.correction import CorrectionKind, Marked
from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.domain.people import Avoidance, Avoiding, Role
from bot.domain.review import ReviewState
from bot.services.inbox import Inbox, Outcome
from bot.services.review.reviewing import Given
from tests.people import person
from tests.rooms import reading

STRAW, OTHERS = "奶茶没给吸管啊", ("奶茶没给吸管啊！", "奶茶没给吸管啊。。")


async def trained(desk):
    async with desk.units() as uow:
        found = await uow.corrections.approved()
    return [part.written for one in found for part in one.parts]


async def state(desk, message_id):
    async with desk.units() as uow:
        return (await uow.reviews.find(message_id)).state


async def test_a_corrected_message_is_trained_with(desk, review, misread, zhou):
    ids = await misread(STRAW)
    await review.deeds.correct(
        ids[STRAW], zhou, [Given(STRAW, "carton.no_straw", (Marked("product", 0, 2),))]
    )
    assert await trained(desk) == ["[奶茶](product)没给吸管啊"]
    assert (await review.pages.inbox(zhou)).left == 0
    async with desk.units() as uow:
        (found,) = await uow.corrections.of_message(ids[STRAW])
    assert (found.by, found.at, found.kind) == ("zhou", desk.clock.now(), CorrectionKind.LABEL)


async def test_one_answer_settles_a_group(desk, review, misread, zhou):
    ids = await misread(STRAW, *OTHERS)
    done = await review.deeds.correct(
        ids[STRAW], zhou, [Given(STRAW, "carton.no_straw")], [ids[text] for text in OTHERS]
    )
    assert done == 3
    assert len(await trained(desk)) == 3
    assert (await review.pages.inbox(zhou)).listed == ()


async def test_messages_of_other_groups_are_not_settled_along(desk, review, misread, zhou):
    ids = await misread(STRAW, "楼上天天装修太吵")
    with pytest.raises(InvalidInput):
        await review.deeds.correct(
            ids[STRAW], zhou, [Given(STRAW, "carton.no_straw")], [ids["楼上天天装修太吵"]]
        )
    assert await trained(desk) == []


async def test_nothing_personal_is_kept_whatever_the_reviewer_hands_in(desk, review, misread, zhou):
    text = "杨女士的电话13812345678没人打"
    ids = await misread(text, as_=reading(None, 0.3, phone="13812345678"))
    await review.deeds.correct(ids[text], zhou, [Given(text, "courier.service")])
    assert await trained(desk) == ["杨女士的电话00000000000没人打"]
    shown = await review.pages.shown(ids[text], zhou)
    assert "13812345678" not in str(shown)


async def test_a_split_message_gives_two_rows(desk, review, misread, zhou):
    text = "粥是酸的，客服还骂人"
    ids = await misread(text)
    rows = [Given("粥是酸的", "porridge.sour"), Given("客服还骂人", "service.quality")]
    await review.deeds.correct(ids[text], zhou, rows)
    assert await trained(desk) == ["粥是酸的", "客服还骂人"]


async def test_off_topic_is_learned_as_small_talk_and_what_was_skipped_is_not_learned(
    desk, review, misread, zhou
):
    ids = await misread("今天股市怎么样", "楼上天天装修太吵")
    await review.deeds.off_topic(ids["今天股市怎么样"], zhou, Given("今天股市怎么样", ""))
    await review.deeds.skip(ids["楼上天天装修太吵"], zhou)
    async with desk.units() as uow:
        (found,) = await uow.corrections.approved()
    assert [(part.text, part.label) for part in found.parts] == [("今天股市怎么样", "chitchat")]


async def test_two_who_differ_teach_nothing_until_it_is_settled(desk, review, misread, zhou, li):
    ids = await misread(STRAW)
    await review.deeds.correct(ids[STRAW], zhou, [Given(STRAW, "carton.no_straw")])
    await review.deeds.correct(ids[STRAW], li, [Given(STRAW, "carton.empty")])
    assert await trained(desk) == []
    assert (await review.pages.inbox(zhou)).disputed == 1
    shown = await review.pages.shown(ids[STRAW], zhou)
    assert shown.may_settle
    assert {(one.by, one.mine) for one in shown.answers} == {("zhou", True), ("li", False)}
    mine = next(one for one in shown.answers if one.mine)
    theirs = next(one for one in shown.answers if not one.mine)
    with pytest.raises(NotAllowed):
        await review.deeds.settle(ids[STRAW], mine.id, zhou)
    await review.deeds.settle(ids[STRAW], theirs.id, zhou)
    async with desk.units() as uow:
        (found,) = await uow.corrections.approved()
    assert (found.by, found.parts[0].label) == ("li", "carton.empty")
    with pytest.raises(Conflict):
        await review.deeds.settle(ids[STRAW], theirs.id, zhou)


async def test_a_third_person_settles_a_disagreement(desk, review, misread, zhou, li):
    ids, chen = await misread(STRAW), await person(desk, "chen", Role.ADMIN)
    await review.deeds.correct(ids[STRAW], zhou, [Given(STRAW, "carton.no_straw")])
    await review.deeds.skip(ids[STRAW], li)
    assert await state(desk, ids[STRAW]) is ReviewState.DISPUTED
    answers = (await review.pages.shown(ids[STRAW], chen)).answers
    await review.deeds.settle(ids[STRAW], next(one.id for one in answers if one.by == "zhou"), chen)
    assert await trained(desk) == [STRAW]


async def test_who_changes_their_mind_ends_the_disagreement(desk, review, misread, zhou, li):
    ids = await misread(STRAW)
    await review.deeds.correct(ids[STRAW], zhou, [Given(STRAW, "carton.no_straw")])
    await review.deeds.correct(ids[STRAW], li, [Given(STRAW, "carton.empty")])
    await review.deeds.correct(ids[STRAW], li, [Given(STRAW, "carton.no_straw")])
    assert await state(desk, ids[STRAW]) is ReviewState.SETTLED
    assert await trained(desk) == [STRAW]


async def test_a_colleague_is_asked_and_their_answer_is_shown(desk, review, misread, zhou):
    ids, wang = await misread(STRAW), await person(desk, "wang")
    await review.deeds.ask(ids[STRAW], zhou, "wang", "这算空包吗？")
    inbox = Inbox(desk.units, desk.words, desk.clock, str, {})
    (entry,) = await inbox.of(wang)
    assert STRAW in entry.task.title
    assert "这算空包吗？" in entry.task.title
    assert (await review.pages.shown(ids[STRAW], zhou)).asked[0].said is None
    await inbox.decide(entry.task.id, wang, Outcome.DONE, "是没有吸管", entry.version)
    assert (await review.pages.shown(ids[STRAW], zhou)).asked[0].said == "是没有吸管"


async def test_who_can_not_read_conversations_is_not_asked(desk, review, misread, zhou):
    ids = await misread(STRAW)
    await person(desk, "dept", Role.DEPARTMENT, department="production")
    for login in ("dept", "zhou", "nobody"):
        with pytest.raises(InvalidInput):
            await review.deeds.ask(ids[STRAW], zhou, login, "")


async def test_who_keeps_out_of_a_conversation_finds_nothing_of_it(desk, review, misread, zhou, li):
    await desk.say("一箱牛奶有一盒是空的", reading("carton.empty", 0.95), visitor=STRAW)
    ids = await misread(STRAW)
    (case,) = await desk.cases(STRAW)
    async with desk.units() as uow:
        row = Avoidance("zhou", case.id, case.conversation_id, Avoiding.BY_HAND, desk.clock.now())
        uow.avoidances.add(row)
        await uow.commit()
    assert (await review.pages.inbox(zhou)).left == 0
    assert (await review.pages.inbox(zhou)).listed == ()
    with pytest.raises(NotFound):
        await review.pages.shown(ids[STRAW], zhou)
    with pytest.raises(NotFound):
        await review.deeds.skip(ids[STRAW], zhou)
    assert (await review.pages.inbox(li)).left == 1


async def test_every_deed_is_in_the_audit_log(desk, review, misread, zhou):
    ids = await misread(STRAW, "楼上天天装修太吵")
    await review.deeds.correct(ids[STRAW], zhou, [Given(STRAW, "carton.no_straw")])
    await review.deeds.skip(ids["楼上天天装修太吵"], zhou)
    await review.proposing.put(None, zhou, "充电桩", "", "", [])
    async with desk.units() as uow:
        entries = await uow.audit.after(0, 100)
    assert [(one.actor, one.deed) for one in entries if one.actor == "zhou"] == [
        ("zhou", "message_corrected"), ("zhou", "message_skipped"), ("zhou", "label_proposed"),
    ]  # fmt: skip
    assert STRAW not in str([one.details for one in entries])


async def test_a_new_label_says_what_it_still_lacks(desk, review, zhou):
    clause = next(iter(desk.words.handbook.clauses))
    put = await review.proposing.put(None, zhou, "充电桩", "小区的", clause, ["充电桩坏了 13812345678"] * 2)
    assert put.missing == ("例句还差 19 条",)
    assert put.examples == ["充电桩坏了 00000000000"]
    examples = [f"充电桩坏了{number}天" for number in range(20)]
    put = await review.proposing.put(put.id, zhou, "充电桩", "小区的", clause, examples)
    assert put.missing == ()
    assert [one.id for one in await review.proposing.all()] == [put.id]


@pytest.mark.parametrize(("title", "clause"), [("空包", ""), ("充电桩", "K-NO-SUCH"), ("", "")])
async def test_a_label_that_is_there_or_a_clause_that_is_not_is_refused(review, zhou, title, clause):
    title = review.pages.choices[0].title if title == "空包" else title
    with pytest.raises(InvalidInput):
        await review.proposing.put(None, zhou, title, "", clause, [])
