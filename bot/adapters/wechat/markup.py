"""The XML of callbacks, read strictly: what is not plainly a message of WeChat's is refused.

No document type, entity, processing instruction, comment or namespace; UTF-8 only; bounded in depth and in
the number of elements, and refused while it is being read; nothing is ever fetched. An element comes once,
except `List` and `item` inside of another.
"""

from collections import Counter
from typing import NoReturn
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bot.domain.wechat_inbound import Malformed, Trouble

MOST_BYTES = 64 * 1024
MOST_DEPTH = 6  # SendPicsInfo, PicList, item, PicMd5Sum is the deepest that WeChat sends
MOST_ELEMENTS = 256
_LONGEST_NAME = 64
_REPEATED = frozenset({"List", "item"})


def fields(xml: bytes) -> dict[str, str]:
    """The texts of the elements by their path below `<xml>`, "A.List.2.B" for a repeated one; `Malformed`."""
    if len(xml) > MOST_BYTES:
        raise Malformed(Trouble.SIZE, f"{len(xml)} bytes")
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError:
        refuse("not UTF-8")
    reader = _Reader()
    parser = DefusedXMLParser(target=reader, encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(xml)
        parser.close()
    except DefusedXmlException as problem:
        refuse(type(problem).__name__)
    except ParseError as problem:
        refuse(f"not well-formed ({problem.code})")
    return reader.found


def refuse(reason: str) -> NoReturn:
    """Raise `Malformed` for XML."""
    raise Malformed(Trouble.XML, reason) from None


def cdata(text: str) -> str:
    """The text as character data that no text can end early."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


class _Reader:
    """What the parser tells of the elements, one after the other."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._seen: Counter[str] = Counter()
        self._texts: list[list[str]] = []
        self._is_leaf = True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins; its attributes mean nothing to us, but namespaces are refused."""
        depth = len(self._path)
        if depth >= MOST_DEPTH or self._seen.total() >= MOST_ELEMENTS:
            refuse("too deep" if depth >= MOST_DEPTH else "too many elements")
        if len(tag) > _LONGEST_NAME or not tag.isidentifier() or not tag.isascii() or attributes:
            refuse("a strange element")
        if not depth and tag != "xml":
            refuse("not <xml>")
        plain = ".".join([*self._path[1:], tag])
        self._seen[plain] += 1
        if (nth := self._seen[plain]) > 1 and (depth < 2 or tag not in _REPEATED):  # noqa: PLR2004 -- top
            refuse("an element comes twice")
        self._path.append(tag if nth == 1 else f"{tag}.{nth}")
        self._texts.append([])
        self._is_leaf = True

    def data(self, text: str) -> None:
        """A piece of the text of the element that is open."""
        self._texts[-1].append(text)

    def end(self, _tag: str) -> None:
        """An element ends; only those without others in them have a text."""
        text = "".join(self._texts.pop())
        if self._is_leaf and len(self._path) > 1:
            self.found[".".join(self._path[1:])] = text
        self._path.pop()
        self._is_leaf = False

    def comment(self, _text: str) -> None:
        """A comment: WeChat writes none, and they hide things."""
        refuse("a comment")

    def pi(self, _target: str, _text: str | None) -> None:
        """A processing instruction."""
        refuse("a processing instruction")

    def close(self) -> None:
        """The document has ended."""
