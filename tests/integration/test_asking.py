"""Questions are put off to the end, never repeated in the same words, and let go in time."""

from bot.domain.case import CaseState
from tests.complaints import complain
from tests.rooms import reading


async def the_case(desk):
    (case,) = await desk.cases()
    return case


async def test_what_is_told_later_is_asked_once_more_at_the_end(desk):
    (*_, first) = await complain(desk)
    later, following = await desk.say("等会儿告诉你", reading(None))
    assert "不急" in later
    assert "买" in following
    await desk.say("昨天在永辉", reading("inform", date="昨天", place="永辉"))
    (again,) = await desk.say("13900001234", reading("inform", phone="13900001234"))
    assert (await desk.conversation()).question == "batch_no"
    assert again != first
    await desk.say("B123", reading("inform", batch_no="B123"))
    assert (await the_case(desk)).fields["batch_no"] == "B123"
    assert (await desk.conversation()).question == "confirm"


async def test_what_is_put_off_twice_is_let_go(desk):
    await complain(desk)
    await desk.say("我找找", reading("deny"))
    await desk.say("昨天在永辉", reading("inform", date="昨天", place="永辉"))
    await desk.say("13900001234", reading("inform", phone="13900001234"))
    await desk.say("晚点发", reading(None))
    assert (await the_case(desk)).fields["batch_no"] is None
    assert (await desk.conversation()).question == "confirm"


async def test_who_puts_off_the_last_question_is_not_asked_again_at_once(desk):
    await complain(desk)
    await desk.say("A1234", reading("inform", batch_no="A1234"))
    await desk.say("昨天在永辉", reading("inform", date="昨天", place="永辉"))
    (reply,) = await desk.say("等一下", reading(None))
    assert "不急" in reply or "慢慢来" in reply
    await desk.say("13900001234", reading("inform", phone="13900001234"))
    assert (await desk.conversation()).question == "confirm"


async def test_a_fact_that_was_put_off_is_taken_whenever_it_comes(desk):
    await complain(desk)
    await desk.say("等会儿发", reading(None))
    await desk.say("批号是A1234", reading("inform", batch_no="A1234"))
    assert (await the_case(desk)).fields["batch_no"] == "A1234"


async def test_no_question_is_asked_twice_in_the_same_words(desk):
    await complain(desk)
    for text, label in [("谢谢", "thank"), ("滚", "abuse"), ("你好", "greet"), ("骗子", "abuse")] * 4:
        await desk.say(text, reading(label))
    asked = [line.text for line in await desk.transcript() if (line.clause or "").startswith("K-ASK")]
    assert len(asked) == len(set(asked)) > 4


async def test_a_second_complaint_is_asked_about_in_other_words(desk):
    await complain(desk)
    await desk.say("就这些", reading("deny"), choice="submit")
    await desk.say("绿茶是浑的", reading("tea.turbid", product="绿茶"))
    await desk.say("没人喝", reading("deny"))
    asked = [line.text for line in await desk.transcript() if line.clause == "K-ASK-BATCH-NO"]
    assert len(asked) == len(set(asked)) == 2


async def test_insults_in_a_row_are_not_answered_in_the_same_words(desk):
    await complain(desk)
    answers = [(await desk.say(text, reading("abuse")))[0] for text in ("滚", "骗子", "垃圾")]
    assert len(set(answers)) == 3


async def test_interruptions_let_a_question_go_before_it_is_a_nuisance(desk):
    await complain(desk)
    for text, label in (("滚", "abuse"), ("今天真热", "chitchat"), ("你是机器人吧", "bot_challenge")):
        await desk.say(text, reading(label))
    assert (await the_case(desk)).fields["batch_no"] is None
    assert (await the_case(desk)).state is CaseState.DRAFT


async def test_what_the_host_site_knows_of_the_customer_is_not_asked_but_read_back(desk):
    await desk.intake.introduce("web", "visitor", "周敏", "13900001234")
    await complain(desk)
    await desk.say("A1234", reading("inform", batch_no="A1234"))
    (reply,) = await desk.say("昨天在永辉", reading("inform", date="昨天", place="永辉"))
    assert (await desk.conversation()).question == "confirm"
    assert "联系电话：13900001234" in reply.splitlines()
    assert (await the_case(desk)).fields["name"] == "周敏"


async def test_a_phone_that_the_customer_tells_counts_more_than_the_host_sites(desk):
    await desk.intake.introduce("web", "visitor", None, "13900001234")
    await desk.say("奶茶空盒，打我13800005678", reading("carton.empty", product="奶茶", phone="13800005678"))
    assert (await the_case(desk)).fields["phone"] == "13800005678"


async def test_what_the_host_site_says_is_only_taken_for_a_phone_if_it_is_one(desk):
    await desk.intake.introduce("web", "visitor", None, "打前台")
    await complain(desk)
    assert "phone" not in (await the_case(desk)).fields
