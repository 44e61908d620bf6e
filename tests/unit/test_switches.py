"""A company decides sentence by sentence, without touching code."""

import pytest

from bot.adapters.company_file import read_company
from bot.adapters.script import convert
from bot.domain.company import Company
from bot.domain.errors import ConfigurationError, NothingToSay, UnknownClause
from bot.domain.handbook.switches import Switch, Switches
from bot.services.words import Words
from tests.desks import handbook

ACCUSING = "因为我们曾经发现在运输过程中,有些品行较差的运输工有偷喝饮料行为。"


def words(**switches):
    company = Company(sentences=Switches(**{name: tuple(rows) for name, rows in switches.items()}))
    return Words(handbook(), company, convert, lambda phone: phone)


def test_the_sentence_that_accuses_transport_workers_starts_held():
    assert ACCUSING not in words().clause("S-BEV-TETRA-1", "hans").text


def test_a_held_sentence_can_be_released():
    released = words(release=[Switch("S-BEV-TETRA-1#4")])
    assert released.clause("S-BEV-TETRA-1", "hans").text == handbook().clause("S-BEV-TETRA-1").quotation


def test_any_sentence_can_be_held_back():
    first = handbook().clause("S-BEV-WATER-1").wording[0].text
    assert first in words().clause("S-BEV-WATER-1", "hans").text
    assert first not in words(hold=[Switch("S-BEV-WATER-1#1")]).clause("S-BEV-WATER-1", "hans").text


def test_a_sentence_can_be_held_back_for_one_product_only():
    first = handbook().clause("S-BEV-WATER-1").wording[0].text
    some = words(hold=[Switch("S-BEV-WATER-1#1", product="矿泉水")])
    assert first not in some.clause("S-BEV-WATER-1", "hans", "天山矿泉水").text
    assert first in some.clause("S-BEV-WATER-1", "hans", "纯净水").text


def test_a_clause_can_speak_its_closing_sentence_only():
    short = words(closing_only=[Switch("S-BEV-CONGEE-1")]).clause("S-BEV-CONGEE-1", "hans")
    assert short.text == handbook().clause("S-BEV-CLOSE-1").quotation
    assert short.clause == "S-BEV-CLOSE-1"


def test_a_clause_that_is_held_back_whole_says_nothing():
    keys = [key for key in handbook().sentences() if key.startswith("S-BEV-CLOSE-1#")]
    with pytest.raises(NothingToSay):
        words(hold=[Switch(key) for key in keys]).clause("S-BEV-CLOSE-1", "hans")


def test_switches_are_read_from_the_company_file(tmp_path):
    file = tmp_path / "company.yml"
    file.write_text(
        "packs: [general, beverage]\n"
        "sentences:\n"
        "  hold:\n  - S-BEV-WATER-1#1\n  - {key: 'S-BEV-WATER-1#2', product: 矿泉水}\n",
        encoding="utf-8",
    )
    company = read_company(file)
    assert company.packs == ("general", "beverage")
    assert company.sentences.hold == (Switch("S-BEV-WATER-1#1"), Switch("S-BEV-WATER-1#2", "矿泉水"))


@pytest.mark.parametrize(
    ("switches", "named"),
    [
        (Switches(hold=(Switch("S-BEV-WATER-1#99"),)), "S-BEV-WATER-1#99"),
        (Switches(closing_only=(Switch("S-DEEP-1"),)), "S-DEEP-1"),
    ],
)
def test_a_switch_for_what_does_not_exist_is_refused(switches, named):
    with pytest.raises(ConfigurationError, match=named):
        switches.check(handbook(), "company.yml")


def test_a_switch_for_an_unknown_clause_is_refused():
    with pytest.raises(UnknownClause, match="S-NONE-1"):
        Switches(closing_only=(Switch("S-NONE-1"),)).check(handbook(), "company.yml")


@pytest.mark.parametrize(
    "content", ["sentences: [a]", "sentences: {hide: []}", "sentences: {hold: x}", "packs: x"]
)
def test_a_fault_in_the_switches_names_the_file(tmp_path, content):
    file = tmp_path / "company.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"company\.yml"):
        read_company(file)
