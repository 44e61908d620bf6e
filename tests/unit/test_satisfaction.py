"""The answers to a visit: which texts and buttons give one, and what packs say of visits."""

from dataclasses import replace

import pytest

from bot.domain.contact import email_in
from bot.domain.followup import Satisfaction, pressed, understood
from bot.domain.handbook.checking import check
from bot.domain.handbook.followup import Kind
from tests.desks import handbook


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1", "非常满意"),
        ("5", "非常不满意"),
        ("三", "一般"),
        ("３。", "一般"),
        ("选4", "不满意"),
        ("第2个", "满意"),
        ("2分", "满意"),
        ("满意", "满意"),
        ("还算满意吧", "满意"),
        ("很满意！", "非常满意"),
        ("一般般", "一般"),
        ("不太满意", "不满意"),
        ("不满意", "不满意"),
        ("很不满意", "非常不满意"),
        ("感觉一般吧", "一般"),
    ],
)
def test_an_answer_is_understood_by_its_number_or_words(text, answer):
    assert understood(text) == answer


@pytest.mark.parametrize(
    "text", ["", "6", "0", "12", "满意什么", "你们一般几点上班", "2箱", "好的", "K4837-19206"]
)
def test_other_texts_are_no_answer(text):
    assert understood(text) is None


def test_a_button_is_the_answer_with_its_number():
    assert [pressed(f"visit.{number}") for number in range(1, 6)] == list(Satisfaction)


@pytest.mark.parametrize(
    "choice", [None, "", "1", "visit.", "visit.0", "visit.6", "visit.x", "means.visit.1"]
)
def test_other_buttons_are_no_answer(choice):
    assert pressed(choice) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("邮箱gu.ke+1@mail.example.com谢谢", "gu.ke+1@mail.example.com"),
        ("a@b", None),
        ("@example.com", None),
        ("没有邮箱", None),
        ("ke fu@example.com", "fu@example.com"),
    ],
)
def test_a_mail_address_is_found_in_a_text(text, address):
    assert email_in(text) == address


@pytest.mark.parametrize(
    ("pack", "kind", "least", "most"),
    [
        ("general", Kind.ENGINEERING, 2, 2),  # P-FU-1
        ("general", Kind.SERVICE, 1, 2),  # P-FU-2
        ("general", Kind.PRODUCT, 1, 1),
        ("engineering", Kind.ENGINEERING, 2, 2),  # as in general
        ("courier", Kind.SERVICE, 1, 1),  # P-FU-4
        ("courier", Kind.ENGINEERING, 2, 2),  # left out there: as in general
        (None, Kind.PRODUCT, 1, 1),
    ],
)
def test_the_packs_say_how_many_visits_there_are(pack, kind, least, most):
    visits = handbook().followup(pack).of(kind)
    assert (visits.least, visits.most) == (least, most)
    assert visits.source


def test_the_tries_of_the_first_visit_fall_within_the_documents_days():
    followup = handbook().followup(None)
    assert followup.begins.value + followup.tries <= followup.first.value


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"least": 3, "most": 2}, "visits[服务]", "least"),
        ({"kind": Kind.PRODUCT}, "visits[产品]", "写了两次"),
        ({"kind": Kind.PRODUCT}, "followup.visits", "没有写“服务”"),
    ],
)
def test_a_pack_that_says_it_wrongly_is_told_so(change, place, message):
    packs = list(handbook().packs)
    (at, general) = next((nth, pack) for nth, pack in enumerate(packs) if pack.id == "general")
    visits = tuple(
        replace(one, **change) if one.kind is Kind.SERVICE else one for one in general.followup.visits
    )
    packs[at] = replace(general, followup=replace(general.followup, visits=visits))
    found = [problem for problem in check(packs) if place in problem.place]
    assert any(message in problem.message for problem in found)


def test_a_dissatisfied_answer_is_never_content():
    packs = list(handbook().packs)
    (at, general) = next((nth, pack) for nth, pack in enumerate(packs) if pack.id == "general")
    content = (Satisfaction.DISSATISFIED,)
    packs[at] = replace(general, followup=replace(general.followup, content=content))
    assert any(problem.place == "followup.content" for problem in check(packs))
