"""Traditional and Simplified characters by OpenCC: characters only, words stay (design: clauses)."""

from functools import cache

from opencc import OpenCC

_CONFIGURATIONS = {"hans": "t2s", "hant": "s2tw"}


@cache
def _converter(configuration: str) -> OpenCC:
    return OpenCC(configuration)


def convert(text: str, script: str) -> str:
    """`text` in the characters of `script` ("hans" or "hant")."""
    converted: str = _converter(_CONFIGURATIONS[script]).convert(text)
    return converted
