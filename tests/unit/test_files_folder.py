"""Files in a folder: whole or not at all, for their owner only, and nowhere else."""

import pytest

from bot.adapters.files_folder import FolderFiles
from bot.domain.attachment import Kind, clean_name, told
from bot.domain.errors import ConfigurationError, NotFound
from tests.files import stream

KEY = "01k0000000abcdef0123456789.original"


@pytest.fixture
def files(tmp_path):
    found = FolderFiles(tmp_path / "files")
    found.prepare()
    return found


async def read(files, key=KEY, *where):
    return b"".join([piece async for piece in files.open(key, *where)])


def left(tmp_path):
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def test_what_was_put_is_read_whole_or_in_part(files):
    content = bytes(range(256)) * 5000
    await files.put(KEY, stream(content, 70_000))
    assert await read(files) == content
    assert await read(files, KEY, 300_000, 1000) == content[300_000:301_000]
    assert await read(files, KEY, len(content) - 5) == content[-5:]


async def test_it_is_readable_by_its_owner_only(files, tmp_path):
    await files.put(KEY, stream(b"photo"))
    (kept,) = left(tmp_path)
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0
    assert kept.parent.parent.stat().st_mode & 0o077 == 0


async def test_what_breaks_off_leaves_nothing(files, tmp_path):
    async def broken():
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.put(KEY, broken())
    assert left(tmp_path) == []


async def test_what_was_deleted_is_not_found(files, tmp_path):
    await files.put(KEY, stream(b"photo"))
    await files.delete(KEY)
    await files.delete(KEY)
    assert left(tmp_path) == []
    with pytest.raises(NotFound):
        await read(files)


@pytest.mark.parametrize(
    "key", ["../secrets.env", "/etc/passwd", "01k0000000ab", "a/b.original", ".original"]
)
async def test_a_key_never_leads_out_of_the_folder(files, key):
    with pytest.raises(ValueError, match="no key"):
        await files.put(key, stream(b"x"))
    with pytest.raises(ValueError, match="no key"):
        await read(files, key)


def test_a_folder_that_cant_be_made_is_told_by_its_setting(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="KESU_FILES"):
        FolderFiles(tmp_path / "file" / "files").prepare()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("IMG_2041.HEIC", "IMG_2041.heic"),
        ("C:\\photos\\破损.exe", "破损.heic"),
        ("../../etc/passwd", "passwd.heic"),
        ("", "照片.heic"),
        ("a\u202egpj.exe", "agpj.heic"),
        ('x"; filename="y.html', "x; filename=y.heic"),
        ("很" * 300, "很" * 100 + ".heic"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_its_content_does(given, shown):
    assert clean_name(given, Kind.IMAGE, "image/heic") == shown


def test_what_was_sent_is_told_in_words():
    assert told([Kind.IMAGE, Kind.VIDEO, Kind.IMAGE]) == "2张照片和1段视频"
    assert told([Kind.VIDEO]) == "1段视频"
