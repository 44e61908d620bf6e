"""What a file is, by its bytes; how large the picture of a video is.

Written here, in a language without memory errors, because whatever reads this reads what strangers send: the
small libraries that guess types know neither fragmented MP4 nor the size of the picture, and those that know
are ffmpeg and its like. Only headers are looked at: the boxes of ISO 14496-12 (MP4, QuickTime), the elements
of RFC 8794 (WebM).
"""

import struct
from collections.abc import Iterator

FIRST_BYTES = 64
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_OLD_QUICKTIME = frozenset({b"moov", b"wide", b"mdat", b"free", b"skip", b"pnot"})  # files without `ftyp`
_EBML = b"\x1a\x45\xdf\xa3"
_DEEPEST = 4
_MOST_BOXES = 2_000
_FIXED = 65536.0  # widths in a track header are 16.16 fixed point
_LONG_SIZE, _TO_THE_END = 1, 0
_HEADER, _DOCTYPE = 0x1A45DFA3, 0x4282
_SEGMENT, _TRACKS, _ENTRY, _VIDEO, _WIDTH, _HEIGHT = 0x18538067, 0x1654AE6B, 0xAE, 0xE0, 0xB0, 0xBA
_WEBM_PARENTS = frozenset({_HEADER, _SEGMENT, _TRACKS, _ENTRY, _VIDEO})
_WEBM_VALUES = frozenset({_DOCTYPE, _WIDTH, _HEIGHT})
Size = tuple[int, int]
Value = tuple[int, bytes]


def media_type(first: bytes) -> str | None:
    """The type that the first bytes of a file tell; None for everything that the desk doesn't know."""
    if first.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if first[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        return "image/webp"
    if first.startswith(_EBML):
        return "video/webm" if dict(_elements(first)).get(_DOCTYPE) == b"webm" else None
    return _of_boxes(first)


def _of_boxes(first: bytes) -> str | None:
    kind, brand = first[4:8], first[8:12]
    if kind != b"ftyp":
        return "video/quicktime" if kind in _OLD_QUICKTIME else None
    if brand in _AVIF_BRANDS:
        return None
    if brand in _HEIF_BRANDS:
        return "image/heic"
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def mp4_size(header: bytes) -> Size | None:
    """Width and height of the first track with a picture in a `moov` box's contents; None without one."""
    for kind, box in boxes(header):
        if kind == b"trak" and (size := _track_size(box)) is not None:
            return size
    return None


def boxes(data: bytes, depth: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of some contents, each with its own contents; what doesn't fit ends them."""
    place = 0
    for _ in range(_MOST_BOXES):
        if place + 8 > len(data) or depth > _DEEPEST:
            return
        size, kind, head = read_box(data[place : place + 16])
        end = len(data) if size == _TO_THE_END else place + size
        if end < place + head or end > len(data):
            return
        yield kind, data[place + head : end]
        place = end


def read_box(head: bytes) -> tuple[int, bytes, int]:
    """Size (0: to the end of the file), kind and length of the head of the box that begins here."""
    size, kind = struct.unpack(">I4s", head[:8])
    if size == _LONG_SIZE and len(head) >= 16:  # noqa: PLR2004 -- a head with a size of eight bytes
        return struct.unpack(">Q", head[8:16])[0], kind, 16
    return size, kind, 8


def _track_size(track: bytes) -> Size | None:
    found: Size | None = None
    shows = False
    for kind, box in boxes(track, 1):
        if kind == b"tkhd" and len(box) >= 8:  # noqa: PLR2004 -- the last eight bytes are width and height
            width, height = struct.unpack(">II", box[-8:])
            found = _turned(box, round(width / _FIXED), round(height / _FIXED))
        elif kind == b"mdia":
            shows = any(kind == b"hdlr" and box[8:12] == b"vide" for kind, box in boxes(box, 2))
    return found if shows else None


def _turned(header: bytes, width: int, height: int) -> Size:
    """Phones hold upright videos sideways, with a matrix that turns them (a, b: its first two numbers)."""
    matrix = header[-44:-8]
    a, b = struct.unpack(">ii", matrix[:8]) if len(matrix) == 36 else (1, 0)  # noqa: PLR2004 -- nine numbers
    return (height, width) if a == 0 and b != 0 else (width, height)


def webm_size(data: bytes) -> Size | None:
    """Width and height in the track headers at the beginning of a WebM file; None without a picture."""
    found = dict(_elements(data))
    if _WIDTH not in found or _HEIGHT not in found:
        return None
    return int.from_bytes(found[_WIDTH]), int.from_bytes(found[_HEIGHT])


def _elements(data: bytes, place: int = 0, end: int | None = None, depth: int = 0) -> Iterator[Value]:
    """The elements of interest from `place` to `end`, also those inside of others; numbers have 8 bytes."""
    end = len(data) if end is None else end
    for _ in range(_MOST_BOXES):
        name, place = _number(data, place, keep_marker=True)
        size, place = _number(data, place, keep_marker=False)
        if name is None or size is None or place >= end:
            return
        last = min(end, place + size)
        if name in _WEBM_PARENTS and depth <= _DEEPEST:
            yield from _elements(data, place, last, depth + 1)
        elif name in _WEBM_VALUES:
            yield name, data[place:last][:8]
        place = last


def _number(data: bytes, place: int, *, keep_marker: bool) -> tuple[int | None, int]:
    """A number of one to eight bytes, whose length the first byte's leading zeros tell."""
    if place >= len(data) or data[place] == 0:
        return None, place
    length = 9 - data[place].bit_length()
    raw = data[place : place + length]
    if len(raw) < length:
        return None, place
    value = int.from_bytes(raw)
    return (value if keep_marker else value & ((1 << (7 * length)) - 1)), place + length
