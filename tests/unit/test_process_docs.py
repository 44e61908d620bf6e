"""docs/process.md shows the processes as they are."""

from bot.domain.handbook.diagram import diagram, diagrams
from bot.settings import ROOT
from tests.desks import handbook

PAGE = (ROOT / "docs" / "process.md").read_text(encoding="utf-8")
MARK = "<!-- kesu handbook diagram -->"


def test_the_page_draws_the_processes_of_the_packs():
    assert PAGE.partition(MARK)[2].strip() == diagrams(handbook().processes).strip(), (
        "run `kesu handbook diagram` and put what it prints into docs/process.md"
    )


def test_a_diagram_names_states_by_their_titles_with_their_deadlines():
    drawn = diagram(handbook().processes.get("general"), handbook().processes)
    assert 'state "转责任部门（3个工作日内）" as dispatched' in drawn
    assert "consulting --> dispatched: 客户不同意" in drawn


def test_a_diagram_names_who_approves_in_order():
    drawn = diagram(handbook().processes.get("manufacturer"), handbook().processes)
    assert "qc_analysis --> confirming: 公司造成（品管部经理→分管副总批准）" in drawn
    assert 'state "投诉登记（半个工作日内）" as accepted' in drawn
