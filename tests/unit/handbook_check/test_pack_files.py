"""What `kesu handbook check` finds wrong with a pack's files, each with file, place and what to do."""

import pytest

from bot.adapters.handbook_files import check_directory, load_handbook
from bot.domain.errors import HandbookInvalid
from bot.domain.handbook import Source, read_packs
from tests.shop_pack import PACKS, assert_only, problems


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


def test_an_enabled_pack_that_does_not_exist_is_named(tmp_path):
    assert "shoes" in str(check_directory(PACKS, {"general", "shoes"})[0])
    assert "手册包" in str(check_directory(tmp_path)[0])


def test_a_broken_handbook_is_not_loaded(packs, shop):
    shop["issues"]["service.quality"]["say"] = ["S-CUR-1"]
    problems(packs, shop)
    with pytest.raises(HandbookInvalid, match=r"shop\.yaml.*S-CUR-1"):
        load_handbook(packs)


def test_sections_of_a_folder_are_put_together(shop):
    clauses = {"clauses": shop.pop("clauses")}
    packs, found = read_packs([Source("shop", "shop/a.yaml", clauses), Source("shop", "shop/b.yaml", shop)])
    assert found == []
    assert [clause.origin for clause in packs[0].clauses] == ["shop/a.yaml"]
    assert packs[0].origin == "shop/b.yaml"
