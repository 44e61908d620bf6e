"""Text as WeChat takes it: counted in bytes, a few messages for a whole turn, no markup of strangers.

A message holds so many bytes of UTF-8, and a customer's message allows only a few of ours: so the lines of a
turn are joined, and cut where a reader would pause.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

MOST_BYTES = 2048  # of one text message
MOST_PARTS = 5  # messages for one turn
CUT = "…"
HINT = "（内容较长，没有显示完。需要其余部分，请回复“转人工”。）"
PICK = "（回复数字就可以选。）"
BETWEEN_LINES = "\n\n"
_LONGEST = 4  # bytes of one character

_TRADITIONAL = {
    HINT: "（內容較長，沒有顯示完。需要其餘部分，請回覆「轉人工」。）",
    PICK: "（回覆數字就可以選。）",
}
# Frequent characters that no text in Simplified ones has.
_ONLY_TRADITIONAL = re.compile(
    "[們請這為會後問單號點對說給還沒個來時過嗎訴實質費貨購買應該處長開關電話選轉專線員經產壞換數認證錯誤]"
)
_CLOSING = "”’」』）】》)\"'"
# From the best place to the worst: a break is made at the last place of the first kind that there is.
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(rf"[。！？…]+[{_CLOSING}]*|(?<![!?.;])[!?.;]++[{_CLOSING}]*+(?![!-~])|\n"),
    re.compile(rf"[，、；：][{_CLOSING}]*|[,:](?![!-~])|\s+"),
    re.compile(r"[!-~]+|[^!-~]"),
)
_SENTENCES = 1
_JOINER = "\u200d"
_SKIN, _FLAG, _TAG = ("\U0001f3fb", "\U0001f3ff"), ("\U0001f1e6", "\U0001f1ff"), ("\U000e0020", "\U000e007f")
# What XML can't carry, and what is invisible or turns the reading direction round.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_TAG_OPENS = re.compile(r"<(?=\s*[/!?a-zA-Z])")


def harmless(text: str) -> str:
    """The text as it may go out, however it came about: WeChat makes links of `<a href="weixin://…">`.

    What opens a tag becomes 「＜」, control characters and halves of characters go; a second time changes
    nothing.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _TAG_OPENS.sub("＜", _UNFIT.sub("", lines))


def beside(text: str, sentence: str) -> str:
    """A sentence of ours (`HINT`, `PICK`) in the characters of the text that it stands beside."""
    return _TRADITIONAL.get(sentence, sentence) if _ONLY_TRADITIONAL.search(text) else sentence


def size(text: str) -> int:
    """Bytes of the text as WeChat counts them; half a character counts like the mark that stands for it."""
    return len(text.encode("utf-8", "replace"))


def split(
    text: str, most_bytes: int = MOST_BYTES, most_parts: int = MOST_PARTS, hint: str = HINT
) -> tuple[str, ...]:
    """The text in as few harmless parts as it takes, none empty and none over `most_bytes`.

    Parts end with sentences; where that would take more than `most_parts`, also within them, but never inside
    of a character, and of a word or number only if it fills a part by itself. What is still too much is left
    out: the last part then ends with 「…」 and, if there is room, `hint`. ValueError under 4 bytes or 1 part.
    """
    if most_bytes < _LONGEST or most_parts < 1:
        raise ValueError("a part holds at least one character")
    return _Splitting(harmless(text).strip(), most_bytes).parts(most_parts, beside(text, hint))


def coalesce(
    lines: Iterable[str], most_bytes: int = MOST_BYTES, most_parts: int = MOST_PARTS, hint: str = HINT
) -> tuple[str, ...]:
    """The lines of one turn in as few messages as they take, split where they are too long (`split`)."""
    return split(
        BETWEEN_LINES.join(line.strip() for line in lines if line.strip()), most_bytes, most_parts, hint
    )


class _Splitting:
    """Where a text may be broken, and the parts that come of it."""

    def __init__(self, text: str, most_bytes: int) -> None:
        self._text, self._most = text, most_bytes
        self._bytes = [0, *accumulate(map(size, text))]
        whole = _insides(text)
        found = [[match.end() for match in kind.finditer(text)] for kind in _BREAKS]
        ends = [[end for end in kind if end not in whole] for kind in found]
        self._ends: Sequence[Sequence[int]] = (*ends, range(1, len(text) + 1))

    def parts(self, most_parts: int, hint: str) -> tuple[str, ...]:
        """The coarsest breaks that need no more parts than sentences do, or else than there may be."""
        tried = [self.greedy(finest) for finest in range(len(self._ends) - 1)]
        enough = min(most_parts, len(tried[_SENTENCES]))
        fitting = next((parts for parts in tried if len(parts) <= enough), None)
        return tuple(fitting) if fitting is not None else self._cut(tried[_SENTENCES], most_parts, hint)

    def greedy(self, finest: int) -> list[str]:
        """Each part as long as it may be, broken at places of the kinds up to `finest`, if there are any."""
        parts: list[str] = []
        start, length = 0, len(self._text)
        while start < length:
            end = self._end(start, finest)
            parts.append(self._text[start:end].strip())
            start = end
        return [part for part in parts if part]

    def _end(self, start: int, finest: int) -> int:
        """Where the part ends that starts there; the worse kinds serve where the better have no place."""
        reach = bisect_right(self._bytes, self._bytes[start] + self._most) - 1
        if reach == len(self._text):
            return reach
        best = max(_last(kind, start, reach) for kind in self._ends[: finest + 1])
        others = (_last(kind, start, reach) for kind in self._ends[finest + 1 :])
        return best if best > start else next(place for place in others if place > start)

    def _cut(self, parts: list[str], most_parts: int, hint: str) -> tuple[str, ...]:
        """The first parts, and a sign that there was more."""
        signs = (CUT + hint, CUT)
        fitting = (sign for sign in signs if size(sign) + max(size(sign), _LONGEST) <= self._most)
        ending = next(fitting, "")
        last = _Splitting(parts[most_parts - 1], self._most - size(ending)).greedy(_SENTENCES)[0]
        return (*parts[: most_parts - 1], last + ending)


def _last(places: Sequence[int], after: int, upto: int) -> int:
    """The last of these (ascending) places up to there, or `after` if there is none behind it."""
    nth = bisect_right(places, upto)
    return max(places[nth - 1], after) if nth else after


def _insides(text: str) -> set[int]:
    """The places inside of what a reader takes for one character: accents, emoji of several, flags."""
    return {place for place in range(1, len(text)) if _belongs(text[place - 1], text[place])} | set(
        _flags(text)
    )


def _belongs(before: str, char: str) -> bool:
    if _JOINER in (before, char) or unicodedata.category(char) in {"Mn", "Me", "Mc"}:
        return True
    return _SKIN[0] <= char <= _SKIN[1] or _TAG[0] <= char <= _TAG[1]


def _flags(text: str) -> Iterator[int]:
    """The places inside of flags, which are pairs of letters of their own."""
    run = 0
    for place, char in enumerate(text):
        run = run + 1 if _FLAG[0] <= char <= _FLAG[1] else 0
        if run and run % 2 == 0:
            yield place
