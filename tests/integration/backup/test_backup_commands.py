"""`kesu backup` and `kesu restore` at the terminal."""

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from bot.__main__ import kesu
from bot.adapters.database.sealing import Sealer
from bot.domain.errors import InvalidInput


@pytest.fixture
def terminal():
    """Type a command at a machine, whose data key is in the environment."""

    def terminal(machine, *arguments):
        settings = machine.settings
        env = {
            "KESU_VAR": str(settings.var),
            "KESU_COMPANY": str(settings.company),
            "KESU_HANDBOOK": str(settings.handbook),
            "KESU_MODELS": str(settings.models),
            "KESU_DATA_KEY": settings.data_key.get_secret_value(),
        }
        return CliRunner().invoke(kesu, arguments, env=env, catch_exceptions=True)

    return terminal


def test_a_backup_tells_which_key_must_be_kept_elsewhere_and_is_restored(
    terminal, small_machine, elsewhere, tmp_path
):
    key_id = Sealer.from_base64(small_machine.settings.data_key.get_secret_value()).key_id
    shown = terminal(small_machine, "backup", str(tmp_path))
    (made,) = tmp_path.glob("kesu-backup-*.tar")
    assert f"已备份到 {made}" in shown.output
    assert f"数据密钥不在备份里，它的编号是 {key_id}：请把 KESU_DATA_KEY 另行保管" in shown.output
    checked = terminal(elsewhere, "restore", "--check", str(made))
    assert "完整，没有被改过" in checked.output
    assert not elsewhere.settings.var.exists()
    restored = terminal(elsewhere, "restore", str(made))
    assert restored.exit_code == 0, restored.output
    assert "照片、视频等文件 1 个、模型文件 3 个" in restored.output
    assert deeds(elsewhere) == ["backup_restored"]
    assert deeds(small_machine) == ["backup_made"]
    assert (elsewhere.settings.var / "kesu.db").stat().st_mode & 0o777 == 0o600


def deeds(machine):
    """What the audit log says was done."""
    with closing(sqlite3.connect(machine.settings.var / "kesu.db")) as connection:
        return [row[0] for row in connection.execute("SELECT deed FROM audit ORDER BY seq")]


def test_a_broken_backup_does_not_pass_the_check(terminal, small_backup, elsewhere):
    content = small_backup.read_bytes()
    small_backup.write_bytes(content[: len(content) // 2])
    shown = terminal(elsewhere, "restore", "--check", str(small_backup))
    assert shown.exit_code == 1
    assert isinstance(shown.exception, InvalidInput)
