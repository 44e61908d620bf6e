"""A backup's archive: a tar with what it is about first, then the content, then a sum of everything, sealed.

`SHA256SUMS` is what `sha256sum -c` takes: a backup can be checked and unpacked by hand. Its seal is an HMAC
with a key derived from the desk's data key: nobody without that key changes anything unnoticed, and a
backup opens only with the data key that it was made with.
"""

import hashlib
import hmac
import io
import re
import tarfile
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.adapters.backup.stopping import Stop
from bot.adapters.derived_keys import derived_key
from bot.adapters.files_folder import KEY, place_of
from bot.domain.errors import ConfigurationError, InvalidInput

FORMAT: Literal["kesu-backup/1"] = "kesu-backup/1"
ABOUT, SUMS, SEAL = "about.json", "SHA256SUMS", "SHA256SUMS.seal"
COMPANY, DESK, RASA = "company.yml", "database/desk", "database/rasa"
FILES, MODELS, HANDBOOK, CORRECTIONS = "files", "models", "handbook", "corrections"
PIECE = 1024 * 1024  # bytes read at once
_ENDINGS = {"sqlite": "sqlite", "postgresql": "dump"}
_UNFIT = re.compile(r"[\x00-\x1f\x7f\\:]")


KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Copied(_Strict):
    """A copied database; of PostgreSQL with the major versions of its server and of the pg_dump used."""

    kind: Literal["sqlite", "postgresql"]
    server: int = 0
    tool: int = 0


class About(_Strict):
    """What a backup says of itself.

    `key_id` is the data key with which it is sealed, `key_ids` are all that its database needs: while the key
    is being changed, there are several. `rasa` is None where Rasa's tables stand in the desk's database.
    """

    format: Literal["kesu-backup/1"]
    made: str
    program: str
    key_id: KeyId
    key_ids: list[KeyId]
    revision: Annotated[str, StringConstraints(pattern=r"^[0-9a-z_]{1,32}$")]
    desk: Copied
    rasa: Copied | None


def database_name(database: str, copied: Copied) -> str:
    """The member that holds a copied database, DESK or RASA."""
    return f"{database}.{_ENDINGS[copied.kind]}"


_SINGLE = frozenset(
    {ABOUT, SUMS, SEAL, COMPANY, *(f"{one}.{end}" for one in (DESK, RASA) for end in _ENDINGS.values())}
)


def is_fit(name: str) -> bool:
    """Whether a backup may hold a member of this name: one that leads into a folder of ours, and stays there.

    Names are relative, and none of their parts is empty, begins with a dot, or holds a control character,
    a backslash or a colon.
    """
    if name in _SINGLE:
        return True
    folder, _, rest = name.partition("/")
    if _UNFIT.search(rest) or not all(part and not part.startswith(".") for part in rest.split("/")):
        return False
    if folder == FILES:
        key = rest.rpartition("/")[2]
        return KEY.fullmatch(key) is not None and rest == place_of(key)
    return folder in (MODELS, HANDBOOK, CORRECTIONS)


def sum_line(name: str, digest: str) -> bytes:
    """A line of the sums, as `sha256sum` writes it."""
    return f"{digest}  {name}\n".encode()


def seal_of(data_key: bytes) -> "hmac.HMAC":
    """What seals the sums of a desk's backups."""
    return hmac.new(derived_key(data_key, "backup"), digestmod=hashlib.sha256)


class Hashed:
    """A file that is read once, and its SHA-256 meanwhile."""

    def __init__(self, file: BinaryIO, stop: Stop) -> None:
        self._file, self._stop, self._hash = file, stop, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes; Stopped when the work was called off."""
        self._stop.check()
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece

    def drain(self) -> Self:
        """Read what is left."""
        while self.read(PIECE):
            pass
        return self

    @property
    def digest(self) -> str:
        """The hash of what was read so far, in hex."""
        return self._hash.hexdigest()


class Writer:
    """Writes an archive into `file`; the sums meanwhile into `sums`, a scratch file."""

    def __init__(self, file: BinaryIO, sums: BinaryIO, data_key: bytes, stop: Stop) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 -- closed by `finish`
        self._sums, self._seal, self._stop = sums, seal_of(data_key), stop

    def add(self, name: str, path: Path) -> bool:
        """Add a file as long as it is now; False when it is gone. ConfigurationError for an unfit name."""
        if not is_fit(name):
            raise ConfigurationError(f"文件名 {str(path)!r} 不能进备份：名字不能以点开头，也不能有 \\ 和 :")
        try:
            file = path.open("rb")
        except FileNotFoundError:  # deleted meanwhile
            return False
        with file:
            status = path.stat()
            self._put(name, file, status.st_size, int(status.st_mtime))
        return True

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a few bytes."""
        self._put(name, io.BytesIO(content), len(content), 0)

    def finish(self) -> None:
        """Write the sums and their seal, and the archive's end."""
        size = self._sums.tell()
        self._sums.seek(0)
        self._append(SUMS, self._sums, size, 0)
        seal = self._seal.hexdigest().encode() + b"\n"
        self._append(SEAL, io.BytesIO(seal), len(seal), 0)
        self._tar.close()

    def _put(self, name: str, file: BinaryIO, size: int, changed: int) -> None:
        hashed = Hashed(file, self._stop)
        self._append(name, hashed, size, changed)
        line = sum_line(name, hashed.digest)
        self._sums.write(line)
        self._seal.update(line)

    def _append(self, name: str, file: BinaryIO | Hashed, size: int, changed: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, changed, 0o600
        self._tar.addfile(member, file)
        self._tar.members.clear()  # type: ignore[attr-defined] # it remembers every member, of which there may be a million


def read_about(text: bytes) -> About:
    """What a backup says of itself; InvalidInput when it is none, or a newer program's."""
    found = re.search(rb'"format":\s*"(kesu-backup/\d+)"', text)
    if found is None:
        raise InvalidInput("这不是客诉台的备份文件。")
    if found[1].decode() != FORMAT:
        raise InvalidInput("这份备份是更新版本的程序做的，现在的程序读不了：请用那个版本恢复。")
    try:
        return About.model_validate_json(text)
    except ValueError:
        raise InvalidInput("备份文件坏了或被改过：读不出它的说明。") from None
