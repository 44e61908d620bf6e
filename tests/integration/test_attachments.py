"""Photos and videos in a conversation: whose they are, which case they belong to, and what is answered."""

import asyncio

import pytest

from bot.domain.attachment import UNUSED_FOR, FileState, Kind
from bot.domain.conversation import Delivery
from bot.domain.errors import Conflict, InvalidInput, TooLarge, TooManyRequests
from bot.services.attachments import ADDED, use
from bot.services.uploads import UploadLimits, Uploads
from tests.complaints import EMPTY_PACK, complain
from tests.files import QuickMedia, photo, stream, video
from tests.records import a_user, store
from tests.rooms import reading

RED, BLUE = photo(), photo(color=(0, 0, 200))


async def rows(desk, *ids):
    async with desk.units() as uow:
        return [await uow.attachments.get(one) for one in ids]


async def history(desk, case):
    async with desk.units() as uow:
        return [event.kind for event in await uow.cases.history(case.id)]


def says(desk, situation, line):
    """Whether a line is one of the ways in which the desk speaks in this situation."""
    known = desk.words.company.values()
    count = len(desk.words.handbook.situation(situation))
    return line in [desk.words.handbook.speak(situation, known, nth=nth).text for nth in range(count)]


async def test_what_is_uploaded_is_kept_with_its_hash_and_a_shown_copy(desk):
    file = await desk.upload(RED, name="破损.png")
    (row,) = await rows(desk, file.id)
    assert (row.state, row.kind, row.name, row.size) == (FileState.READY, Kind.IMAGE, "破损.jpg", len(RED))
    assert desk.files.kept[row.original_key] == RED
    assert desk.files.kept[row.shown_key] == b"shown " + RED[-4:]
    assert row.copy_size == len(desk.files.kept[row.shown_key])


async def test_a_video_is_kept_once_and_measured(desk):
    file = await desk.upload(video(640, 360), name="a.mov")
    assert (file.kind, file.name, file.width, file.height) == (Kind.VIDEO, "a.mp4", 640, 360)
    assert list(desk.files.kept) == [file.original_key]


@pytest.mark.parametrize("content", [b"<html>", b"", video()[:-9]], ids=["html", "nothing", "half a video"])
async def test_what_is_refused_leaves_nothing_behind(desk, content):
    with pytest.raises(InvalidInput):
        await desk.upload(content)
    assert desk.files.kept == {}
    async with desk.units() as uow:
        assert await uow.attachments.sent("web", "visitor", desk.clock.now() - UNUSED_FOR) == (0, 0)


@pytest.mark.parametrize("content", [RED + b"\0" * 1024 * 1024, video(frames=b"x" * 3 * 1024 * 1024)])
async def test_too_large_a_file_is_refused_while_it_comes(desk, units, content):
    small = Uploads(units, desk.files, QuickMedia(), desk.clock, UploadLimits(photo=1, video=2))
    taken = 0

    async def counted():
        nonlocal taken
        async for piece in stream(content, 100_000):
            taken += len(piece)
            yield piece

    with pytest.raises(TooLarge, match="最多"):
        await small.receive("web", "visitor", "a", counted())
    assert taken <= 2 * 1024 * 1024 + 200_000
    assert desk.files.kept == {}


async def test_the_same_upload_twice_is_one_file_until_it_is_sent(desk):
    first, again = await desk.upload(RED), await desk.upload(RED)
    assert again.id == first.id
    assert len(desk.files.kept) == 2
    assert (await desk.upload(RED, visitor="somebody else")).id != first.id
    await desk.send("看", attachments=[first.id])
    assert (await desk.upload(RED)).id != first.id


async def test_a_flood_of_files_is_stopped_for_a_day(desk, units):
    few = Uploads(units, desk.files, QuickMedia(), desk.clock, UploadLimits(files_a_day=2))
    for content in (RED, BLUE):
        await few.receive("web", "visitor", "a", stream(content))
    with pytest.raises(TooManyRequests):
        await few.receive("web", "visitor", "a", stream(photo("PNG")))
    await few.receive("web", "somebody else", "a", stream(RED))
    desk.clock.turn(hours=25)
    await few.receive("web", "visitor", "a", stream(photo("PNG")))


async def test_a_flood_of_bytes_is_stopped_for_a_day(desk, units):
    little = Uploads(units, desk.files, QuickMedia(), desk.clock, UploadLimits(a_day=1))
    await little.receive("web", "visitor", "a", stream(video(frames=b"x" * 2 * 1024 * 1024)))
    with pytest.raises(TooManyRequests):
        await little.receive("web", "visitor", "a", stream(RED))


async def test_a_message_can_be_photos_alone(desk):
    file = await desk.upload(RED)
    message = await desk.send("", attachments=[file.id])
    assert (message.text, message.files) == ("", 1)
    (row,) = await rows(desk, file.id)
    assert (row.message_id, row.conversation_id) == (message.id, message.conversation_id)


async def test_a_message_without_words_and_photos_is_refused(desk):
    with pytest.raises(InvalidInput):
        await desk.send("")
    with pytest.raises(InvalidInput):
        await desk.send("  ", attachments=["01k0000000000000000000000x"])


async def test_nobody_can_send_what_somebody_else_uploaded(desk):
    file = await desk.upload(RED, visitor="somebody else")
    with pytest.raises(InvalidInput):
        await desk.send("看", attachments=[file.id])
    assert await desk.intake.conversation_id("web", "visitor") is None


async def test_a_file_is_sent_with_one_message_only(desk):
    file = await desk.upload(RED)
    await desk.send("看", attachments=[file.id])
    with pytest.raises(InvalidInput):
        await desk.send("再看", attachments=[file.id])


async def test_a_message_sent_again_keeps_its_photos_and_stays_one(desk):
    file = await desk.upload(RED)
    known = {"client_id": "m1", "attachments": [file.id]}
    first = await desk.intake.receive("web", "visitor", "看", **known)
    again = await desk.intake.receive("web", "visitor", "看", **known)
    assert again.id == first.id
    assert (await rows(desk, file.id))[0].message_id == first.id


async def test_ten_photos_are_too_many_for_one_message(desk):
    with pytest.raises(InvalidInput, match="9"):
        await desk.send("看", attachments=[f"f{nth}" for nth in range(10)])


async def test_what_no_message_used_is_deleted_after_a_day(desk):
    unused, sent = await desk.upload(RED), await desk.upload(BLUE)
    await desk.send("看", attachments=[sent.id])
    desk.clock.turn(hours=23)
    assert await desk.uploads.purge() == 0
    desk.clock.turn(hours=2)
    assert await desk.uploads.purge() == 1
    assert set(desk.files.kept) == {sent.original_key, sent.shown_key}
    with pytest.raises(InvalidInput):
        await desk.send("看", attachments=[unused.id])


async def test_an_interrupted_purge_is_finished_by_the_next_one(desk, monkeypatch):
    file = await desk.upload(RED)
    desk.clock.turn(hours=25)

    async def breaks(key):
        raise OSError(key)

    with monkeypatch.context() as broken:
        broken.setattr(desk.files, "delete", breaks)
        with pytest.raises(OSError, match=file.id):
            await desk.uploads.purge()
    with pytest.raises(InvalidInput):
        await desk.send("看", attachments=[file.id])
    await desk.uploads.purge()
    assert desk.files.kept == {}


async def test_a_crashed_upload_is_found_by_the_purge(desk, units):
    class Crash(BaseException):
        pass

    async def crashing():
        yield RED
        raise Crash

    file = Uploads(units, desk.files, QuickMedia(), desk.clock)
    file._delete = _nothing  # a process that died deletes nothing
    with pytest.raises(Crash):
        await file.receive("web", "visitor", "a", crashing())
    desk.clock.turn(hours=25)
    assert await desk.uploads.purge() == 1
    assert await desk.uploads.purge() == 0


async def _nothing(file):
    """Delete nothing."""


async def test_a_message_that_takes_what_is_just_being_given_up_loses_the_race(desk, units):
    file = await desk.upload(RED)
    message = await desk.send("看")
    async with units() as uow:
        seen_before = await uow.attachments.get(file.id)
        await uow.attachments.give_up_unused(desk.clock.now() + UNUSED_FOR)
        use([seen_before], message)
        with pytest.raises(Conflict):
            await uow.flush()


async def test_two_messages_at_once_share_no_file(desk):
    file = await desk.upload(RED)
    sent = await asyncio.gather(
        desk.send("看", attachments=[file.id]),
        desk.send("看看", attachments=[file.id]),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, InvalidInput) for one in sent) == [False, True]


async def test_photos_that_come_with_the_complaint_belong_to_its_case(desk):
    file = await desk.upload(RED)
    await desk.say(EMPTY_PACK, reading("carton.empty", product="奶茶"), attachments=[file.id])
    (case,) = await desk.cases()
    assert (await rows(desk, file.id))[0].case_id == case.id
    assert await history(desk, case) == ["opened", ADDED]


async def test_a_photo_before_the_complaint_is_asked_about_and_belongs_to_it(desk):
    file = await desk.upload(RED)
    (answer,) = await desk.say("", attachments=[file.id])
    assert says(desk, "photo_without_case", answer)
    desk.clock.turn(minutes=30)
    await complain(desk)
    (case,) = await desk.cases()
    assert (await rows(desk, file.id))[0].case_id == case.id


async def test_a_photo_of_hours_ago_belongs_to_no_later_complaint(desk):
    file = await desk.upload(RED)
    await desk.say("", attachments=[file.id])
    desk.clock.turn(minutes=61)
    await complain(desk)
    assert (await rows(desk, file.id))[0].case_id is None


async def test_a_photo_amid_questions_is_noted_and_the_question_comes_in_other_words(desk):
    *_, question = await complain(desk)
    asked = (await desk.conversation()).question
    file = await desk.upload(RED)
    noted, again = await desk.say("", attachments=[file.id])
    assert says(desk, "photo_noted", noted)
    assert again != question
    assert (await desk.conversation()).question == asked
    assert (await desk.transcript())[-1].choices
    (case,) = await desk.cases()
    assert (await rows(desk, file.id))[0].case_id == case.id


async def test_beside_further_photos_only_the_buttons_come_back(desk):
    await complain(desk)
    for content in (RED, BLUE, photo("PNG")):
        file = await desk.upload(content)
        answer = await desk.say("", attachments=[file.id])
    (case,) = await desk.cases()
    assert len(answer) == 1
    assert says(desk, "photo_noted.question", answer[0])
    assert (await desk.transcript())[-1].choices
    assert case.asked[(await desk.conversation()).question] == 2


async def test_several_photos_that_wait_together_get_one_answer(desk):
    await complain(desk)
    for content in (RED, BLUE):
        message = await desk.send("", attachments=[(await desk.upload(content)).id])
    while await desk.turns.answer_next(message.conversation_id):
        pass
    transcript = await desk.transcript()
    after = [line.text for line in transcript if line.seq > message.seq]
    assert (
        sum(says(desk, "photo_noted", text) or says(desk, "photo_noted.question", text) for text in after)
        == 1
    )
    assert transcript[-1].seq > message.seq


async def test_a_photo_alone_is_never_sent_to_the_model(desk):
    await complain(desk)
    desk.room.down = True
    file = await desk.upload(RED)
    assert says(desk, "photo_noted", (await desk.say("", attachments=[file.id]))[0])


async def test_the_answer_to_a_photo_follows_the_customers_script(desk):
    await desk.say("一箱奶茶裡有一盒是空的", reading("carton.empty", script="hant", product="奶茶"))
    (noted, *_) = await desk.say("", attachments=[(await desk.upload(RED)).id])
    assert desk.words.in_script(noted, "hant") == noted
    assert desk.words.in_script(noted, "hans") != noted


async def test_a_photo_to_an_accepted_case_is_added_to_it(desk):
    await complain(desk)
    await desk.silence(minutes=20)
    await desk.silence(minutes=20)
    (case,) = await desk.cases()
    file = await desk.upload(video(), name="a.mp4")
    (answer,) = await desk.say("", attachments=[file.id])
    assert says(desk, "photo_noted", answer)
    assert (await rows(desk, file.id))[0].case_id == case.id


async def test_what_an_agent_is_sent_goes_to_the_agent(desk):
    await complain(desk)
    (case,) = await desk.cases()
    await store(desk.units, ("people", a_user("wang")))
    conversation = await desk.conversation()
    await desk.agents.claim(conversation.id, "wang", "小王")
    file = await desk.upload(RED)
    assert await desk.say("", attachments=[file.id]) == []
    assert (await desk.transcript())[-1].delivery is Delivery.FOR_HUMAN
    assert (await rows(desk, file.id))[0].case_id == case.id
    told = await desk.upload(BLUE)
    await desk.say("还有这张", reading("inform"), attachments=[told.id])
    assert (await rows(desk, told.id))[0].case_id == case.id


async def test_a_question_for_evidence_is_answered_by_a_photo(desk, monkeypatch):
    await complain(desk)
    (case,) = await desk.cases()
    async with desk.units() as uow:
        conversation = await uow.conversations.get(case.conversation_id)
        conversation.question = "evidence"
        await uow.commit()
    rule = desk.words.handbook.issue("carton.empty")
    asking = rule.__class__(**{**vars(rule), "ask": ("evidence", *rule.ask)})
    monkeypatch.setattr("bot.services.cases.rule_of", lambda *_: asking)
    noted, _ = await desk.say("", attachments=[(await desk.upload(RED)).id])
    assert says(desk, "photo_noted", noted)
    (case,) = await desk.cases()
    assert case.fields["evidence"] == "1张照片"
    assert (await desk.conversation()).question not in (None, "evidence")
