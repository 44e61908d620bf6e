"""`kesu person …` and `kesu key rotate`, as they are typed."""

import asyncio
import json
import shutil
import zipfile

import pytest
from click.testing import CliRunner

from bot.__main__ import kesu
from bot.adapters.data_keys import sealer_of
from bot.adapters.database.unit_of_work import Database
from bot.adapters.files_folder import FolderFiles
from bot.adapters.live import NobodyWatches
from bot.adapters.secrets_file import with_secrets
from bot.domain.attachment import Attachment, FileState, Kind
from bot.domain.case import CaseState
from bot.domain.people import Role
from bot.settings import load_settings
from tests.files import stream
from tests.records import NOW, a_case, a_conversation, a_customer, a_message, a_user

PHONE, NUMBER = "13800138000", "K4837-19209"
WHO = ["--case", NUMBER, "--phone", PHONE, "--by", "boss"]
PHOTO = "0" * 26


@pytest.fixture
def settings(migrated_file, tmp_path, monkeypatch):
    monkeypatch.setenv("KESU_VAR", str(tmp_path / "var"))
    settings = with_secrets(load_settings())
    shutil.copy(migrated_file, settings.var / "kesu.db")
    asyncio.run(_fill(settings))
    return settings


async def _fill(settings):
    database = Database(settings.database_url, sealer_of(settings))
    await database.confirm_key()
    async with database.units(NobodyWatches())() as unit:
        unit.customers.add(a_customer())
        unit.conversations.add(a_conversation())
        boss = a_user("boss")
        boss.role = Role.ADMIN
        unit.people.add(boss)
        unit.messages.add(a_message("m1", 1))
        unit.cases.add(a_case(number=NUMBER, state=CaseState.CLOSED, fields={"phone": PHONE}))
        unit.attachments.add(
            Attachment(PHOTO, "web", "visitor-customer", Kind.IMAGE, "照片.jpg", "image/jpeg", NOW,
                       FileState.READY, 3, message_id="m1", conversation_id="talk")
        )  # fmt: skip
        await unit.commit()
    await database.close()
    files = FolderFiles(settings.files)
    files.prepare()
    await files.put(f"{PHOTO}.original", stream(b"jpg"))


def typed(*words):
    found = CliRunner().invoke(kesu, list(words), catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_a_person_is_copied_and_erased_at_the_terminal(settings, tmp_path):
    out = tmp_path / "copy.zip"
    typed("person", "export", *WHO, "-o", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as copy:
        assert set(copy.namelist()) == {"index.html", "data.json", f"files/{PHOTO}.jpg"}
        assert json.loads(copy.read("data.json"))["messages"][0]["text"] == "水有怪味"
    assert "照片和视频 1" in typed("person", "erase", *WHO, "--dry-run")
    assert list(settings.files.rglob(f"{PHOTO}*"))
    typed("person", "erase", *WHO, "--reason", "本人申请", "--yes")
    assert not list(settings.files.rglob(f"{PHOTO}*"))
    assert "都没有被改过" in typed("cases", "verify") + typed("audit", "verify")


def test_the_key_is_changed_at_the_terminal(settings, tmp_path):
    before = (settings.var / "secrets.env").read_text()
    assert "行重新加密" in typed("key", "rotate", "--by", "boss", "--wait", "0")
    after = (settings.var / "secrets.env").read_text()
    assert before != after
    assert "KESU_LOOKUP_KEY" in after
    typed("person", "export", *WHO, "-o", str(tmp_path / "copy.zip"))
    assert "都没有被改过" in typed("audit", "verify")


@pytest.mark.parametrize(
    "words", [["--case", NUMBER], ["--phone", PHONE], ["--conversation", "talk", "--openid", "o"], []]
)
def test_who_is_meant_has_to_be_said_in_one_way(settings, words, tmp_path):
    given = ["person", "export", *words, "--by", "boss", "-o", str(tmp_path / "x.zip")]
    assert CliRunner().invoke(kesu, given).exit_code == 2
