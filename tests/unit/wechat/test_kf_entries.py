"""What pages of 微信客服 say, and the ways of their sessions."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import Owner
from bot.domain.wechat_kf import (
    SETTLED,
    Origin,
    Session,
    entry,
    external_id,
    failure,
    parted,
    spoken,
    step,
    wanted,
)

KF = "wkAAAAAAAAAAAA"
SAID = {
    "msgid": "4slk6mkizNCrUqFY",
    "open_kfid": KF,
    "external_userid": "wmLi",
    "send_time": 1_774_000_800,
    "origin": 3,
    "msgtype": "text",
    "text": {"content": "水有怪味", "menu_id": "request_human"},
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
MOVES = {0: {1, 2, 3, 4}, 1: {2, 3, 4}, 2: {3, 4}, 3: {3, 4}, 4: set()}


def event(kind, **more):
    told = {"event_type": kind, "external_userid": "wmLi", **more}
    return {**SAID, "origin": 4, "msgtype": "event", "external_userid": "", "event": told}


def test_a_text_is_read_whole():
    one = entry(SAID, KF)
    assert (one.text, one.menu_id, one.origin) == ("水有怪味", "request_human", Origin.CUSTOMER)
    assert one.at == datetime.fromtimestamp(1_774_000_800, UTC)
    assert parted(one.external_id) == (KF, "wmLi")


def test_an_event_is_read_with_its_own_values():
    one = entry(event("msg_send_fail", fail_msgid="m1", fail_type=4), KF)
    assert (one.kind, one.customer, one.origin) == ("msg_send_fail", "wmLi", Origin.EVENT)
    assert (one.details["fail_msgid"], one.details["fail_type"]) == ("m1", "4")


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("location", {"name": "人民广场店", "address": "黄浦区"}, "我的位置：人民广场店 黄浦区"),
        ("link", {"title": "说明", "url": "https://example.com/a"}, "说明\nhttps://example.com/a"),
        ("image", {"media_id": "m"}, ""),
    ],
)
def test_other_kinds_come_in_words_where_they_have_any(kind, content, text):
    assert entry({**SAID, "msgtype": kind, kind: content}, KF).text == text


def test_what_a_servicer_sent_without_words_is_named():
    said = {**SAID, "origin": 5, "msgtype": "image", "image": {"media_id": "m"}}
    assert spoken(entry(said, KF)) == "［图片］"


@pytest.mark.parametrize("name", ["msgid", "external_userid", "send_time", "origin", "msgtype"])
def test_what_lacks_something_is_passed_over(name):
    assert entry({key: value for key, value in SAID.items() if key != name}, KF) is None


@given(st.dictionaries(st.sampled_from([*SAID, "event"]), ANYTHING))
def test_nothing_that_comes_breaks_the_reading(data):
    for broken in (data, {**SAID, **data}, {**event("enter_session"), **data}):
        read = entry(broken, KF)
        assert read is None or parted(read.external_id) == (KF, read.customer)


@pytest.mark.parametrize("hidden", ["水有怪味", "wmLi", "request_human", "4slk6mkizNCrUqFY"])
def test_an_entry_shows_neither_who_nor_what_when_printed(hidden):
    assert hidden not in repr(entry({**SAID, "text": {"content": "水有怪味"}}, KF))


@pytest.mark.parametrize(("now", "goal"), [*product(Session, Session)])
def test_each_step_is_one_that_the_platform_allows(now, goal):
    to = step(now, goal)
    assert to is None or int(to) in MOVES[now]


@pytest.mark.parametrize("now", Session)
@pytest.mark.parametrize("goal", [Session.BOT, Session.HUMAN, Session.ENDED])
def test_steps_lead_to_where_it_should_be_or_to_an_end(now, goal):
    steps = 0
    while (to := step(now, goal)) is not None:
        now, steps = to, steps + 1
    assert steps <= 1
    assert now in (goal, Session.ENDED)


@pytest.mark.parametrize(("owner", "servicer", "pool"), [*product(Owner, [True, False], [True, False])])
def test_where_nothing_is_to_be_done_nothing_would_be(owner, servicer, pool):
    goal = wanted(owner, servicer=servicer, pool=pool)
    if owner is not Owner.AGENT and goal is not Session.BOT:
        assert all(step(now, goal) is None for now in SETTLED[owner])


@pytest.mark.parametrize("fail_type", ["4", "0", "99", "", "x", "４", "²"])
def test_a_failure_is_told_in_chinese(fail_type):
    assert failure(fail_type).startswith("微信没有送达：")


def test_the_same_person_is_somebody_else_at_each_account():
    assert external_id("a", "wmLi") != external_id("b", "wmLi")
