from datetime import timedelta

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, RevisionRefused
from bot.domain.handbook.editions import EditionState, named
from bot.domain.people import Role
from bot.services.editions import EditionsInForce
from bot.services.handbook_editing import Typed
from bot.services.handbook_shapes import Wanted
from bot.services.words import Words
from tests.complaints import EMPTY_PACK, complain
from tests.people import person

GREETING = "S-DEEP-1"
NEW = "您好，这里是本公司的客服，请问有什么可以帮您？"


def greeting(desk):
    return desk.words.situation("greet", "hans").text


async def test_the_bot_says_approved_words_at_once_and_the_message_names_their_version(desk, put_in_force):
    edition = await put_in_force(GREETING, {"1": NEW})
    reply = desk.words.situation("greet", "hans")
    assert (reply.text, reply.clause, reply.version) == (NEW, GREETING, edition.version)
    assert edition.version == 1001


async def test_a_draft_is_not_said(desk, editing, typed, zhou):
    before = greeting(desk)
    await editing.save(GREETING, typed(GREETING, {"1": NEW}), zhou)
    assert greeting(desk) == before


async def test_who_wrote_a_draft_cannot_approve_it_while_somebody_else_could(editing, typed, zhou, sun):
    draft = await editing.save(GREETING, typed(GREETING, {"1": NEW}), zhou)
    with pytest.raises(NotAllowed, match="另一位主管"):
        await editing.approve(draft.id, draft.revision, zhou)


async def test_an_only_supervisor_approves_alone(desk, editing, typed, zhou):
    await person(desk, "wang", Role.SENIOR)
    draft = await editing.save(GREETING, typed(GREETING, {"1": NEW}), zhou)
    await editing.approve(draft.id, draft.revision, zhou)
    assert greeting(desk) == NEW


async def test_nobody_approves_words_they_have_not_seen(editing, typed, zhou, sun):
    draft = await editing.save(GREETING, typed(GREETING, {"1": NEW}), zhou)
    seen = draft.revision
    later = typed(GREETING, {"1": "您好，有什么事？"}, revision=seen)
    await editing.save(GREETING, later, zhou)
    with pytest.raises(Conflict, match="刚刚有人改过"):
        await editing.approve(draft.id, seen, sun)


async def test_two_people_do_not_write_over_each_others_draft(editing, typed, zhou, sun):
    await editing.save(GREETING, typed(GREETING, {"1": NEW}), zhou)
    with pytest.raises(Conflict, match="草稿"):
        await editing.save(GREETING, typed(GREETING, {"1": "您好，有什么事？"}), sun)


async def test_words_begin_at_their_time(desk, in_force, put_in_force):
    start = desk.clock.now() + timedelta(hours=2)
    await put_in_force(GREETING, {"1": NEW}, wanted_from=start)
    assert greeting(desk) != NEW
    desk.clock.turn(hours=2)
    await in_force.refresh()
    assert greeting(desk) == NEW


async def test_a_time_that_is_over_begins_with_the_approval(desk, put_in_force):
    edition = await put_in_force(GREETING, {"1": NEW}, wanted_from=desk.clock.now() - timedelta(days=3))
    assert edition.effective_from == desk.clock.now()


async def test_what_has_not_begun_can_be_withdrawn(desk, editing, in_force, put_in_force, sun):
    edition = await put_in_force(GREETING, {"1": NEW}, wanted_from=desk.clock.now() + timedelta(hours=2))
    await editing.withdraw(edition.id, edition.revision, sun)
    desk.clock.turn(hours=3)
    await in_force.refresh()
    assert greeting(desk) != NEW


async def test_what_has_begun_cannot_be_withdrawn(editing, put_in_force, sun):
    edition = await put_in_force(GREETING, {"1": NEW})
    with pytest.raises(Conflict, match="已经生效"):
        await editing.withdraw(edition.id, edition.revision, sun)


async def test_the_printed_words_come_back(desk, editing, put_in_force, zhou, sun):
    printed = greeting(desk)
    await put_in_force(GREETING, {"1": NEW})
    draft = await editing.restore(GREETING, "原文更好", None, zhou)
    await editing.approve(draft.id, draft.revision, sun)
    reply = desk.words.situation("greet", "hans")
    assert (reply.text, reply.version) == (printed, 1)


async def test_what_was_never_changed_cannot_be_restored(editing, zhou):
    with pytest.raises(InvalidInput, match="就是原文"):
        await editing.restore(GREETING, "", None, zhou)


async def test_old_versions_keep_their_words(desk, put_in_force):
    first = await put_in_force(GREETING, {"1": NEW})
    second = await put_in_force(GREETING, {"1": "您好，有什么事？"})
    assert desk.words.of_version(GREETING, first.version).wording[0].text == NEW
    assert desk.words.of_version(GREETING, second.version).wording[0].text == "您好，有什么事？"
    assert desk.words.of_version(GREETING, 1).wording[0].text.startswith("您好,感谢您选择")


async def test_another_process_takes_up_new_words_and_asks_only_for_what_changed(desk, put_in_force):
    words = Words(desk.words.printed, desk.words.company, desk.words._convert, desk.words.phone_hash)
    elsewhere = EditionsInForce(desk.units, desk.units, words, desk.clock)
    await elsewhere.begin()
    assert words.handbook is words.printed
    await put_in_force(GREETING, {"1": NEW})
    await elsewhere.refresh()
    taken_up = words.handbook
    assert words.situation("greet", "hans").text == NEW
    await elsewhere.refresh()
    assert words.handbook is taken_up


async def test_a_turn_under_way_keeps_its_handbook(desk, put_in_force):
    words = desk.words.kept()
    await put_in_force(GREETING, {"1": NEW})
    assert words.situation("greet", "hans").text != NEW
    assert desk.words.situation("greet", "hans").text == NEW


async def test_all_actions_of_one_turn_speak_from_one_handbook(desk, put_in_force):
    await complain(desk)
    asked = (await desk.transcript())[-1]
    printed = desk.words.handbook.clause(asked.clause)
    polite = {unit.key: f"{unit.sent}谢谢您。" for way in named(printed) for unit in way}
    run = desk.room.server.run

    async def run_and_change(call, turn, place):
        answer = await run(call, turn, place)
        if place == 1:
            await put_in_force(asked.clause, polite)
        return answer

    desk.room.server.run = run_and_change
    said = await desk.say(EMPTY_PACK, visitor="another")
    assert (said[-1], "谢谢您。" in said[-1]) == (asked.text, False)
    desk.room.server.run = run
    assert "谢谢您。" in (await desk.say(EMPTY_PACK, visitor="a third"))[-1]


async def test_a_pack_that_changes_leaves_its_old_words_to_old_conversations(desk, in_force):
    await in_force.begin()
    async with desk.units() as uow:
        (kept,) = [one for one in await uow.editions.printed() if one.clause == GREETING]
    assert (kept.version, kept.ways[0][0]["text"]) == (1, desk.words.printed.clause(GREETING).quotation)
    again = EditionsInForce(desk.units, desk.units, desk.words, desk.clock)
    await again.begin()
    assert desk.words.of_version(GREETING, 1).quotation == kept.ways[0][0]["text"]


async def test_words_that_a_changed_pack_refuses_are_left_out_and_the_desk_still_speaks(
    desk, in_force, put_in_force
):
    edition = await put_in_force(GREETING, {"1": NEW})
    async with desk.units() as uow:
        broken = await uow.editions.get(edition.id, lock=True)
        broken.ways = [[{"key": "1", "text": "{nonsense.value}"}]]
        broken.revision += 1
        await uow.commit()
    fresh = EditionsInForce(desk.units, desk.units, desk.words, desk.clock)
    await fresh.begin()
    assert greeting(desk).startswith("您好,感谢您选择")
    assert "nonsense" in fresh.broken[GREETING]


async def test_a_quotation_says_that_it_is_the_companys_and_keeps_its_source(desk, put_in_force):
    await put_in_force(GREETING, {"1": NEW})
    clause = desk.words.handbook.clause(GREETING)
    assert (clause.is_revised, clause.document, clause.place) == (True, "D24", "001:577")


async def test_every_deed_is_written_down(desk, editing, put_in_force, typed, zhou, sun):
    await put_in_force(GREETING, {"1": NEW})
    draft = await editing.save(GREETING, typed(GREETING, {"1": "您好，有什么事？"}), zhou)
    await editing.reject(draft.id, draft.revision, "太生硬", sun)
    async with desk.units() as uow:
        entries = await uow.audit.after(0, 100)
    deeds = [(one.actor, one.deed) for one in entries if one.object == f"clause:{GREETING}"]
    assert deeds == [
        ("zhou", "clause_drafted"),
        ("sun", "clause_approved"),
        ("zhou", "clause_drafted"),
        ("sun", "clause_rejected"),
    ]


async def test_a_rejected_draft_makes_room_for_the_next(editing, typed, zhou, sun):
    draft = await editing.save(GREETING, typed(GREETING, {"1": NEW}), zhou)
    with pytest.raises(InvalidInput, match="为什么"):
        await editing.reject(draft.id, draft.revision, " ", sun)
    await editing.reject(draft.id, draft.revision, "太生硬", sun)
    following = await editing.save(GREETING, typed(GREETING, {"1": "您好，有什么可以帮您？"}), zhou)
    assert (following.number, following.state) == (2, EditionState.DRAFT)


async def test_only_ones_own_draft_is_discarded(editing, typed, zhou, sun):
    draft = await editing.save(GREETING, typed(GREETING, {"1": NEW}), zhou)
    with pytest.raises(NotAllowed, match="退回"):
        await editing.discard(draft.id, draft.revision, sun)
    assert (await editing.discard(draft.id, draft.revision, zhou)).state is EditionState.DISCARDED


async def test_nothing_is_saved_that_changes_nothing_or_is_no_clause(editing, typed, zhou):
    with pytest.raises(InvalidInput, match="一样"):
        await editing.save(GREETING, typed(GREETING), zhou)
    with pytest.raises(NotFound):
        await editing.save("S-NONE-1", Typed(()), zhou)


async def test_a_refused_draft_leaves_nothing(desk, editing, typed, zhou):
    with pytest.raises(RevisionRefused, match="不能对顾客说"):
        await editing.save(GREETING, typed(GREETING, {"1": "您好，绝对没有这种事。"}), zhou)
    async with desk.units() as uow:
        assert await uow.editions.drafts() == []


async def test_a_companys_switch_goes_on_meaning_the_same_sentence(desk, editing, put_in_force):
    await put_in_force("S-BEV-TETRA-1", {"2": ""}, added=["我们会认真查明原因。"])
    clause = desk.words.handbook.clause("S-BEV-TETRA-1")
    assert [clause.unit_key(index) for index in range(5)] == [
        f"S-BEV-TETRA-1#{key}" for key in (1, 3, 4, 5, 6)
    ]
    assert desk.words.handbook.held() >= {"S-BEV-TETRA-1#4"}
    assert "偷喝" not in desk.words.clause("S-BEV-TETRA-1", "hans").text


@pytest.mark.parametrize(
    "changed",
    [
        {"4": "运输工有偷喝饮料的行为。"},
        {"4": "换了一句无害的话。"},
    ],
)
async def test_a_sentence_that_its_pack_holds_stays_held_whatever_it_says(desk, put_in_force, changed):
    await put_in_force("S-BEV-TETRA-1", changed)
    assert changed["4"] not in desk.words.clause("S-BEV-TETRA-1", "hans").text


async def test_found_by_words_by_pinyin_by_id_and_by_pack(pages, put_in_force):
    await put_in_force(GREETING, {"1": NEW})

    async def found(**wanted):
        return [row.clause.id for row in (await pages.views.listed(Wanted(**wanted))).rows]

    assert GREETING in await found(words="本公司的客服")
    assert GREETING in await found(words="bengongsidekefu")
    assert (await found(words="s-deep-1"))[0] == GREETING
    assert await found(show="revised") == [GREETING]
    assert GREETING not in await found(words="本公司的客服", pack="hotel")


async def test_a_clause_tells_where_it_is_used(pages):
    view = await pages.views.clause("S-BEV-TETRA-1")
    assert {use.kind for use in view.uses} == {"投诉事项", "答复的问题"}
    assert (view.document != "", view.pack) == (True, "饮料与食品")
    closing = await pages.views.clause("S-BEV-CLOSE-1")
    assert "S-BEV-TETRA-1" in {use.clause for use in closing.uses}


async def test_every_clause_has_a_title_for_people(desk, pages):
    assert pages.views.title(desk.words.printed.clause("S-DEEP-1")) == "顾客打招呼或打开页面"
    assert pages.views.title(desk.words.printed.clause("S-BEV-TETRA-1")).startswith("一箱软包装饮料")
    assert pages.views.title(desk.words.printed.clause("K-CARE-1")) == "食用后身体不适"
    assert all(map(pages.views.title, desk.words.printed.clauses.values()))


async def test_agents_find_the_new_words(desk, pages, put_in_force, database):
    from bot.adapters.pinyin import all_syllables
    from bot.services.handbook_search import HandbookSearch
    from bot.services.titles import titles

    called = titles(desk.words.printed)
    search = HandbookSearch(desk.units, desk.words, desk.clock, database.tokens, all_syllables, called)
    await desk.say("你好")
    talk, agent = (await desk.conversation()).id, await person(desk, "li")
    assert "S-DEEP-3" in {one.clause for one in await search.find(talk, "S-DEEP-3", agent)}
    await put_in_force("S-DEEP-3", added=["我们马上着手查办。"])
    (found,) = [one for one in await search.find(talk, "马上着手查办", agent) if one.clause == "S-DEEP-3"]
    assert found.version == 1001
