"""Whom a complaint means."""

from datetime import UTC, datetime

import pytest

from bot.adapters.script import convert
from bot.domain.avoidance import names
from bot.domain.case import Case
from bot.domain.people import Role, User

NOW = datetime(2026, 3, 18, tzinfo=UTC)


def plain(text):
    return convert(text, "hans")


def complaint(text, **fields):
    return Case(
        "c", "v", "t", "web", "service.attitude", "service", "一般", "普通", text, NOW, NOW, fields=fields
    )


def wang(name="王丽", staff_no="1024", aliases=("小王",)):
    return User("u", "wangli", name, Role.AGENT, "hash", NOW, staff_no=staff_no, aliases=list(aliases))


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("你们的王丽态度太差了", "王丽"),
        ("王 丽 骂人", "王丽"),
        ("王麗罵我", "王丽"),
        ("就是小王接的电话", "小王"),
        ("工号1024的人挂我电话", "1024"),
        ("工号：１０２４ 挂我电话", "1024"),
    ],
)
def test_a_name_another_name_or_a_staff_number_means_a_person(text, by):
    assert names(complaint(text), wang(), plain) == by


@pytest.mark.parametrize("text", ["饮料漏了", "订单 81024991 没到", "买了 11024 瓶", "王先生的车"])
def test_other_words_and_longer_numbers_mean_nobody(text):
    assert names(complaint(text), wang(), plain) is None


@pytest.mark.parametrize(("text", "found"), [("买了 12 瓶", None), ("12 号员工，工号 12", "12")])
def test_a_short_staff_number_counts_only_behind_its_word(text, found):
    assert names(complaint(text), wang(staff_no="12"), plain) == found


def test_the_answer_to_who_it_was_may_be_the_bare_number():
    assert names(complaint("态度差", person="12"), wang(staff_no="12"), plain) == "12"


def test_every_fact_of_the_complaint_is_looked_at_but_the_phone():
    assert names(complaint("态度差", details="是王丽"), wang(), plain) == "王丽"
    assert names(complaint("态度差", phone="1024"), wang(), plain) is None


def test_what_anybody_is_called_is_no_name():
    assert names(complaint("客服态度差"), wang(name="客服", aliases=("主管",)), plain) is None


@pytest.mark.parametrize(("text", "found"), [("Ann was rude", "Ann"), ("annoying, nothing else", None)])
def test_a_latin_name_stands_by_itself(text, found):
    assert names(complaint(text), wang(name="Ann", aliases=()), plain) == found
