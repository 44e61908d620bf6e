"""The handbook at hand: what fits first, filled in, in the customer's script; and what counts as quoted."""

import pytest

from bot.domain.errors import NotFound
from bot.domain.people import Avoidance, Avoiding
from bot.services.quoting import quoted


@pytest.fixture
def handbook(assistance):
    return assistance.handbook


@pytest.fixture
def backend():
    """What is looked through is in memory: the database makes no difference."""
    return "sqlite"


async def test_without_words_the_clauses_for_this_issue_come_first(handbook, talk, li, desk):
    (case,) = await desk.cases()
    found = await handbook.find(talk, "", li)
    rule = desk.words.handbook.issue(case.issue)
    assert found[0].clause in rule.say
    assert all(one.fits for one in found)


@pytest.mark.parametrize("typed", ["空包", "kongbao", "S-BEV-TETRA-1", "s-bev-tetra-1"])
async def test_a_clause_is_found_by_what_it_answers_by_pinyin_and_by_its_id(handbook, talk, li, typed):
    found = await handbook.find(talk, typed, li)
    assert found[0].clause == "S-BEV-TETRA-1"


async def test_what_the_case_and_the_company_know_is_filled_in(handbook, talk, li, desk):
    (case,) = await desk.cases()
    (found,) = [one for one in await handbook.find(talk, "K-ACCEPTED", li) if one.clause == "K-ACCEPTED"][:1]
    assert case.number in found.text
    assert "待填" not in found.text
    assert found.missing == ()


async def test_a_blank_that_nobody_can_fill_is_marked_and_named(handbook, talk, li):
    (marked,) = await handbook.find(talk, "K-HANDLING-WAITING", li)
    assert [(blank.name, blank.title) for blank in marked.missing] == [("case.wanted", "需要顾客补充的内容")]
    assert "还需要您提供：【待填：需要顾客补充的内容】" in marked.text


async def test_nothing_internal_is_ever_offered(handbook, talk, li, desk):
    every = {
        one.clause
        for typed in ("客户", "投诉", "顾客", "处理")
        for one in await handbook.find(talk, typed, li)
    }
    assert every
    internal = {clause.id for clause in desk.words.handbook.clauses.values() if clause.audience == "internal"}
    assert not every & internal


async def test_a_traditional_customer_gets_traditional_characters(handbook, talk, li, desk):
    async with desk.units() as uow:
        (await uow.conversations.get(talk)).script = "hant"
        await uow.commit()
    found = await handbook.find(talk, "S-DEEP-3", li)
    assert found[0].text == "我能理解這給您帶來的不便,對此我表示誠摯的歉意。"
    assert (await handbook.find(talk, "誠摯的歉意", li))[0].clause == "S-DEEP-3"


async def test_whoever_keeps_out_of_a_case_finds_no_handbook_for_it_either(handbook, talk, li, desk):
    (case,) = await desk.cases()
    async with desk.units() as uow:
        uow.avoidances.add(Avoidance(li.id, case.id, talk, Avoiding.BY_HAND, desk.clock.now()))
        await uow.commit()
    with pytest.raises(NotFound):
        await handbook.find(talk, "", li)


async def test_every_clause_that_is_offered_is_recognized_when_it_is_sent(handbook, talk, li, desk):
    for script in ("hans", "hant"):
        async with desk.units() as uow:
            (await uow.conversations.get(talk)).script = script
            await uow.commit()
        offered = [one for word in ("您", "请", "我们") for one in await handbook.find(talk, word, li)]
        assert len(offered) > 20
        for one in offered:
            if not one.missing:
                sent = f" {one.text.replace(chr(10), chr(13) + chr(10))}\n"
                assert quoted(desk.words, sent, one.clause, one.version, script) == (one.clause, one.version)


async def test_what_was_changed_is_ones_own_words(handbook, talk, li, desk):
    first = (await handbook.find(talk, "S-DEEP-3", li))[0]
    words = desk.words
    assert quoted(words, first.text, first.clause, first.version, "hans")
    assert quoted(words, first.text + "真的。", first.clause, first.version, "hans") is None
    assert quoted(words, first.text.replace("诚挚", "诚恳"), first.clause, first.version, "hans") is None
    assert quoted(words, first.text, first.clause, first.version + 1, "hans") is None
    assert quoted(words, first.text, "K-NOWHERE", 1, "hans") is None
    assert quoted(words, first.text, "S-PROP-1", 1, "hans") is None


async def test_a_blank_filled_by_hand_is_still_a_quotation_one_left_open_is_not(handbook, talk, li, desk):
    (marked,) = await handbook.find(talk, "K-HANDLING-WAITING", li)
    filled = marked.text.replace("【待填：需要顾客补充的内容】", "包装箱的照片")
    assert quoted(desk.words, filled, marked.clause, marked.version, "hans") == (
        marked.clause,
        marked.version,
    )
    assert quoted(desk.words, marked.text, marked.clause, marked.version, "hans") is None
