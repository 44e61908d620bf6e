"""Token buckets: so many at once, then at a steady pace."""

import pytest

from bot.web.limits import Buckets, SlowDown


def test_a_burst_is_taken_and_the_next_one_refused(moment):
    buckets = Buckets(burst=3, per_second=1, now=moment)
    for _ in range(3):
        buckets.take("visitor")
    with pytest.raises(SlowDown) as refused:
        buckets.take("visitor")
    assert refused.value.retry_after == 1


def test_the_wait_is_as_long_as_said(moment):
    buckets = Buckets(burst=1, per_second=0.25, now=moment)
    buckets.take("visitor")
    with pytest.raises(SlowDown) as refused:
        buckets.take("visitor")
    moment.now += refused.value.retry_after
    buckets.take("visitor")


def test_one_asker_does_not_use_up_anothers_bucket(moment):
    buckets = Buckets(burst=1, per_second=1, now=moment)
    buckets.take("visitor")
    buckets.take("another")
    for asker in ("visitor", "another"):
        with pytest.raises(SlowDown):
            buckets.take(asker)


def test_refused_requests_cost_nothing(moment):
    buckets = Buckets(burst=1, per_second=1, now=moment)
    buckets.take("visitor")
    for _ in range(50):
        with pytest.raises(SlowDown):
            buckets.take("visitor")
    moment.now += 1
    buckets.take("visitor")


def test_the_buckets_of_those_long_gone_are_forgotten(moment):
    buckets = Buckets(burst=1, per_second=1, now=moment)
    for number in range(10_000):
        buckets.take(f"visitor {number}")
    moment.now += 60
    buckets.take("one more")
    assert len(buckets._levels) == 1


class Shared:
    """What all processes count together."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def __call__(self, *question):
        self.asked.append(question)
        return self.answers.pop(0)


async def test_what_is_counted_together_is_refused_together(moment):
    buckets, shared = Buckets(burst=5, per_second=1, now=moment), Shared(0, 2.5)
    buckets.share("messages", shared)
    await buckets.take_shared("visitor")
    with pytest.raises(SlowDown) as refused:
        await buckets.take_shared("visitor")
    assert refused.value.retry_after == 3
    assert shared.asked == [("messages", "visitor", 5, 1)] * 2


async def test_while_nobody_can_be_asked_this_process_goes_on_counting_where_it_was(moment):
    buckets = Buckets(burst=2, per_second=1, now=moment)
    buckets.share("messages", Shared(0, None, None))
    await buckets.take_shared("visitor")
    await buckets.take_shared("visitor")
    with pytest.raises(SlowDown):
        await buckets.take_shared("visitor")
