"""Reads a backup's archive, believing nothing of it before its sums and their seal are proved."""

import hmac
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.adapters.backup.archive import (
    ABOUT,
    PIECE,
    SEAL,
    SUMS,
    About,
    Hashed,
    is_fit,
    read_about,
    seal_of,
    sum_line,
)
from bot.adapters.backup.stopping import Stop
from bot.domain.errors import ConfigurationError, InvalidInput

_LONGEST_ABOUT = 64 * 1024
_LONGEST_LINE = 64 * 1024
_NO_BACKUP = "这不是客诉台的备份文件，或者文件坏了。"


def about(file: BinaryIO) -> About:
    """What a backup says of itself, not proved yet; InvalidInput when it is none."""
    with _members(file) as members:
        first = next(members, None)
        if first is None or first[0].name != ABOUT:
            raise InvalidInput(_NO_BACKUP)
        return read_about(first[1].read(_LONGEST_ABOUT))


def contents(file: BinaryIO, data_key: bytes, stop: Stop) -> Iterator[tuple[str, Hashed]]:
    """Each member's name and content, in order; when all were given out, everything is proved.

    InvalidInput names the first member that was changed, or says that the file is cut off. Until the iterator
    is exhausted, nothing of what it gave may be relied upon.
    """
    with _members(file) as members, tempfile.TemporaryFile() as found:
        seal = seal_of(data_key)
        for member, content in members:
            if member.name == SUMS:
                _compare(content, found)
                break
            hashed = Hashed(content, stop)
            yield member.name, hashed
            line = sum_line(member.name, hashed.drain().digest)
            found.write(line)
            seal.update(line)
        last = next(members, None)
        if last is None or last[0].name != SEAL:
            raise InvalidInput("备份文件不完整，后面少了一段：请换一份备份。")
        if not hmac.compare_digest(last[1].read(_LONGEST_LINE).strip(), seal.hexdigest().encode()):
            raise InvalidInput("备份文件的封条不对：它被改过，或者不是用这把数据密钥做的。")
        if next(members, None) is not None:
            raise InvalidInput("备份文件坏了或被改过：封条后面还有内容。")


def _compare(written: BinaryIO, found: BinaryIO) -> None:
    """Refuse unless the sums written are those found; the first that differs is named."""
    found.seek(0)
    for line in found:
        if written.readline(_LONGEST_LINE) != line:
            name = line.decode(errors="replace").partition("  ")[2].strip()
            raise InvalidInput(f"备份文件坏了或被改过：{name} 的内容与清单不符。")
    if written.read(1):
        raise InvalidInput("备份文件坏了或被改过：清单里的文件少了。")


@contextmanager
def _members(file: BinaryIO) -> Iterator[Iterator[tuple[tarfile.TarInfo, BinaryIO]]]:
    """The members of a tar, whose every fault is an InvalidInput; only plain files of fit names pass."""
    if not hasattr(tarfile, "data_filter"):
        raise ConfigurationError("恢复需要 Python 3.11.4 或更新的版本。")
    file.seek(0)
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            yield _checked(tar, file)
    except (tarfile.TarError, EOFError, UnicodeError, OverflowError) as problem:
        raise InvalidInput(_NO_BACKUP) from problem


def _checked(tar: tarfile.TarFile, file: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, BinaryIO]]:
    while (member := tar.next()) is not None:
        if not member.isreg() or member.issparse() or not is_fit(member.name):
            raise InvalidInput(f"备份文件里有不该有的东西（{member.name[:80]!r}）：它被改过，不能恢复。")
        tarfile.data_filter(member, str(Path.cwd()))  # a second opinion: raises a TarError
        content = tar.extractfile(member)
        if content is not None:
            yield member, content  # type: ignore[misc] # a buffered reader of bytes
        _require_blank(file, member.offset_data + member.size, tar.offset)
        tar.members.clear()  # type: ignore[attr-defined] # it remembers each one, of maybe a million
    _require_blank(file, tar.offset, None)


def _require_blank(file: BinaryIO, start: int, end: int | None) -> None:
    """Refuse unless a tar's padding is one: `start` to `end`, or to the file's end."""
    file.seek(start)
    while piece := file.read(PIECE if end is None else min(PIECE, end - file.tell())):
        if piece.strip(b"\0"):
            raise InvalidInput("备份文件坏了或被改过：文件之间有不该有的内容。")
