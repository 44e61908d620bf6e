"""Traditional and Simplified characters by OpenCC; words are changed only in sentences of our own."""

import re
from functools import cache

from opencc import OpenCC

_CONFIGURATIONS = {"hans": "t2s", "hant": "s2tw", "hant-hans": "tw2s"}
_WITH_WORDS = "s2twp"
# Taiwan's words for computers, which s2twp puts where people mean something else: 感謝您的支援, 設施裝置.
_NOT_COMPUTING = re.compile("(支持|权限|有权|设备|程序代码|运行|查看|智能客服)")


@cache
def _converter(configuration: str) -> OpenCC:
    return OpenCC(configuration)


def convert(text: str, script: str, *, own_words: bool = False) -> str:
    """`text` in the characters of `script` ("hans" or "hant"; "hant-hans" is the way back of the latter).

    `own_words`: the text is the desk's own, so that Taiwan's words (資訊, 聯絡) may stand for the mainland's.
    """
    if own_words and script == "hant":
        pieces = enumerate(_NOT_COMPUTING.split(text))
        return "".join(_in(_CONFIGURATIONS[script] if nth % 2 else _WITH_WORDS, one) for nth, one in pieces)
    return _in(_CONFIGURATIONS[script], text)


def _in(configuration: str, text: str) -> str:
    converted: str = _converter(configuration).convert(text)
    return converted
