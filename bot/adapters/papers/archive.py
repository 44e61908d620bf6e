"""Evidence packs as zip files: written plainly, read with suspicion."""

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from bot.domain.errors import EvidenceInvalid

MOST_FILES, MOST_BYTES, MOST_IN_ALL = 2_000, 64 * 1024 * 1024, 256 * 1024 * 1024
_PIECE = 1024 * 1024
_PACKED_ALREADY = "files/"  # photos and videos don't get smaller
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive
_ENCRYPTED = 0x1
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, NotImplementedError, ValueError,
    RuntimeError,
)  # fmt: skip


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(member(name), content)
    return out.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    """How a file stands in a zip: readable by its owner only, as small as it gets."""
    made = zipfile.ZipInfo(name, _WHEN)
    packed = name.startswith(_PACKED_ALREADY)
    made.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    made.external_attr = 0o600 << 16
    return made


def unpack(path: Path) -> dict[str, bytes]:
    """The files of a zip, read into memory; nothing is written anywhere.

    EvidenceInvalid if it is no zip, is damaged, or holds what no pack holds: paths that lead out of it,
    links, encrypted or doubled members, too many or too large ones (counted while reading, whatever it
    claims).
    """
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise EvidenceInvalid(f"{path.name} 里有 {len(members)} 个文件，最多 {MOST_FILES} 个。")
            left = MOST_IN_ALL
            for member in members:
                _check(member, files)
                files[member.filename] = _read(archive, member, min(MOST_BYTES, left))
                left -= len(files[member.filename])
    except FileNotFoundError:
        raise EvidenceInvalid(f"没有文件 {path}。") from None
    except _DAMAGED as problem:
        raise EvidenceInvalid(f"{path.name} 不是完好的 zip 文件（{problem}）。") from problem
    return files


def _check(member: zipfile.ZipInfo, seen: Mapping[str, bytes]) -> None:
    name, place = member.filename, PurePosixPath(member.filename)
    mode = member.external_attr >> 16
    if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name or str(place) != name:
        raise EvidenceInvalid(f"{name!r} 的路径不安全，不打开这个文件。")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise EvidenceInvalid(f"{name} 不是普通文件（可能是链接），不打开这个文件。")
    if member.flag_bits & _ENCRYPTED:
        raise EvidenceInvalid(f"{name} 加了密，读不了。")
    if name in seen:
        raise EvidenceInvalid(f"{name} 出现了两次，不知道该信哪一个。")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    content = bytearray()
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            content += piece
            if len(content) > most:
                raise EvidenceInvalid(f"{member.filename} 太大：解开后超过 {most // (1024 * 1024)} MB。")
    return bytes(content)
