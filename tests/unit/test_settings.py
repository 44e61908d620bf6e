import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.secrets_file import with_secrets
from bot.domain.errors import ConfigurationError
from bot.settings import (
    GIVEN_TO_ROOM,
    ONLY_FOR_SCRIPTS,
    ROOT,
    Settings,
    load_settings,
    unknown_variables,
    variable,
)

FIRST_CELL = re.compile(r"^\| (`KESU_[^|]*)", re.MULTILINE)
DOCUMENTED = {
    name
    for cell in FIRST_CELL.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    for name in re.findall(r"`(KESU_\w+)`", cell)
}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("KESU_")]:
        monkeypatch.delenv(name)


def test_every_setting_is_documented_and_nothing_else_is():
    others = {name for name in DOCUMENTED if name.startswith("KESU_TEST_")}
    settings = {variable(field) for field in Settings.model_fields}
    assert settings | GIVEN_TO_ROOM | ONLY_FOR_SCRIPTS == DOCUMENTED - others


def test_every_variable_the_code_mentions_is_documented():
    files = [*(ROOT / "scripts").glob("*.py"), ROOT / "Makefile", *(ROOT / "actions").rglob("*.py")]
    files += [path for path in (ROOT / "bot").rglob("*.py") if ".venv" not in path.parts]
    mentioned = {
        name for path in files for name in re.findall(r"\bKESU_[A-Z_]*[A-Z]\b", path.read_text("utf-8"))
    }
    assert mentioned - DOCUMENTED == set()


def test_without_any_variable_the_desk_runs_on_files_of_its_own_folder():
    settings = load_settings()
    assert settings.database_url == f"sqlite:///{ROOT / 'var' / 'kesu.db'}"
    assert settings.nlu_database_url == f"sqlite:///{ROOT / 'var' / 'rasa.db'}"


def test_with_postgresql_rasa_keeps_its_tables_in_the_same_database(monkeypatch):
    monkeypatch.setenv("KESU_DATABASE_URL", "postgresql+asyncpg://desk:p%40ss@db/kesu?ssl=require")
    assert load_settings().nlu_database_url == "postgresql://desk:p%40ss@db/kesu?sslmode=require"


def test_rasas_file_stands_beside_a_database_file_that_was_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("KESU_DATABASE_URL", f"sqlite:///{tmp_path}/desk.db")
    assert load_settings().nlu_database_url == f"sqlite:///{tmp_path}/rasa.db"


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("KESU_MODEL", "")
    assert load_settings().model is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KESU_PORT", "many"),
        ("KESU_PORT", "70000"),
        ("KESU_DATABASE_URL", "s3cret"),
        ("KESU_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable_and_never_shown(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as caught:
        load_settings()
    assert value not in str(caught.value)


def test_a_misspelt_variable_is_told_with_the_likely_one():
    assert unknown_variables(["KESU_PROT", "KESU_PORT", "PATH"]) == [
        "KESU_PROT 不是设置项，是否想写 KESU_PORT？"
    ]


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path):
    settings = Settings(var=tmp_path / "var")
    first, second = with_secrets(settings), with_secrets(settings)
    assert first.data_key == second.data_key
    assert first.pair_secret == second.pair_secret
    assert (tmp_path / "var" / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_secrets_in_the_environment_win_and_are_not_written_down(tmp_path):
    settings = Settings(var=tmp_path, data_key=SecretStr("from the environment"))
    assert with_secrets(settings).data_key.get_secret_value() == "from the environment"
    assert "KESU_DATA_KEY" not in (tmp_path / "secrets.env").read_text("utf-8")


def test_secrets_never_show_in_what_is_printed_of_the_settings(tmp_path):
    settings = with_secrets(Settings(var=tmp_path, database_url="postgresql://desk:hidden@db/kesu"))
    assert settings.data_key.get_secret_value() not in repr(settings)
    assert "hidden" not in repr(settings)


def test_a_secrets_file_that_others_can_read_is_refused(tmp_path):
    settings = Settings(var=tmp_path)
    with_secrets(settings)
    (tmp_path / "secrets.env").chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        with_secrets(settings)


def test_no_new_key_is_made_for_a_database_that_an_old_one_sealed(tmp_path):
    (tmp_path / "kesu.db").touch()
    with pytest.raises(ConfigurationError, match="数据库已存在"):
        with_secrets(Settings(var=tmp_path))
    assert not Path(tmp_path / "secrets.env").exists()


def test_the_passwords_of_others_may_stand_in_the_file_and_the_environment_wins(tmp_path):
    settings = Settings(var=tmp_path, database_url="postgresql://d:p@h/n")
    with_secrets(settings)
    with (tmp_path / "secrets.env").open("a", encoding="utf-8") as file:
        file.write("KESU_SMTP_PASSWORD=from the file\nKESU_SMS_SECRET=from the file\n")
    known = with_secrets(settings.having(sms_secret=SecretStr("from the environment")))
    assert known.smtp_password.get_secret_value() == "from the file"
    assert known.sms_secret.get_secret_value() == "from the environment"
