import pytest

from bot.nlu.normalizer import normalize
from bot.nlu.patterns import shaped_facts


def facts(text):
    normal = normalize(text).text
    return {(span.kind, normal[span.start : span.end]) for span in shaped_facts(normal)}


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("我电话13812345678", "13812345678"),
        ("138-1234-5678", "138-1234-5678"),
        ("１３８ １２３４ ５６７８", "138 1234 5678"),
        ("+86 13812345678", "+86 13812345678"),
        ("座机021-66554433", "021-66554433"),
        ("打400-820-8820", "400-820-8820"),
        ("手機0912-345-678", "0912-345-678"),
        ("台北(02)2345-6789", "(02)2345-6789"),
        ("香港+852 9123 4567", "+852 9123 4567"),
        ("聯絡電話9123 4567", "9123 4567"),
        ("尾号175****6223", "175*6223"),
    ],
)
def test_a_phone_number_is_recognised_however_it_is_written(text, phone):
    assert ("phone", phone) in facts(text)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("批号20260305A", "batch_no", "20260305a"),
        ("生產批號是 L2-0331", "batch_no", "l2-0331"),
        ("订单号：JD1122334455", "order_no", "jd1122334455"),
        ("案件编号K4837-19206", "order_no", "k4837-19206"),
        ("YT2000111122223还没到", "order_no", "yt2000111122223"),
        ("2026年3月5号买的", "date", "2026年3月5号"),
        ("上礼拜三晚上", "date", "上礼拜三晚上"),
        ("前天下午三点", "date", "前天下午三点"),
        ("三天前就坏了", "date", "三天前"),
        ("生产日期20260305", "date", "20260305"),
        ("赔我三百块钱", "amount", "三百块钱"),
        ("扣了¥12.50", "amount", "¥12.50"),
        ("買了兩箱", "quantity", "两箱"),
        ("500ml的", "quantity", "500ml"),
        ("案号2025京0105民初678号", "order_no", "2025京0105民初678号"),
        ("住7栋2单元1102", "place", "7栋2单元1102"),
        ("地下二层", "place", "地下二层"),
        ("型号KF-35，6月装的", "date", "6月"),
    ],
)
def test_a_fact_with_a_shape_is_found_in_normal_form(text, kind, value):
    assert (kind, value) in facts(text)


def test_an_order_number_is_no_phone():
    assert not [kind for kind, _ in facts("订单号2026031213812345678") if kind == "phone"]
