"""What `kesu handbook check` finds, each with file, place and what to do."""

import copy
import shutil
from pathlib import Path

import pytest
import yaml

from bot.adapters.handbook_files import check_directory, load_handbook
from bot.domain.errors import HandbookInvalid, UnknownClause
from bot.domain.handbook import Handbook, Source, read_packs

PACKS = Path(__file__).parents[2] / "data" / "handbook"
SHOP = {
    "pack": {"id": "shop", "title": "本店", "rank": 60},
    "claims": {"places": ["总店"]},
    "issues": {
        "service.quality": {
            "title": "总店服务", "category": "服务质量", "kind": "服务", "severity": "轻微",
            "say": ["K-SHOP-1"], "ask": ["phone"],
        }
    },
    "clauses": [{"id": "K-SHOP-1", "audience": "customer", "source": "desk", "wording": ["总店听到了。"]}],
}  # fmt: skip


@pytest.fixture
def shop():
    return copy.deepcopy(SHOP)


@pytest.fixture
def packs(tmp_path):
    shutil.copytree(PACKS, tmp_path / "handbook")
    return tmp_path / "handbook"


def problems(packs, content):
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    (packs / "shop.yaml").write_text(text, encoding="utf-8")
    return [str(problem) for problem in check_directory(packs)]


def assert_only(found, *parts):
    assert len(found) == 1, found
    for part in ("shop.yaml", *parts):
        assert part in found[0]


def test_a_pack_in_a_single_file_is_fine(packs, shop):
    assert problems(packs, shop) == []
    handbook = load_handbook(packs)
    assert handbook.issue("service.quality", place="人民路总店").title == "总店服务"
    assert handbook.issue("service.quality", place="人民路分店").pack == "general"
    assert handbook.issue("service.quality").pack == "general"


def test_yaml_that_does_not_parse_is_named_by_line_and_column(packs):
    assert_only(problems(packs, "pack:\n  id: [shop\n"), "第 3 行")


def test_a_key_that_stands_twice_is_refused(packs):
    assert_only(problems(packs, "pack:\n  id: shop\n  id: shop\n"), "第 3 行", "id 写了两次")


def test_a_file_that_is_not_utf8_is_refused(packs):
    (packs / "shop.yaml").write_bytes("pack: 店".encode("gb18030"))
    assert_only([str(problem) for problem in check_directory(packs)], "UTF-8")


def test_an_empty_file_is_refused(packs):
    assert_only(problems(packs, ""), "pack、claims")


def test_a_pack_without_a_header_is_refused(packs, shop):
    del shop["pack"]
    assert_only(problems(packs, shop), "pack", "请补上")


def test_an_unknown_section_is_refused(packs, shop):
    assert_only(problems(packs, shop | {"clause": []}), "clause", "不认识的节")


def test_an_unknown_key_of_a_clause_is_refused(packs, shop):
    shop["clauses"][0]["colour"] = "red"
    assert_only(problems(packs, shop), "clauses[K-SHOP-1].colour", "不认识的项")


def test_a_clause_without_id_is_refused(packs, shop):
    del shop["clauses"][0]["id"]
    assert any("clauses[1].id" in line and "没有写" in line for line in problems(packs, shop))


def test_a_number_instead_of_text_is_refused(packs, shop):
    shop["clauses"][0]["wording"] = [{"text": 5}]
    assert_only(problems(packs, shop), "clauses[K-SHOP-1].wording.1.text", "加引号")


def test_a_doubled_clause_id_is_refused(packs, shop):
    shop["clauses"].append(dict(shop["clauses"][0]))
    assert_only(problems(packs, shop), "clauses[K-SHOP-1]", "已有这个编号")


def test_an_earlier_packs_clause_is_taken_over_only_with_replaces(packs, shop):
    greeting = {
        "id": "S-DEEP-1",
        "audience": "customer",
        "source": "desk",
        "situation": "greet",
        "wording": ["欢迎。"],
    }
    shop["clauses"].append(greeting)
    assert_only(problems(packs, shop), "clauses[S-DEEP-1]", "replaces: true")
    greeting["replaces"] = True
    assert problems(packs, shop) == []
    assert load_handbook(packs).speak("greet", {}).text == "欢迎。"


def test_replacing_nothing_is_refused(packs, shop):
    shop["clauses"][0]["replaces"] = True
    assert_only(problems(packs, shop), "没有可替换的")


def test_an_unknown_clause_in_say_is_refused(packs, shop):
    shop["issues"]["service.quality"]["say"] = ["K-NO-SUCH"]
    assert_only(problems(packs, shop), "issues[service.quality].say", "K-NO-SUCH")


def test_an_internal_clause_in_say_is_refused(packs, shop):
    shop["issues"]["service.quality"]["say"] = ["S-CUR-1"]
    assert_only(problems(packs, shop), "S-CUR-1", "internal")


def test_a_letter_in_say_is_refused(packs, shop):
    shop["issues"]["service.quality"]["say"] = ["S-LET-STD-1"]
    assert_only(problems(packs, shop), "S-LET-STD-1", "letter")


def test_an_unknown_field_is_refused(packs, shop):
    shop["issues"]["service.quality"]["ask"] = ["phone", "shoe_size"]
    assert_only(problems(packs, shop), "issues[service.quality].ask", "shoe_size")


def test_an_issue_that_never_asks_for_the_phone_is_refused(packs, shop):
    shop["issues"]["service.quality"]["ask"] = ["product"]
    assert_only(problems(packs, shop), "phone")


def test_an_unknown_form_is_refused(packs, shop):
    shop["issues"]["service.quality"]["form"] = "F-NO-1"
    assert_only(problems(packs, shop), "F-NO-1")


def test_an_unknown_label_is_refused(packs, shop):
    shop["issues"]["shoe.quality"] = shop["issues"].pop("service.quality")
    assert_only(problems(packs, shop), "issues[shoe.quality]", "不是投诉标签")


def test_an_issue_that_nothing_leads_to_is_refused(packs, shop):
    del shop["claims"]
    assert_only(problems(packs, shop), "issues[service.quality]", "claims")


def test_a_claimed_label_without_a_rule_is_refused(packs, shop):
    shop["claims"]["labels"] = ["bank.service"]
    assert_only(problems(packs, shop), "claims.labels", "bank.service")


def test_a_label_claimed_twice_is_refused_unless_it_is_taken_over(packs, shop):
    shop["claims"]["labels"] = ["service.quality"]
    assert_only(problems(packs, shop), "service.quality", "general")
    shop["issues"]["service.quality"]["replaces"] = True
    assert problems(packs, shop) == []
    assert load_handbook(packs).issue("service.quality").pack == "shop"


def test_labels_that_nobody_could_claim_are_noticed():
    found = [str(problem) for problem in check_directory(PACKS, {"beverage"})]
    assert any("rest: true" in line for line in found)


def test_an_unclaimed_label_falls_to_the_rest():
    handbook = load_handbook(PACKS, {"general"})
    assert handbook.issue("cinema.service").say == ("K-OTHER-1",)
    assert handbook.issue("cinema.service").deadline.text == "5个工作日"


def test_an_altered_quotation_is_noticed_with_the_digest_of_the_new_wording(packs):
    path = packs / "beverage" / "clauses.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("绝非我们的故意", "并非我们的故意"), encoding="utf-8"
    )
    (found,) = check_directory(packs)
    assert (found.file, found.place) == ("beverage/clauses.yaml", "clauses[S-BEV-TETRA-1].digest")
    assert "请恢复原文" in found.message


@pytest.mark.parametrize("key", ["nlu", "rules", "stories", "responses", "intents", "forms", "lookup"])
def test_rasas_keys_are_refused_at_the_top_and_deep_inside(packs, shop, key):
    assert any("Rasa" in line and key in line for line in problems(packs, shop | {key: []}))
    shop["clauses"][0][key] = "x"
    assert any(f"clauses[K-SHOP-1].{key}" in line and "Rasa" in line for line in problems(packs, shop))


def test_a_text_whose_line_looks_like_rasas_is_refused(packs, shop):
    shop["clauses"][0]["wording"] = ["第一行\n  rules: 如下"]
    assert_only(problems(packs, shop), "rules:", "Rasa")


def test_a_version_at_the_top_of_a_file_is_refused(packs, shop):
    assert any("version" in line and "Rasa" in line for line in problems(packs, shop | {"version": "3.1"}))


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


def test_an_enabled_pack_that_does_not_exist_is_named(tmp_path):
    assert "shoes" in str(check_directory(PACKS, {"general", "shoes"})[0])
    assert "手册包" in str(check_directory(tmp_path)[0])


def test_a_broken_handbook_is_not_loaded(packs, shop):
    shop["issues"]["service.quality"]["say"] = ["S-CUR-1"]
    problems(packs, shop)
    with pytest.raises(HandbookInvalid, match=r"shop\.yaml.*S-CUR-1"):
        load_handbook(packs)


def test_unknown_names_are_errors_of_the_handbook():
    handbook = Handbook([])
    for ask in (handbook.clause, handbook.field, handbook.situation, handbook.issue):
        with pytest.raises(UnknownClause, match="no_such"):
            ask("no_such")


def test_severity_and_heat_only_grow(shop):
    assert Handbook.graver_severity("轻微", "重大") == "重大"
    assert Handbook.graver_severity("严重", "轻微") == "严重"
    assert Handbook.hotter("热点", "一般") == "热点"


def test_sections_of_a_folder_are_put_together(shop):
    clauses = {"clauses": shop.pop("clauses")}
    packs, found = read_packs([Source("shop", "shop/a.yaml", clauses), Source("shop", "shop/b.yaml", shop)])
    assert found == []
    assert [clause.origin for clause in packs[0].clauses] == ["shop/a.yaml"]
    assert packs[0].origin == "shop/b.yaml"
