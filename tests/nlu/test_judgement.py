import pytest

from bot.nlu import thresholds
from bot.nlu.judgement import is_issue, judged
from bot.nlu.thresholds import (
    CLOSE,
    DENIED,
    DOUBTED,
    GRAVE,
    GRAVE_CLAUSE,
    ISSUES_TOGETHER,
    ISSUES_UNSURE,
    STRANGE,
    STRANGE_BUT_SURE,
)


def rows(*labels):
    return [{"label": label, "confidence": confidence} for label, confidence in labels]


def label(*ranking, parts=(), familiarity=1.0, fell_back=False):
    return judged(rows(*ranking), rows(*parts), familiarity, fell_back=fell_back).label


def test_the_likeliest_label_is_what_a_message_says():
    found = judged(rows(("water.odor", 0.9), ("greet", 0.1)), [], 1.0, fell_back=False)
    assert found == ("water.odor", 0.9)


def test_what_the_classifier_was_not_sure_of_is_not_understood():
    assert judged(rows(("water.odor", 0.15)), [], 1.0, fell_back=True) == (None, 0.15)
    assert judged([], [], None, fell_back=True) == (None, 0.0)


@pytest.mark.parametrize("grave", ["illness", "special.legal", "special.consumer_association"])
def test_an_illness_or_a_threat_is_heard_at_a_lower_confidence(grave):
    assert label(("water.odor", 0.6), (grave, GRAVE)) == grave
    assert label(("water.odor", 0.6), (grave, GRAVE - 0.01)) == "water.odor"
    assert label(("urge", 0.27), (grave, GRAVE), fell_back=True) == grave


def test_a_clause_that_surely_threatens_makes_the_message_a_threat():
    threat = "special.legal"
    assert label(("urge", 0.9), parts=[("urge", 0.9), (threat, GRAVE_CLAUSE)]) == threat
    assert label(("urge", 0.9), parts=[("urge", 0.9), (threat, GRAVE_CLAUSE - 0.01)]) == "urge"


def test_an_illness_or_a_threat_that_is_surely_denied_is_none():
    ranking = (("deny", DENIED), ("special.legal", 0.45))
    assert label(*ranking) == "deny"
    assert label(("deny", DENIED - 0.01), ("special.legal", 0.45)) == "special.legal"


def test_abuse_with_a_complaint_is_a_complaint():
    sure = thresholds.COMPLAINING_CLAUSE
    assert label(("abuse", 0.9), parts=[("abuse", 0.9), ("food.quality", sure)]) == "food.quality"
    assert label(("abuse", 0.9), parts=[("abuse", 0.9), ("food.quality", sure - 0.01)]) == "abuse"
    assert label(("abuse", 0.9), parts=[("abuse", 0.9), ("other_complaint", 0.99)]) == "abuse"
    assert label(("abuse", 0.9)) == "abuse"


def test_strange_words_open_no_case():
    assert label(("packaging.transport", 0.9), familiarity=STRANGE - 0.01) is None
    assert label(("packaging.transport", 0.9), familiarity=STRANGE) == "packaging.transport"
    assert label(("illness", 0.9), familiarity=0.0) is None


def test_a_text_of_which_training_saw_nothing_must_be_read_very_surely():
    assert label(("abuse", STRANGE_BUT_SURE - 0.01), familiarity=0.0) is None
    assert label(("affirm", STRANGE_BUT_SURE), familiarity=0.0) == "affirm"
    assert label(("affirm", 0.5), familiarity=0.1) == "affirm"


def test_a_text_without_words_is_not_strange():
    assert label(("inform", 0.5), familiarity=None) == "inform"


def test_between_two_close_labels_of_which_one_opens_a_case_the_customer_decides():
    first = DOUBTED - 0.01
    assert label(("product.quality", first), ("inform", first - CLOSE / 2)) is None
    assert label(("inform", first), ("product.quality", first - CLOSE / 2)) is None
    assert label(("product.quality", first), ("inform", first - 2 * CLOSE)) == "product.quality"
    assert label(("product.quality", DOUBTED), ("inform", DOUBTED - CLOSE / 2)) == "product.quality"


def test_close_labels_that_lead_to_the_same_are_not_asked_about():
    assert label(("product.quality", 0.3), ("service.quality", 0.29)) == "product.quality"
    assert label(("urge", 0.3), ("ask_progress", 0.29)) == "urge"


def issues(together):
    return [(issue, together / 3) for issue in ("service.quality", "food.quality", "hotel.service")]


def test_where_all_issues_together_have_enough_the_likeliest_of_them_is_taken():
    enough, little = issues(ISSUES_TOGETHER + 0.01), issues(ISSUES_TOGETHER - 0.01)
    assert label(("praise", 0.6), *enough) == "service.quality"
    assert label(("praise", 0.6), *little) == "praise"
    assert label(("deny", DENIED), *enough) == "deny"


def test_of_a_message_not_understood_all_issues_together_need_more():
    assert label(*issues(ISSUES_UNSURE + 0.01), fell_back=True) == "service.quality"
    assert label(*issues(ISSUES_UNSURE - 0.01), fell_back=True) is None


def test_of_a_message_not_understood_a_clause_that_surely_complains_decides():
    sure = thresholds.COMPLAINING_CLAUSE
    assert label(("urge", 0.15), parts=[("food.quality", sure)], fell_back=True) == "food.quality"
    assert label(("urge", 0.15), parts=[("food.quality", sure - 0.01)], fell_back=True) is None
    assert label(("urge", 0.5), parts=[("food.quality", sure)]) == "urge"


@pytest.mark.parametrize("opinion", ["praise", "suggest", "chitchat"])
def test_a_clause_that_complains_outweighs_an_opinion_that_is_not_sure(opinion):
    unsure, enough = thresholds.SURE_OPINION - 0.01, thresholds.CLAUSE_BESIDE_OPINION
    complaining = [(opinion, 0.9), ("hotel.service", enough)]
    assert label((opinion, unsure), parts=complaining) == "hotel.service"
    assert label((opinion, unsure), parts=[("hotel.service", enough - 0.01)]) == opinion
    assert label((opinion, thresholds.SURE_OPINION), parts=complaining) == opinion


def test_a_clause_that_surely_complains_outweighs_a_question_about_goods():
    sure = thresholds.CLAUSE_BESIDE_QUESTION
    assert label(("product_question", 0.99), parts=[("product.quality", sure)]) == "product.quality"
    assert label(("product_question", 0.99), parts=[("product.quality", sure - 0.01)]) == "product_question"


def test_a_clause_that_complains_leaves_asking_after_a_case_what_it_is():
    assert label(("ask_progress", 0.6), parts=[("product.quality", 0.99)]) == "ask_progress"


def test_issues_are_the_labels_of_complaints():
    assert [is_issue(one) for one in ("illness", "other_complaint", "bank.service")] == [True] * 3
    assert [is_issue(one) for one in ("inform", "bot_challenge", "abuse")] == [False] * 3
