"""Which issues one message holds, from its labels and its clauses."""

import pytest

from bot.domain.reading import Entity, Part, Reading
from bot.services.issues import of_message


def read(*clauses, confidence=0.9, ranking=()):
    parts = tuple(Part("……", label, sure) for label, sure in clauses)
    return Reading(label=None, confidence=confidence, ranking=ranking, parts=parts)


@pytest.mark.parametrize(
    ("first", "clauses", "issues"),
    [
        pytest.param(
            "porridge.sour",
            [("porridge.sour", 0.99), ("service.quality", 0.85)],
            ("porridge.sour", "service.quality"),
            id="粥是酸的，客服还骂人",
        ),
        pytest.param(
            "service.quality",
            [("service.quality", 0.99), ("food.quality", 0.85)],
            ("service.quality", "food.quality"),
            id="服务员甩脸子，菜也是馊的",
        ),
        pytest.param(
            "courier.transport",
            [("courier.transport", 0.99), ("packaging.transport", 0.99)],
            ("courier.transport", None),
            id="快递晚了三天，箱子还破了",
        ),
        pytest.param(
            "courier.transport",
            [("courier.transport", 0.99), ("service.quality", 0.99)],
            ("courier.transport", "courier.service"),
            id="快递丢了，客服还骂人",
        ),
        pytest.param(
            "property.equipment",
            [("property.equipment", 0.99), ("property.environment", 0.98)],
            ("property.equipment", "property.environment"),
            id="电梯坏了，垃圾没人收",
        ),
        pytest.param(
            "property.building",
            [("property.building", 0.99), ("property.general", 0.75)],
            ("property.building", None),
            id="邻居拆墙，物业装看不见",
        ),
        pytest.param(
            "hotel.service",
            [("property.equipment", 0.99), ("service.quality", 0.99), ("food.quality", 0.99)],
            ("hotel.service", None),
            id="酒店电梯坏，服务差，早餐难吃",
        ),
        pytest.param(
            "carton.spoiled",
            [("carton.spoiled", 0.99), ("food.quality", 0.99)],
            ("carton.spoiled", None),
            id="牛奶臭了，根本没法喝",
        ),
        pytest.param(
            "building_material.concrete",
            [("building_material.concrete", 0.99), ("property.building", 0.99)],
            ("building_material.concrete", None),
            id="混凝土强度不够，墙裂了",
        ),
        pytest.param(
            "food.quality",
            [("food.quality", 0.99), ("property.environment", 0.99)],
            ("food.quality", None),
            id="菜难吃，店里还吵",
        ),
        pytest.param(
            "service.quality",
            [("service.quality", 0.99), ("food.quality", 0.6)],
            ("service.quality", None),
            id="unsure of the second",
        ),
        pytest.param(
            "service.quality",
            [("service.quality", 0.99), ("other_complaint", 0.99), ("thank", 0.99), (None, 0.1)],
            ("service.quality", None),
            id="what names no issue",
        ),
        pytest.param(
            "special.consumer_association",
            [("courier.transport", 0.99), ("ask_compensation", 0.6)],
            ("special.consumer_association", "courier.transport"),
            id="快递丢了，再不赔我就打12315",
        ),
        pytest.param(
            "special.tampering",
            [("special.tampering", 0.9), ("tea.turbid", 0.99)],
            ("special.tampering", None),
            id="瓶身有针眼，茶也浑了",
        ),
        pytest.param("water.odor", [], ("water.odor", None), id="水有怪味"),
    ],
)
def test_two_issues_need_a_clause_each(first, clauses, issues):
    assert of_message(read(*clauses), first) == issues


def test_the_clauses_count_where_the_whole_was_doubtful():
    clauses = (("property.equipment", 0.99), ("property.environment", 0.85))
    doubtful = read(*clauses, confidence=0.4)
    assert of_message(doubtful, "property.general") == ("property.equipment", "property.environment")
    assert of_message(read(*clauses, confidence=0.9), "property.general")[0] == "property.general"


def test_a_grave_issue_beside_comes_first_and_what_it_arose_from_second():
    beside = read(ranking=(("carton.spoiled", 0.55), ("illness", 0.4)))
    assert of_message(beside, "carton.spoiled") == ("illness", "carton.spoiled")


@pytest.mark.parametrize(
    ("clause", "second"),
    [
        pytest.param("一股酸味", None, id="铝箔包喝起来怪怪的，一股酸味"),
        pytest.param("八宝粥也是酸的", "porridge.sour", id="铝箔包喝起来怪怪的，八宝粥也是酸的"),
    ],
)
def test_a_clause_that_names_no_product_is_about_the_one_named_before_it(clause, second):
    parts = (Part("铝箔包喝起来怪怪的", "carton.spoiled", 0.97), Part(clause, "porridge.sour", 0.97))
    named = tuple(Entity("product", word, 0, 3) for word in ("铝箔包", "八宝粥"))
    reading = Reading("carton.spoiled", 0.95, parts=parts, entities=named)
    assert of_message(reading, "carton.spoiled") == ("carton.spoiled", second)
