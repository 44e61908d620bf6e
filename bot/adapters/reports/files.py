"""Where a model's report stands, and what an earlier one of the same model knew."""

import json
from collections.abc import Callable
from pathlib import Path

from bot.adapters.reports.page import page
from bot.domain.report import Report

PAGE, FIGURES = "report.html", "figures.json"


def report_folder(reports: Path, model: Path) -> Path:
    """The folder of a model's report."""
    return reports / model.name.removesuffix(".tar.gz")


def write_report(report: Report, folder: Path, title: Callable[[str], str]) -> Path:
    """Write the page for people and the figures for programs; the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = json.dumps(report.to_json(), ensure_ascii=False, indent=2)
    (folder / FIGURES).write_text(figures + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page(report, title), encoding="utf-8")
    return folder / PAGE


def known_training_seconds(folder: Path) -> float | None:
    """How long the model's training took, if an earlier report measured it."""
    try:
        known: float | None = json.loads((folder / FIGURES).read_text(encoding="utf-8"))["training_seconds"]
    except FileNotFoundError:
        return None
    return known
