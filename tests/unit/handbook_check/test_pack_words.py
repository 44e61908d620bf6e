"""What `kesu handbook check` finds wrong with what a pack says: wording, situations, meanings, blanks."""

import pytest

from bot.adapters.handbook_files import check_directory, load_handbook
from tests.shop_pack import assert_only, problems


def test_an_altered_quotation_is_noticed_with_the_digest_of_the_new_wording(packs):
    path = packs / "beverage" / "clauses.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("绝非我们的故意", "并非我们的故意"), encoding="utf-8"
    )
    (found,) = check_directory(packs)
    assert (found.file, found.place) == ("beverage/clauses.yaml", "clauses[S-BEV-TETRA-1].digest")
    assert "请恢复原文" in found.message


def test_an_unknown_situation_is_refused(packs, shop):
    shop["clauses"][0]["situation"] = "dance"
    assert_only(problems(packs, shop), "clauses[K-SHOP-1].situation", "dance")


def test_a_question_for_an_unknown_field_is_refused(packs, shop):
    shop["clauses"][0]["situation"] = "ask.shoe_size"
    assert_only(problems(packs, shop), "ask.shoe_size")


def test_a_field_that_nobody_asks_for_is_refused(packs, shop):
    shop["fields"] = [{"id": "shoe_size", "title": "鞋码", "filled_by": ["shoe"]}]
    found = problems(packs, shop)
    assert any("fields[shoe_size]" in line and "ask.shoe_size" in line for line in found)
    assert any("fields[shoe_size].filled_by" in line for line in found)


def test_a_situation_without_words_is_noticed(packs):
    path = packs / "general" / "conversation.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("situation: holding", "situation: greet"), encoding="utf-8"
    )
    (found,) = check_directory(packs)
    assert "holding" in str(found)


def test_meanings_are_of_labels_that_exist(packs, shop):
    assert_only(problems(packs, shop | {"meanings": {"water.colour": "水有颜色"}}), "water.colour")


def test_a_complaint_that_can_not_be_said_in_plain_words_is_noticed(packs):
    (packs / "general" / "meanings.yaml").write_text("meanings:\n  urge: 催一催\n", encoding="utf-8")
    found = [str(problem) for problem in check_directory(packs)]
    assert any("water.odor" in problem and "meanings" in problem for problem in found)


def test_a_later_pack_says_a_meaning_in_its_own_words(packs, shop):
    assert problems(packs, shop | {"meanings": {"water.odor": "桶装水有味道"}}) == []
    assert load_handbook(packs).meanings["water.odor"] == "桶装水有味道"


@pytest.mark.parametrize("text", ["您好 {no.such}。", "您好 {case number}。", "您好 }。"])
def test_a_placeholder_that_nothing_fills_is_refused(packs, shop, text):
    shop["clauses"][0]["wording"] = [text]
    assert_only(
        problems(packs, shop), "clauses[K-SHOP-1].wording.1", "请" if "no.such" not in text else "no.such"
    )


def test_a_printed_blank_must_stand_in_the_quotation_and_have_a_value(packs, shop):
    shop["clauses"][0]["placeholders"] = [{"printed": "xx", "field": "no.such"}]
    found = problems(packs, shop)
    assert len(found) == 2
    assert all("clauses[K-SHOP-1].placeholders" in line for line in found)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"source": None}, "document"),
        ({"variants": ["一。"]}, "variants"),
        ({"digest": "abc"}, "digest"),
        ({"follows": "S-NO-1"}, "S-NO-1"),
        ({"closing": "S-BEV-REG-1"}, "authority"),
        ({"answers": ["shoe.quality"]}, "shoe.quality"),
        ({"released": True}, "released"),
        ({"wording": [{"text": "一。", "risk": "R-1"}]}, "reason"),
        ({"wording": [{"text": "一。", "corrected": "一。"}]}, "corrected"),
        ({"wording": []}, "wording"),
    ],
)
def test_a_clause_that_contradicts_itself_is_refused(packs, shop, change, part):
    shop["clauses"][0] |= change
    assert_only(problems(packs, shop), "clauses[K-SHOP-1]", part)


def test_a_quotation_needs_document_place_and_digest(packs, shop):
    shop["clauses"][0] |= {"source": None, "document": "D99", "follows": "S-DEEP-1"}
    found = " ".join(problems(packs, shop))
    for place in ("document", "place", "digest", "follows"):
        assert f"clauses[K-SHOP-1].{place}" in found
