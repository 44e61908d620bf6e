"""The packs in data/handbook: whole, exact, and safe to say."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.adapters.handbook_files import check_directory, load_handbook, read_directory
from bot.domain import labels
from bot.domain.errors import NotForCustomers
from bot.domain.handbook.clause import Audience, digest_of
from bot.domain.handbook.situations import SITUATIONS, VALUES

PACKS = Path(__file__).parents[2] / "data" / "handbook"
EVERY_VALUE = dict.fromkeys(VALUES, "某值")
BEVERAGE = {
    "carton.empty": "S-BEV-TETRA-1",
    "carton.spoiled": "S-BEV-TETRA-2",
    "carton.no_straw": "S-BEV-TETRA-3",
    "carton.no_date": "S-BEV-TETRA-4",
    "porridge.foreign_object": "S-BEV-CONGEE-1",
    "porridge.sour": "S-BEV-CONGEE-2",
    "water.odor": "S-BEV-WATER-1",
    "tea.turbid": "S-BEV-TEA-1",
}
RASA_LINE = re.compile(
    r"^\s*(?:-\s+)?(?:nlu|rules|stories|responses|intents|forms|slots|actions|entities):", re.MULTILINE
)


@pytest.fixture(scope="module")
def handbook():
    return load_handbook(PACKS)


def quotations(handbook):
    return [clause for clause in handbook.clauses.values() if clause.document]


def test_the_packs_have_no_problems():
    assert check_directory(PACKS) == []


def test_every_single_pack_works_with_general_alone():
    packs, _ = read_directory(PACKS)
    for pack in packs:
        assert check_directory(PACKS, {"general", pack.id}) == []


def test_all_98_scripted_clauses_are_there_with_their_audiences(handbook):
    audiences = Counter(clause.audience for clause in quotations(handbook))
    assert audiences == {
        Audience.CUSTOMER: 16,
        Audience.INFORMATION: 4,
        Audience.CUSTOMER_APPROVAL: 12,
        Audience.AUTHORITY: 1,
        Audience.RECORD: 1,
        Audience.INTERNAL: 64,
    }


def test_every_quotation_has_the_digest_of_its_archived_wording(handbook):
    for clause in quotations(handbook):
        assert clause.digest == digest_of(clause.quotation), clause.id


def test_a_sentence_of_a_quotation_ends_where_the_source_ends_it(handbook):
    for clause in quotations(handbook):
        for unit in clause.wording:
            inside = unit.text.rstrip("。?!？！”」』)）")
            assert not re.search(r"[。?!？！](?![”」』)）])", inside), (clause.id, unit.text)


def test_only_the_sentence_about_transport_workers_starts_held(handbook):
    assert handbook.held() == {"S-BEV-TETRA-1#4"}
    held = handbook.clause("S-BEV-TETRA-1").wording[3]
    assert held.text == "因为我们曾经发现在运输过程中,有些品行较差的运输工有偷喝饮料行为。"
    assert held.risk == "X-02"


def test_every_risk_of_a_quoted_sentence_is_marked(handbook):
    marked = {unit.risk for clause in quotations(handbook) for unit in clause.wording if unit.risk}
    not_quoted = {"X-32", "X-33", "X-35"}  # passages that no clause quotes
    assert marked == {f"X-{number:02}" for number in range(1, 36)} - not_quoted


@pytest.mark.parametrize(("label", "clause_id"), BEVERAGE.items())
def test_a_beverage_complaint_gets_the_printed_answer(handbook, label, clause_id):
    assert handbook.issue(label).say == (clause_id,)
    clause = handbook.clause(clause_id)
    said = handbook.say(clause_id, {})
    assert said.text == "".join(unit.text for unit in clause.wording if not unit.held)


def test_the_missing_straw_answer_is_exact_to_the_character(handbook):
    assert handbook.say("S-BEV-TETRA-3", {}).text == (
        "我们公司生产设备是进口全自动流水线,软包装饮料在成形后,贴管机自动贴上吸管,由于开机率高,生产时间长,"
        "偶尔会有漏贴现象,而检验人员未发现,造成无吸管。在生产线输送中,出现堵塞,吸管被擦落,造成无吸管。"
        "在运输搬运过程当中,互相之间碰撞,也有可能导致极个别吸管脱落。不论是何种原因,对于您所遇到的情形,我们深表歉意,"
        "在今后的工作中,我们将进一步加强质量管理。"
    )


def test_close_only_says_the_closing_sentence_of_a_beverage_answer(handbook):
    said = handbook.say("S-BEV-TEA-1", {}, close_only={"S-BEV-TEA-1"})
    assert said.clause_id == "S-BEV-CLOSE-1"
    assert (
        said.text
        == "不论是何种原因,对于您所遇到的情形,我们深表歉意,在今后的工作中,我们将进一步加强质量管理。"
    )


def test_the_inverted_promise_is_archived_as_printed_and_corrected_where_sent(handbook):
    printed = next(unit for unit in handbook.clause("S-LET-FLOW-1").wording if "再次发生,并" in unit.text)
    assert printed.text == "我们将采取措施确保类似问题的再次发生,并对可能存在的潜在风险加以控制。"
    assert printed.sent == "我们将采取措施防止类似问题的再次发生,并对可能存在的潜在风险加以控制。"


def test_no_internal_authority_record_or_letter_clause_can_be_said(handbook):
    barred = [clause for clause in handbook.clauses.values() if not clause.may_be_said]
    assert len(barred) == 70
    for clause in barred:
        with pytest.raises(NotForCustomers, match=clause.id):
            handbook.say(clause.id, EVERY_VALUE)


def test_every_other_clause_can_be_said_in_every_variant(handbook):
    for clause in handbook.clauses.values():
        for variant in range(len(clause.ways) if clause.may_be_said else 0):
            assert handbook.say(clause.id, EVERY_VALUE, variant=variant).text.strip()


def test_every_complaint_label_is_claimed_by_exactly_one_pack(handbook):
    claimed = Counter(label for pack in handbook.packs for label in pack.claims.labels)
    assert claimed == dict.fromkeys(labels.COMPLAINTS, 1)


@pytest.mark.parametrize("label", sorted(labels.COMPLAINTS))
def test_every_issue_is_answered_asks_for_the_phone_and_has_a_deadline(handbook, label):
    issue = handbook.issue(label)
    assert issue.say
    assert "phone" in issue.ask
    assert len(issue.ask) <= (11 if label == "illness" else 6)  # D17's five steps ask for more
    assert issue.deadline.value > 0
    assert issue.form in handbook.forms


def test_grave_issues_go_to_a_person(handbook):
    human = {label for label in labels.COMPLAINTS if handbook.issue(label).human}
    assert human == {label for label in labels.COMPLAINTS if labels.raises_case(label)}


def test_grave_issues_go_to_a_person_even_without_the_beverage_pack():
    general = load_handbook(PACKS, {"general"})
    for label in filter(labels.raises_case, sorted(labels.COMPLAINTS)):
        assert general.issue(label).human
        assert general.issue(label).severity == "重大"


def test_illness_is_answered_with_care_a_doctor_and_the_remainder(handbook):
    (clause,) = handbook.issue("illness").say
    text = handbook.say(clause, {}).text
    assert re.search("关心.*医院.*剩余.*保管.*联系", text)
    assert handbook.clause(clause).follows == "S-BEV-ILL-1"


def test_our_own_sentences_promise_no_money_and_deny_nothing(handbook):
    barred = re.compile(
        "赔您|赔偿您|退款给|全额|免费|保证不会|绝对|绝不|不可能|与我们无关|不是我们的(?:错|责任)|元"
    )
    for clause in handbook.clauses.values():
        for way in clause.ways if clause.source == "desk" else ():
            for unit in way:
                assert not barred.search(unit.sent), (clause.id, unit.sent)


def test_every_situation_has_words_and_questions_have_two_ways(handbook):
    for key in SITUATIONS:
        assert handbook.situation(key)
    for field in handbook.fields.values():
        assert len(handbook.situation(field.situation)) >= 2, field.id


def test_sentences_need_only_values_that_the_desk_has_without_any_settings(handbook):
    company = {value for value in VALUES if value.startswith("company.") and value != "company.hours"}
    for key in SITUATIONS:
        said = [
            {name for unit in clause.ways[way] for name in re.findall(r"\{([a-z_.]+)\}", unit.sent)}
            for clause, way in handbook.situation(key)
        ]
        assert any(not wanted & company for wanted in said), key


def test_no_line_of_a_pack_looks_like_rasas_training_data():
    for path in PACKS.rglob("*.yaml"):
        assert not RASA_LINE.search(path.read_text(encoding="utf-8")), path
        assert len(path.read_text(encoding="utf-8").splitlines()) < 1500


def test_the_process_is_explained_with_the_general_deadline(handbook):
    assert "5个工作日" in handbook.speak("process", {}).text
