import pytest
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.context import agreement, labels, leaves_form, taken_as
from bot.nlu.thresholds import SMALL_TALK, WITHDRAWAL
from bot.nlu.turn import Context, MalformedError
from tests.nlu.room_server import ROOT


@pytest.fixture(scope="module")
def domain():
    return Domain.load(ROOT / "domain.yml")


def reading(label, confidence=0.9, *entities, text="就是手机壳吧", value="手机壳"):
    found = [{"entity": entity, "value": value} for entity in entities]
    return {"text": text, "normal": text, "label": label, "confidence": confidence, "entities": found}


def agreed(domain, *contexts):
    tracker = DialogueStateTracker("c-1", domain.slots)
    for context in contexts:
        tracker.update_with_events(agreement(context), domain)
    return tracker


def test_a_field_being_asked_opens_the_form(domain):
    tracker = agreed(domain, Context(case="c1", question="product"))
    assert tracker.active_loop_name == "complaint_form"
    slots = tracker.current_slot_values()
    assert (slots["case"], slots["question"], slots["details"]) == ("c1", "product", None)
    assert slots[REQUESTED_SLOT] == "details"


@pytest.mark.parametrize("question", [None, "withdraw"])
def test_without_a_field_being_asked_the_form_is_closed(domain, question):
    tracker = agreed(domain, Context(case="c1", question="product"), Context(case="c1", question=question))
    assert tracker.active_loop_name is None
    assert tracker.get_slot(REQUESTED_SLOT) is None
    assert tracker.get_slot("question") == question


def test_an_answering_entity_makes_any_interruption_an_answer(domain):
    asked = Context(question="purchase_place", expects=("place", "date"))
    assert taken_as(reading("ask_progress", 0.99, "date"), asked, domain) == "inform"
    assert taken_as(reading("ask_progress", 0.99, "phone"), asked, domain) is None


def test_nothing_but_what_was_asked_for_is_an_answer_whatever_complaint_it_recalls(domain):
    asked = Context(question="product")
    assert taken_as(reading("product.quality", 0.99, "product", text="手机壳。"), asked, domain) == "inform"
    assert taken_as(reading("product.quality", 0.99, "product", text="手机壳裂了"), asked, domain) is None
    assert taken_as(reading("product.quality", 0.99, "phone", text="手机壳"), asked, domain) is None
    assert taken_as(reading("product.quality", 0.99, "product", text="手机壳"), Context(), domain) is None


def test_without_expectations_the_question_itself_names_the_entity(domain):
    assert (
        taken_as(reading("product_question", 0.99, "product"), Context(question="product"), domain)
        == "inform"
    )


@pytest.mark.parametrize(
    "label", ["chitchat", "product_question", "praise", "suggest", "greet", "thank", "bot_challenge"]
)
def test_doubtful_small_talk_is_an_answer_and_certain_small_talk_is_not(domain, label):
    asked = Context(question="product")
    assert taken_as(reading(label, SMALL_TALK - 0.01), asked, domain) == "inform"
    assert taken_as(reading(label, SMALL_TALK), asked, domain) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我不是要投诉，只是说说", "withdraw"),
        ("没想投诉", "withdraw"),
        ("不是来投诉的", "withdraw"),
        ("我不是第一次投诉了", None),
        ("又不是没投诉过", None),
        ("不是奶茶", None),
    ],
)
def test_who_does_not_mean_to_complain_is_asked_whether_to_withdraw(domain, text, label):
    assert taken_as(reading("deny", 0.99, text=text), Context(question="product"), domain) == label
    assert taken_as(reading("deny", 0.99, text=text), Context(), domain) is None


def test_asking_for_a_human_is_always_heard(domain):
    assert taken_as(reading("request_human", 0.21, "phone"), Context(question="phone"), domain) is None


def test_a_withdrawal_is_heard_when_it_is_meant_for_sure(domain):
    asked = Context(question="phone")
    assert taken_as(reading("withdraw", WITHDRAWAL, "phone"), asked, domain) is None
    assert taken_as(reading("withdraw", WITHDRAWAL - 0.01), asked, domain) == "inform"


@pytest.mark.parametrize("label", ["water.odor", "illness", "inform", "deny", "goodbye", None])
def test_what_the_form_hears_anyway_keeps_its_label(domain, label):
    assert taken_as(reading(label, 0.4, "product"), Context(question="product"), domain) is None


def test_nothing_is_taken_for_an_answer_when_nothing_is_asked(domain):
    assert taken_as(reading("chitchat", 0.31, "product"), Context(), domain) is None
    assert taken_as(reading("chitchat", 0.31), Context(question="withdraw"), domain) is None


def test_rasas_own_intents_are_no_labels(domain):
    assert not labels(domain) & {"restart", "session_start", "back", "out_of_scope", "nlu_fallback"}
    assert {"carton.empty", "product_question"} <= labels(domain)


def test_every_label_that_leaves_the_form_is_a_label(domain):
    leaving = {label for label in labels(domain) if leaves_form(domain, label)}
    assert leaving == set(domain.forms["complaint_form"]["ignored_intents"])


@pytest.mark.parametrize(
    "context",
    [
        None,
        [],
        {"case": 1},
        {"question": ""},
        {"question": "q" * 201},
        {"expects": "date"},
        {"expects": [1]},
        {"choice": []},
    ],
)
def test_a_malformed_context_is_refused(context):
    with pytest.raises(MalformedError):
        Context.from_json(context)


def test_unknown_keys_of_a_context_are_passed_on():
    context = Context.from_json({"case": None, "fields": {"product": "红茶"}})
    assert context.data["fields"] == {"product": "红茶"}
