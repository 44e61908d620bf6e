import pytest

from bot.settings import ROOT


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


@pytest.fixture
def figures(bench, monkeypatch, tmp_path):
    import kept

    monkeypatch.setattr(kept, "FIGURES", tmp_path / "figures")
    return kept


def measured(figures, name, *ratios, note=""):
    figures.keep(name, figures.Around("2026-11-23 02:00 UTC", "abc1234", 2, 0.5), ratios, note)


def test_what_a_part_found_stands_on_the_page_with_its_ratio_and_its_goal(figures):
    from figures import Ratio
    from page import page

    measured(figures, "turn", Ratio("a turn: ours / stock", 30.0, 50.0, 0.5), note="a model")
    lines = page().splitlines()

    assert "2026-11-23 02:00 UTC, abc1234, 2 cores, load 0.5 before; a model" in lines
    assert "| a turn: ours / stock | 30.0 ms | 50.0 ms | 0.60 | at most 0.5: **missed** |" in lines


def test_what_is_measured_anew_replaces_what_stood_there_and_the_rest_stays(figures, tmp_path):
    from figures import Ratio
    from page import BEGIN, END, page, put

    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}{END}after\n", encoding="utf-8")
    measured(figures, "turn", Ratio("the old turn", 1.0))
    measured(figures, "wechat", Ratio("callbacks", 2.0))
    put(document, page)
    (figures.FIGURES / "wechat.json").unlink()
    measured(figures, "turn", Ratio("the new turn", 3.0))
    put(document, page)
    text = document.read_text(encoding="utf-8")

    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert ("the old turn" in text, "the new turn" in text, "callbacks" in text) == (False, True, True)
    assert text.count("### WeChat") == 1


def test_a_goal_may_be_the_least(bench):
    from figures import Ratio

    four = Ratio("turns a second, desks: 4 / 1", 60.0, 20.0, 3.0, at_least=True)
    assert (four.value, four.verdict) == (3.0, "goal at least 3: met")


def test_machines_are_reckoned_for_the_busiest_hour(bench):
    from on_paper import Units, reckoned

    units = Units(
        turns=6, milliseconds={"desk": 50.0, "Rasa": 20.0, "PostgreSQL": 10.0}, idle={}, megabytes={},
        socket_kilobytes=16, commits=10, rows={"messages": 17.0}, bytes_written=0, bytes_packed=1000,
        tables={}, case_rows=0, case_bytes=700,
    )  # fmt: skip
    found = {title: of(100_000) for title, _, of, _ in reckoned(units)}

    assert found["turns a second, busiest hour"] == 20.0
    assert (found["cores for desks"], found["pairs"]) == (2.0, 2)
    assert found["database a year"] == pytest.approx(73.0)
