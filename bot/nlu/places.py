"""The names of China's provinces, cities and counties, Taiwan and Hong Kong with them, from jionlp's list."""

import zipfile
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import FrozenSet, Iterator

from bot.nlu.normalizer import normalize

LIST = "dictionary/china_location.zip"
DEEPEST = 2  # indented by tabs: province, city, county; below stand towns and villages, which name everything
KINDS = "省市区县"
SHORTEST = 2


def place_names() -> FrozenSet[str]:
    """Return the names in normal form, each with and without its kind (嘉兴市, 嘉兴); read while training."""
    return frozenset(name for name in _names() if len(name) >= SHORTEST)


def _names() -> Iterator[str]:
    for line in _lines():
        depth = len(line) - len(line.lstrip("\t"))
        if depth <= DEEPEST and line.strip():
            full, *rest = line.split()
            name = normalize(full).text
            yield name
            yield name.rstrip(KINDS)
            if len(rest) > 1:
                yield normalize(rest[1]).text


def _lines() -> Iterator[str]:
    spec = find_spec("jionlp")  # its folder, without importing it
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("jionlp is not installed")
    with zipfile.ZipFile(Path(spec.submodule_search_locations[0]) / LIST) as archive:
        for member in archive.namelist():
            with archive.open(member) as raw:
                yield from TextIOWrapper(raw, encoding="utf-8")
