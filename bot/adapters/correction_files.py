"""Writes approved corrections as Rasa's training files, always in the same order, so that they diff well."""

from collections.abc import Iterable
from pathlib import Path

from bot.domain.correction import Correction, Part

_HEAD = """\
# Written by `kesu training export`: corrections made in the console. Change them there.
version: "3.1"
nlu:
"""
_CORRECTED = "  metadata:\n    corrected: true\n"  # counts for more: bot/nlu/classifier.py


def rows_of(corrections: Iterable[Correction]) -> list[Part]:
    """The rows of corrections by label and text, each text once; of two that differ, the later one."""
    rows = {part.text: part for correction in corrections for part in correction.parts}
    return sorted(rows.values(), key=lambda part: (part.label, part.text))


def write_corrections(corrections: Iterable[Correction], folder: Path) -> list[Path]:
    """Write the rows into `folder`, a file for each label; the files there are. Older ones are removed.

    `corrections` are in the order in which they were made (`Corrections.approved`).
    """
    return write_rows(rows_of(corrections), folder)


def write_rows(rows: Iterable[Part], folder: Path) -> list[Path]:
    """The same with rows that are in order already."""
    folder.mkdir(parents=True, exist_ok=True)
    texts: dict[Path, list[str]] = {}
    for part in rows:
        path = folder / f"{part.label.replace('.', '_')}.yml"
        lines = texts.setdefault(path, [f"{_HEAD}- intent: {part.label}\n{_CORRECTED}  examples: |\n"])
        lines.append(f"    - {part.written}\n")
    for path in folder.glob("*.yml"):
        if path not in texts:
            path.unlink()
    for path, lines in texts.items():
        path.write_text("".join(lines), encoding="utf-8")
    return sorted(texts)
