import pytest

from bot.domain.errors import HandbookError, NotForCustomers, NothingToSay, UnfilledPlaceholder
from bot.domain.handbook import say
from bot.domain.handbook.clause import Clause, Placeholder, Unit


def own(*sentences, **more):
    return Clause(id="K-A-1", audience="customer", source="desk", wording=tuple(sentences), **more)


def quoted(*sentences, **more):
    return Clause(
        id="S-A-1", audience="customer", document="D01", place="001:1", wording=tuple(sentences), **more
    )


def test_sentences_are_said_in_order_with_clause_and_version():
    said = say(own("您好。", "请坐。", version=3), {})
    assert (said.text, said.clause_id, said.version, said.omitted) == ("您好。请坐。", "K-A-1", 3, ())


def test_a_paragraph_starts_a_new_line_but_never_the_first():
    clause = own(Unit("一。", paragraph=True), Unit("二。", paragraph=True))
    assert say(clause, {}).text == "一。\n二。"


def test_a_misprint_is_said_corrected_and_kept_as_printed():
    clause = quoted(Unit("酒点。", corrected="酒店。"))
    assert say(clause, {}).text == "酒店。"
    assert clause.quotation == "酒点。"


def test_what_the_pack_holds_is_left_out_and_named():
    said = say(own("一。", Unit("二。", held=True)), {})
    assert (said.text, said.omitted) == ("一。", ("K-A-1#2",))


def test_what_the_caller_holds_takes_the_place_of_the_packs_own_holds():
    said = say(own("一。", Unit("二。", held=True)), {}, held={"K-A-1#1"})
    assert (said.text, said.omitted) == ("二。", ("K-A-1#1",))


def test_a_clause_with_every_sentence_held_is_an_error():
    with pytest.raises(NothingToSay, match="K-A-1"):
        say(own("一。"), {}, held={"K-A-1#1"})


def test_variants_take_turns_and_have_their_own_sentence_keys():
    clause = Clause(id="K-A-1", audience="customer", source="desk", variants=("一。", ("二。", "三。")))
    assert [say(clause, {}, variant=number).text for number in range(3)] == ["一。", "二。三。", "一。"]
    assert say(clause, {}, variant=1, held={"K-A-1#2.1"}).text == "三。"


def test_values_fill_our_own_placeholders():
    assert say(own("编号是 {case.number}。"), {"case.number": "K1"}).text == "编号是 K1。"


def test_values_fill_blanks_that_are_printed_in_a_quotation():
    clause = quoted("客服电话:400-xxx-xxxx。", placeholders=(Placeholder("400-xxx-xxxx", "company.hotline"),))
    assert say(clause, {"company.hotline": "4001"}).text == "客服电话:4001。"


def test_a_value_that_looks_like_a_placeholder_is_only_text():
    values = {"case.number": "{deadline}", "deadline": "5个工作日"}
    assert say(own("编号 {case.number}。"), values).text == "编号 {deadline}。"


def test_braces_in_a_quotation_are_only_text():
    assert say(quoted("{不满意}请投诉。"), {}).text == "{不满意}请投诉。"


@pytest.mark.parametrize("values", [{}, {"case.number": ""}, {"case.number": "  "}])
def test_an_unfilled_placeholder_is_refused_by_name(values):
    with pytest.raises(UnfilledPlaceholder, match=r"K-A-1.*case\.number"):
        say(own("编号 {case.number}。"), values)


def test_a_blank_in_a_held_sentence_needs_no_value():
    assert say(own("一。", Unit("{deadline}。", held=True)), {}).text == "一。"


@pytest.mark.parametrize("audience", ["internal", "authority", "record", "customer-approval"])
def test_what_is_not_for_customers_is_refused(audience):
    clause = Clause(id="S-A-1", audience=audience, document="D01", wording=("一。",))
    with pytest.raises(NotForCustomers, match=audience):
        say(clause, {})


def test_a_released_answer_is_said_and_a_released_letter_is_not():
    answer = Clause(id="S-A-1", audience="customer-approval", released=True, wording=("一。",))
    letter = Clause(
        id="S-A-1", audience="customer-approval", released=True, medium="letter", wording=("一。",)
    )
    assert say(answer, {}).text == "一。"
    with pytest.raises(HandbookError, match="letter"):
        say(letter, {})
