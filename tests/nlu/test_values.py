"""The normal forms of facts."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.values import normal_value, with_values

WEDNESDAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("前天晚上", "2026-03-16"),
        ("上礼拜三", "2026-03-11"),
        ("上禮拜三", "2026-03-11"),
        ("2026年3月5号", "2026-03-05"),
        ("２０２６年３月５號", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("260305", "2026-03-05"),
        ("2026/3/5", "2026-03-05"),
        ("二〇二六年三月五日", "2026-03-05"),
        ("大前天", "2026-03-15"),
        ("今早", "2026-03-18"),
        ("四月三號", "2026-04-03"),
        ("三天前", "2026-03-15"),
        ("周三起", "2026-03-18"),
        ("上上周五", "2026-03-06"),
    ],
)
def test_words_for_a_day_become_the_day_seen_from_the_messages_day(words, meant):
    assert normal_value("date", words, WEDNESDAY) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("前天下午三点", "2026-03-16T15:00"),
        ("昨晚十点多", "2026-03-17T22:00"),
        ("早上8点", "2026-03-18T08:00"),
        ("18:10", "2026-03-18T18:10"),
    ],
)
def test_a_clock_time_is_kept_to_the_minute(words, meant):
    assert normal_value("date", words, WEDNESDAY) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("上个月底", "2026-02-25/2026-02-28"),
        ("今年以来", "2026-01-01/2026-03-18"),
        ("昨天以后", "2026-03-17/2026-03-18"),
        ("2025年", "2025-01-01/2025-12-31"),
        ("十二月", "2026-12-01/2026-12-31"),
        ("明年三月", "2027-03-01/2027-03-31"),
    ],
)
def test_several_days_become_an_interval(words, meant):
    assert normal_value("date", words, WEDNESDAY) == meant


def test_the_same_words_mean_another_day_on_another_day():
    assert normal_value("date", "昨天", date(2026, 1, 1)) == "2025-12-31"


@pytest.mark.parametrize("words", ["刚才", "那几天", "五点之前", "一周以前", "水", "", "9" * 300])
def test_words_for_no_particular_day_have_no_normal_form(words):
    assert normal_value("date", words, WEDNESDAY) is None


def test_a_date_that_cant_be_read_leaves_no_words_in_the_log(caplog, capfd):
    normal_value("date", "三四天前", WEDNESDAY)
    normal_value("date", "十二点到,", WEDNESDAY)
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("两箱", "2 箱"),
        ("兩箱", "2 箱"),
        ("半瓶", "0.5 瓶"),
        ("一斤半", "1.5 斤"),
        ("二十四包", "24 包"),
        ("２４瓶", "24 瓶"),
        ("330毫升", "330 毫升"),
        ("十来箱", "10+ 箱"),
        ("三四个", None),
        ("几箱", None),
    ],
)
def test_a_quantity_is_a_number_and_its_unit(words, meant):
    assert normal_value("quantity", words, WEDNESDAY) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("三百块", "300 CNY"),
        ("三百塊錢", "300 CNY"),
        ("一千二百多", "1200+"),
        ("三千多块", "3000+ CNY"),
        ("三块五", "3.5 CNY"),
        ("五毛", "0.5 CNY"),
        ("两百八", "280"),
        ("一万二", "12000"),
        ("￥１２．５０", "12.5 CNY"),
        ("1,299元", "1299 CNY"),
        ("NT$300", "300 TWD"),
        ("300港币", "300 HKD"),
        ("100美金", "100 USD"),
        ("几百块", None),
    ],
)
def test_an_amount_is_a_number_and_its_currency(words, meant):
    assert normal_value("amount", words, WEDNESDAY) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("138-1234-5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("+86 13812345678", "+8613812345678"),
        ("021-66554433", "+862166554433"),
        ("0912-345-678", "+886912345678"),
        ("+886 912 345 678", "+886912345678"),
        ("886912345678", "+886912345678"),
        ("(02)2345-6789", "+886223456789"),
        ("+852 9123 4567", "+85291234567"),
        ("9123 4567", "+85291234567"),
        ("138****5678", None),
        ("110", None),
    ],
)
def test_a_phone_number_becomes_e164(words, meant):
    assert normal_value("phone", words, WEDNESDAY) == meant


@pytest.mark.parametrize("kind", ["order_no", "batch_no"])
def test_a_number_of_signs_is_half_width_without_spaces_in_capitals(kind):
    assert normal_value(kind, "ｓｆ 100 20a", WEDNESDAY) == "SF10020A"


@pytest.mark.parametrize("kind", ["product", "person", "place", "flavour", "whatever"])
def test_other_facts_have_no_normal_form(kind):
    assert normal_value(kind, "绿茶", WEDNESDAY) is None


def test_a_reading_keeps_the_customers_words_beside_the_normal_form():
    fact = {"entity": "quantity", "value": "兩箱", "start": 1, "end": 3}
    found = with_values({"text": "買兩箱", "entities": [fact]}, WEDNESDAY)
    assert found["entities"] == [{**fact, "normal": "2 箱"}]


TIMES_AND_SUMS = "0123456789一二三半点月年号多块元箱前以之后来起上今周-+.:/"


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["date", "phone", "quantity", "amount", "order_no"]),
    st.one_of(st.text(max_size=40), st.text(TIMES_AND_SUMS, max_size=30)),
)
def test_no_words_make_a_value_raise(kind, words):
    found = normal_value(kind, words, WEDNESDAY)
    assert found is None or isinstance(found, str)
