"""Suggestions: possible new issues, rows that look mislabelled, thin labels."""

import struct
from datetime import timedelta

import pytest

from bot.domain.errors import InvalidInput, NotFound
from bot.domain.people import Avoidance, Avoiding, Role
from bot.domain.review import Review, ReviewGroup, ReviewReason
from bot.domain.suggestions import Doubtful, MarkKind
from bot.domain.training_data import Row
from bot.services.suggestions import Suggesting
from tests.records import NOW, a_case, a_conversation, a_customer, a_message, a_user, store
from tests.training_data import a_model, archive_of

DOUBT = Doubtful("data/nlu/greet.yml:7", "greet", "多谢啦", "thank", 0.93)


@pytest.fixture
async def su(units):
    user = a_user("su")
    user.role = Role.SUPERVISOR
    await store(
        units,
        ("people", user),
        ("customers", a_customer()),
        ("conversations", a_conversation()),
        ("models", a_model()),
    )
    return user


@pytest.fixture
def suggesting(units, desk):
    return Suggesting(units, desk.rows, archive_of, desk.clock, str.upper, reading=units)


@pytest.fixture
def doubt(desk):
    """The candidate's rows were cross-validated; one of them disagreed."""
    desk.rows.doubts["kesu-2.tar.gz"] = [DOUBT]
    return DOUBT


@pytest.fixture
def waits(units):
    """Puts a message into the reviewers' inbox, in a group of its own of so many."""
    seqs = iter(range(1, 100))

    async def waits(text, vector, count=1, reason=ReviewReason.NOT_UNDERSTOOD):
        seq = next(seqs)
        message, group = f"m{seq}", f"g{seq}"
        at = NOW + timedelta(minutes=seq)
        kept = ReviewGroup(group, text, at, at, struct.pack("<2e", *vector), "kesu-1", count)
        review = Review(message, "talk", at, at, None, 0.2, [reason.value], group_id=group)
        async with units() as uow:
            uow.messages.add(a_message(message, seq, text=text))
            uow.reviews.add_group(kept)
            uow.reviews.add(review)
            await uow.commit()

    return waits


async def test_messages_that_fit_no_label_and_lie_close_together_may_be_a_new_issue(suggesting, su, waits):
    await waits("小程序里领不了券", (1, 0), count=2)
    await waits("优惠券一直领不到", (0.99, 0.14))
    await waits("天气真好", (0, 1), count=2)
    found = await suggesting.all(su)
    assert [issue.count for issue in found.issues] == [3]
    assert [one.text for one in found.issues[0].said] == ["小程序里领不了券", "优惠券一直领不到"]


async def test_messages_that_are_in_the_inbox_for_another_reason_are_no_new_issue(suggesting, su, waits):
    await waits("转人工", (1, 0), count=5, reason=ReviewReason.HANDED_OVER)
    assert (await suggesting.all(su)).issues == ()


async def test_nobody_sees_a_new_issue_made_of_what_they_keep_out_of(units, desk, suggesting, su, waits):
    await waits("小程序里领不了券", (1, 0), count=4)
    row = Avoidance("su", "case", "talk", Avoiding.BY_HAND, desk.clock.now())
    await store(units, ("cases", a_case()), ("avoidances", row))
    assert (await suggesting.all(su)).issues == ()


async def test_examples_for_a_new_label_hold_nothing_personal(suggesting, su, waits):
    await waits("小程序里领不了券，打13812345678找我", (1, 0))
    assert await suggesting.examples(["m1"], su) == ["小程序里领不了券，打00000000000找我"]


async def test_a_row_that_looks_mislabelled_is_shown_with_what_it_was_read_as(suggesting, su, doubt):
    found = await suggesting.all(su)
    assert found.model == "kesu-2"
    assert [(one.doubt, one.label, one.says) for one in found.doubts] == [(doubt, "GREET", "THANK")]


async def test_a_row_whose_label_is_right_is_not_shown_again(suggesting, su, doubt):
    await suggesting.mark(doubt.key, "dismissed", su)
    found = await suggesting.all(su)
    assert (found.doubts, found.dismissed) == ((), 1)


async def test_a_row_to_be_changed_is_noted_for_whoever_keeps_the_files(suggesting, su, doubt):
    await suggesting.mark(doubt.key, "noted", su)
    noted = await suggesting.noted()
    assert [(one.where, one.text, one.says, one.kind) for one in noted] == [
        (doubt.where, doubt.text, "thank", MarkKind.NOTED)
    ]
    await suggesting.mark(doubt.key, "none", su)
    assert await suggesting.noted() == []


async def test_marks_on_unknown_rows_and_unknown_marks_are_refused(suggesting, su, doubt):
    with pytest.raises(NotFound):
        await suggesting.mark("0" * 32, "noted", su)
    with pytest.raises(InvalidInput):
        await suggesting.mark(doubt.key, "perhaps", su)


async def test_labels_with_too_few_rows_say_how_many_they_lack(desk, suggesting, su):
    desk.rows.rows = [Row("data/nlu/a.yml:1", "greet", "你好")]
    found = {one.standing.label: one.standing.missing for one in (await suggesting.all(su)).standings}
    assert found["greet"] == 39
    desk.rows.rows = [Row(f"data/nlu/a.yml:{n}", "greet", f"你好{'呀' * n}") for n in range(40)]
    found = {one.standing.label: one.standing.missing for one in (await suggesting.all(su)).standings}
    assert found["greet"] == 0
