"""Archives that come from outside are read with suspicion."""

import stat
import zipfile

import pytest

from bot.adapters.papers.archive import MOST_BYTES, pack, unpack
from bot.domain.errors import EvidenceInvalid


@pytest.fixture
def file(tmp_path):
    """Write a zip of these members to a file."""

    def file(*members):
        path = tmp_path / "pack.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members:
                archive.writestr(member, content)
        return path

    return file


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a\\..\\x", "C:x", "a//x", "./x", "a/"])
def test_a_path_that_leads_out_of_the_pack_is_refused(file, name):
    with pytest.raises(EvidenceInvalid, match="路径不安全"):
        unpack(file((zipfile.ZipInfo(name), b"x")))


def test_a_link_is_refused(file):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(EvidenceInvalid, match="不是普通文件"):
        unpack(file((link, b"/etc/passwd")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_stands_twice_is_refused(file):
    with pytest.raises(EvidenceInvalid, match="出现了两次"):
        unpack(file(("a", b"x"), ("a", b"y")))


def test_an_oversized_member_is_refused_before_it_is_whole_in_memory(file):
    with pytest.raises(EvidenceInvalid, match="太大"):
        unpack(file(("bomb", b"\0" * (MOST_BYTES + 1))))


def test_too_many_members_are_refused(file):
    with pytest.raises(EvidenceInvalid, match="2001 个文件"):
        unpack(file(*((f"{number}", b"") for number in range(2001))))


def test_what_is_no_zip_is_refused(tmp_path):
    (tmp_path / "pack.zip").write_bytes(b"PK no zip")
    with pytest.raises(EvidenceInvalid, match="不是完好的 zip"):
        unpack(tmp_path / "pack.zip")
    with pytest.raises(EvidenceInvalid, match="没有文件"):
        unpack(tmp_path / "none.zip")


def test_what_was_packed_is_unpacked(tmp_path):
    files = {"a": b"x", "b/c.txt": bytes(1000)}
    (tmp_path / "pack.zip").write_bytes(pack(files))
    assert unpack(tmp_path / "pack.zip") == files


def test_a_byte_that_flipped_is_told(tmp_path):
    data = bytearray(pack({"a": bytes(number * 7 % 251 for number in range(2000))}))
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "pack.zip").write_bytes(data)
    with pytest.raises(EvidenceInvalid, match="不是完好的 zip"):
        unpack(tmp_path / "pack.zip")
