"""Whether the consumer association would take a complaint up, by its own lists."""

import pytest
from click.testing import CliRunner

from bot.adapters.handbook_files import load_handbook
from bot.commands.handbook import command
from bot.domain.acceptance import Outcome, check, questions
from bot.domain.errors import InvalidInput, UnknownClause
from bot.domain.handbook.handbook import Handbook
from bot.settings import ROOT


@pytest.fixture(scope="module")
def handbook():
    return load_handbook(ROOT / "data" / "handbook")


@pytest.mark.parametrize("number", range(1, 4))
def test_each_line_of_the_accepted_list_is_a_ground_by_itself(handbook, number):
    result = check(handbook, {f"C-CCA-A{number}": True})
    assert (result.outcome, result.grounds[0].text[0]) == (Outcome.ACCEPTED, str(number))


@pytest.mark.parametrize("number", range(1, 10))
def test_each_line_of_the_refused_list_goes_before_the_accepted_one(handbook, number):
    result = check(handbook, {"C-CCA-A1": True, f"C-CCA-N{number}": True})
    assert result.outcome is Outcome.REFUSED
    assert [(one.rule, one.text[0]) for one in result.grounds] == [(f"C-CCA-N{number}", str(number))]


@pytest.mark.parametrize("answers", [{}, {"C-CCA-A1": False, "C-CCA-N1": False}])
def test_without_a_ground_it_stays_open(handbook, answers):
    assert check(handbook, answers).outcome is Outcome.OPEN


def test_the_result_is_dated_and_no_reason_to_refuse_a_complaint(handbook):
    result = check(handbook, {"C-CCA-N3": True})
    assert "2013" in result.dated
    assert "照常办理" in result.caveat
    assert result.link.startswith("https://")


def test_every_line_of_both_lists_is_asked_about(handbook):
    assert len(questions(handbook)) == 12


def test_an_answer_to_something_else_is_refused_by_name(handbook):
    with pytest.raises(InvalidInput, match="C-CCA-X"):
        check(handbook, {"C-CCA-X": True})


def test_without_the_pack_there_is_nothing_to_check_against():
    with pytest.raises(UnknownClause, match="public"):
        check(Handbook([]), {})


def test_the_command_asks_and_names_the_clause():
    answers = "".join("y\n" if number == 5 else "n\n" for number in range(12))  # the sixth: a warranty
    result = CliRunner().invoke(command, ["acceptance"], input=answers)
    assert result.exit_code == 0, result.output
    assert "不予受理" in result.output
    assert "C-CCA-N3" in result.output


def test_the_command_takes_answers_without_asking():
    result = CliRunner().invoke(command, ["acceptance", "--yes", "C-CCA-A1"])
    assert "应予受理" in result.output
    assert len(CliRunner().invoke(command, ["acceptance", "--list"]).output.splitlines()) == 12
