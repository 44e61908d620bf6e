"""An archive of a backup leads nowhere but into the desk's own folders, and is believed only when proved."""

import hashlib
import io
import tarfile

import pytest

from bot.adapters.backup.archive import ABOUT, About, Copied, Writer, is_fit
from bot.adapters.backup.reading import about, contents
from bot.adapters.backup.stopping import Stop
from bot.domain.errors import InvalidInput

KEY = bytes(range(32))
PHOTO = "files/ab/01k0000000abcdef0123456789.original"
ABOUT_IT = About(
    format="kesu-backup/1",
    made="2026-03-18T02:00:00+00:00",
    program="0.1.0",
    key_id="0a1b2c3d",
    key_ids=["0a1b2c3d"],
    revision="0001",
    desk=Copied(kind="sqlite"),
    rasa=None,
)


def archive(*members):
    """An archive of the desk's own, with these names and contents."""
    file = io.BytesIO()
    writer = Writer(file, io.BytesIO(), KEY, Stop())
    writer.add_bytes(ABOUT, ABOUT_IT.model_dump_json().encode())
    for name, content in members:
        writer.add_bytes(name, content)
    writer.finish()
    return file


def forged(change):
    """A tar that somebody made, beginning as a backup does."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        member = tarfile.TarInfo(ABOUT)
        text = ABOUT_IT.model_dump_json().encode()
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
        member = tarfile.TarInfo(PHOTO)
        change(member)
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    return file


def read(file, key=KEY):
    return {name: content.read() for name, content in contents(file, key, Stop())}


def test_what_was_written_is_read_again():
    file = archive((PHOTO, b"photo"), ("company.yml", "name: 公司".encode()))
    assert about(file) == ABOUT_IT
    assert {name: text for name, text in read(file).items() if name != ABOUT} == {
        PHOTO: b"photo",
        "company.yml": "name: 公司".encode(),
    }


def test_the_sums_are_those_that_sha256sum_checks():
    with tarfile.open(fileobj=io.BytesIO(archive((PHOTO, b"photo")).getvalue())) as tar:
        lines = tar.extractfile("SHA256SUMS").read().decode().splitlines()
    assert lines[1] == f"{hashlib.sha256(b'photo').hexdigest()}  {PHOTO}"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../secrets.env",
        "secrets.env",
        "files/../../secrets.env",
        "files/ab/secrets.env",
        "files//abcdefgh.x",
        "files/cd/01k0000000abcdef0123456789.original",
        "models/../secrets.env",
        "models//etc/passwd",
        "models/./a.tar.gz",
        "models/.hidden/a.tar.gz",
        "models/a\\..\\b.yml",
        "models/C:a.yml",
        "models/",
        "handbook/a\nb.yml",
        "corrections/..",
        "data/nlu/chat.yml",
        "database/other.sqlite",
        "",
    ],
)
def test_a_name_that_leads_elsewhere_is_not_fit(name):
    assert not is_fit(name)
    with pytest.raises(InvalidInput, match="不该有的东西"):
        read(forged(lambda member: setattr(member, "name", name)))


@pytest.mark.parametrize(
    "name",
    [
        PHOTO,
        "models/kesu-1.tar.gz",
        "handbook/自己的/说法.yml",
        "corrections/praise.yml",
        "company.yml",
        "database/desk.sqlite",
        "database/rasa.dump",
    ],
)
def test_a_name_of_ours_is_fit(name):
    assert is_fit(name)


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE],
    ids=["symlink", "hard link", "folder", "pipe", "device"],
)
def test_only_plain_files_pass(kind):
    def change(member):
        member.type, member.linkname = kind, "/etc/passwd"

    with pytest.raises(InvalidInput, match="不该有的东西"):
        read(forged(change))


def test_a_tar_without_sums_is_refused():
    with pytest.raises(InvalidInput, match="不完整"):
        read(forged(lambda member: None))


def test_another_key_or_a_forged_seal_is_refused():
    with pytest.raises(InvalidInput, match="封条不对"):
        read(archive((PHOTO, b"photo")), bytes(32))


def test_a_changed_member_is_named():
    changed = archive((PHOTO, b"photo of a fly")).getvalue().replace(b"of a fly", b"of a bee")
    with pytest.raises(InvalidInput, match=f"{PHOTO} 的内容与清单不符"):
        read(io.BytesIO(changed))


def test_what_stands_after_the_seal_is_refused():
    file = archive()
    file.seek(0)
    with tarfile.open(fileobj=file, mode="a") as tar:
        tar.addfile(tarfile.TarInfo("company.yml"))
    with pytest.raises(InvalidInput, match="封条后面还有内容"):
        read(file)


def test_what_stands_between_the_members_is_refused():
    content = archive((PHOTO, b"photo")).getvalue()
    for place in (content.index(b"photo") + 100, len(content) - 1):
        changed = bytearray(content)
        changed[place] = 1
        with pytest.raises(InvalidInput, match="坏了或被改过"):
            read(io.BytesIO(changed))


@pytest.mark.parametrize("content", [b"", b"not a tar" * 100, bytes(10240)])
def test_another_file_is_no_backup(content):
    with pytest.raises(InvalidInput, match="不是客诉台的备份"):
        about(io.BytesIO(content))


def test_a_newer_programs_archive_is_told_as_such():
    newer = archive().getvalue().replace(b"kesu-backup/1", b"kesu-backup/2")
    with pytest.raises(InvalidInput, match="更新版本的程序"):
        about(io.BytesIO(newer))
