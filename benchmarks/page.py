"""What all parts of `make bench` found, as one page in Markdown: `.venv/bin/python benchmarks/page.py`.

`--write` puts it between the marks of docs/performance.md instead of printing it.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.settings import ROOT
from figures import Ratio
from kept import Part, kept

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- begin of the figures -->\n", "<!-- end of the figures -->\n"
_HEAD = "### "
PARTS = {
    "turn": "A turn, beside stock Rasa",
    "cases": "A full case database",
    "reports": "Reports over a full case database",
    "fleet": "One desk process and several",
    "costs": "What a conversation costs",
    "wechat": "WeChat",
    "shadow": "Shadow replay",
    "retraining": "From an order to a report",
}


def page(before: str = "") -> str:
    """Every part that was measured here; of the others what stands in the page `before`, if they do."""
    stood = {part.partition("\n")[0]: part for part in before.strip().split(_HEAD)[1:]}
    return "\n\n".join(_part(name, stood.get(title, "")) for name, title in PARTS.items()) + "\n"


def _part(name: str, stood: str) -> str:
    found = kept(name)
    if found:
        return "\n".join(_lines(PARTS[name], found))
    return _HEAD + (stood.strip() or f"{PARTS[name]}\n\nNot measured yet.")


def _lines(title: str, part: Part) -> Iterator[str]:
    yield f"{_HEAD}{title}\n"
    yield f"{part.around.told()}{'; ' if part.note else ''}{part.note}\n"
    yield "| | measured | beside | ratio | goal |"
    yield "|---|---|---|---|---|"
    for ratio in part.ratios:
        yield _row(ratio)


def _row(ratio: Ratio) -> str:
    beside = "" if ratio.beside is None else _figure(ratio.beside, ratio.unit)
    value = "" if ratio.beside is None else f"{ratio.value:,.2f}"
    verdict = ratio.verdict.removeprefix("goal ").replace("MISSED", "**missed**")
    return f"| {ratio.title} | {_figure(ratio.measured, ratio.unit)} | {beside} | {value} | {verdict} |"


def _figure(value: float, unit: str) -> str:
    """Three digits that say something, or all before the point."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 -- powers of ten
    return f"{value:,.{digits}f} {unit}".strip()


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.relative_to(ROOT)}")
    if parser.parse_args().write:
        put(PAGE, page)
    else:
        print(page(), end="")


def put(document: Path, made: Callable[[str], str]) -> None:
    """Write what is generated between the marks of a document, made of what stands there."""
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    stands, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n{made(stands).strip()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
