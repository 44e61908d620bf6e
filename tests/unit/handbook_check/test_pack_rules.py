"""What `kesu handbook check` finds wrong between a pack's issues, labels and clauses."""

import pytest

from bot.adapters.handbook_files import check_directory, load_handbook
from bot.domain.errors import UnknownClause
from bot.domain.handbook import Handbook
from tests.shop_pack import PACKS, assert_only, problems


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


def test_unknown_names_are_errors_of_the_handbook():
    handbook = Handbook([])
    for ask in (handbook.clause, handbook.field, handbook.situation, handbook.issue):
        with pytest.raises(UnknownClause, match="no_such"):
            ask("no_such")


def test_severity_and_heat_only_grow(shop):
    assert Handbook.graver_severity("轻微", "重大") == "重大"
    assert Handbook.graver_severity("严重", "轻微") == "严重"
    assert Handbook.hotter("热点", "一般") == "热点"
