"""The accounts of WeChat out of the settings: off, whole, or refused in one line that says what to do."""

import base64
import os

import pytest

from bot.adapters.secrets_file import with_secrets
from bot.adapters.wechat.codes import told
from bot.adapters.wechat.config import official_account, wecom
from bot.domain.errors import ConfigurationError
from bot.settings import load_settings, variable

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
BEFORE = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
OFFICIAL = {
    "KESU_WECHAT_APPID": "wx0123456789abcdef",
    "KESU_WECHAT_SECRET": "s3cret0123456789",
    "KESU_WECHAT_TOKEN": "AAAAA",
    "KESU_WECHAT_AES_KEY": KEY,
}
WECOM = {
    "KESU_WECOM_CORPID": "ww0123456789abcdef",
    "KESU_WECOM_SECRET": "s3cret0123456789",
    "KESU_WECOM_TOKEN": "BBBBB",
    "KESU_WECOM_AES_KEY": KEY,
}
BOTH = pytest.mark.parametrize(("given", "made"), [(OFFICIAL, official_account), (WECOM, wecom)])


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("KESU_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(monkeypatch):
    """Reads the settings from an environment that has exactly these variables."""

    def read(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        return load_settings()

    return read


def test_without_ids_both_channels_are_off(settings):
    read = settings()
    assert (official_account(read), wecom(read)) == (None, None)


def test_an_official_account_has_the_platforms_limits_of_today(settings):
    account = official_account(settings(**OFFICIAL))
    assert (account.app_id, account.secret, account.token) == (
        "wx0123456789abcdef",
        "s3cret0123456789",
        "AAAAA",
    )
    assert (account.aes_keys, account.encrypted, account.menus) == ((KEY,), True, False)
    assert (account.quota, account.quota_hours, account.click_quota, account.click_seconds) == (5, 48, 3, 60)
    assert (account.fresh_s, account.passive_s, account.text_bytes) == (300, 3.5, 2048)


def test_a_corp_knows_who_is_who_in_wecom(settings):
    corp = wecom(settings(**WECOM, KESU_WECOM_SERVICERS="wang:WangFang li:LiLei"))
    assert corp.servicers == (("wang", "WangFang"), ("li", "LiLei"))
    assert (corp.corp_id, corp.welcome) == ("ww0123456789abcdef", True)


@BOTH
def test_the_key_before_is_the_second_one(settings, given, made):
    before = next(name for name in given if name.endswith("AES_KEY")) + "_BEFORE"
    assert made(settings(**given, **{before: BEFORE})).aes_keys == (KEY, BEFORE)


@BOTH
def test_no_secret_shows_in_what_is_printed(settings, given, made):
    read = settings(**given)
    printed = repr(made(read)) + repr(read)
    assert [value for value in ("s3cret", KEY, "AAAAA", "BBBBB") if value in printed] == []


@pytest.mark.parametrize(
    ("given", "missing", "made"),
    [(OFFICIAL, name, official_account) for name in OFFICIAL] + [(WECOM, name, wecom) for name in WECOM],
)
def test_half_a_configuration_is_told_by_the_variable_that_is_missing(settings, given, missing, made):
    read = settings(**{name: value for name, value in given.items() if name != missing})
    with pytest.raises(ConfigurationError, match=f"还缺少 {missing}") as caught:
        made(read)
    assert len(str(caught.value).splitlines()) == 1


def test_only_a_testing_account_does_without_a_key(settings):
    without = {name: value for name, value in OFFICIAL.items() if name != "KESU_WECHAT_AES_KEY"}
    account = official_account(settings(**without, KESU_WECHAT_ENCRYPTED="false"))
    assert (account.aes_keys, account.encrypted) == ((), False)


@pytest.mark.parametrize("key", ["short", KEY + "=", KEY[:-1] + "-", KEY + "HH", "密" * 43])
@BOTH
def test_an_aes_key_that_is_none_is_told_and_never_shown(settings, given, made, key):
    name = next(name for name in given if name.endswith("AES_KEY"))
    with pytest.raises(ConfigurationError, match=f"{name} 应是 43 个") as caught:
        made(settings(**{**given, name: key}))
    assert key not in str(caught.value)


def test_a_key_is_what_python_and_tencent_both_read_as_32_bytes():
    assert len(base64.b64decode(f"{KEY}=")) == 32


@pytest.mark.parametrize("token", ["AA", "A" * 33, "with blank", "令牌abc"])
def test_a_token_that_the_platforms_page_would_not_take_is_told(settings, token):
    with pytest.raises(ConfigurationError, match="KESU_WECHAT_TOKEN 应是 3 到 32 个") as caught:
        official_account(settings(**{**OFFICIAL, "KESU_WECHAT_TOKEN": token}))
    assert token not in str(caught.value)


@pytest.mark.parametrize("field", ["wechat_secret", "wechat_token", "wechat_aes_key"])
def test_a_secret_may_stand_in_a_file_of_its_owner(settings, tmp_path, field):
    name = variable(field)
    file = tmp_path / "secret"
    file.write_text(f"{OFFICIAL[name]}\n")
    file.chmod(0o600)
    others = {key: value for key, value in OFFICIAL.items() if key != name}
    assert official_account(settings(**OFFICIAL)) == official_account(
        settings(**others, **{name: "", f"{name}_FILE": file})
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(settings, tmp_path, mode):
    file = tmp_path / "secret"
    file.write_text("s3cret0123456789")
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600") as caught:
        official_account(settings(**{**OFFICIAL, "KESU_WECHAT_SECRET": "", "KESU_WECHAT_SECRET_FILE": file}))
    assert "KESU_WECHAT_SECRET_FILE" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"two words", b"a\nb", b"\xff\xfe"])
def test_a_file_without_one_secret_in_it_is_told(settings, tmp_path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    with pytest.raises(ConfigurationError, match="KESU_WECHAT_SECRET_FILE"):
        official_account(settings(**{**OFFICIAL, "KESU_WECHAT_SECRET": "", "KESU_WECHAT_SECRET_FILE": file}))


def test_a_secret_in_two_places_is_refused(settings, tmp_path):
    with pytest.raises(ConfigurationError, match="只能设置一个"):
        official_account(settings(**OFFICIAL, KESU_WECHAT_SECRET_FILE=tmp_path / "secret"))


def test_secrets_may_stand_in_the_desks_own_file_of_secrets(settings, tmp_path):
    others = {name: value for name, value in OFFICIAL.items() if name != "KESU_WECHAT_SECRET"}
    read = settings(**others, KESU_VAR=tmp_path)
    with_secrets(read)
    with (tmp_path / "secrets.env").open("a", encoding="utf-8") as file:
        file.write("KESU_WECHAT_SECRET=from-the-file\n")
    assert official_account(with_secrets(read)).secret == "from-the-file"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KESU_WECHAT_API", "http://proxy.example.com"),
        ("KESU_WECHAT_API", "https://user:s3cret@example.com"),
        ("KESU_WECOM_API", "qyapi.weixin.qq.com"),
        ("KESU_WECHAT_PASSIVE_S", "9.75"),
        ("KESU_WECHAT_QUOTA", "0"),
        ("KESU_WECOM_SERVICERS", "zhangsan"),
    ],
)
def test_a_wrong_value_stops_the_desk_with_its_variable(settings, name, value):
    with pytest.raises(ConfigurationError, match=name) as caught:
        settings(**{name: value})
    assert value not in str(caught.value)


@pytest.mark.parametrize("wrong", ["gh_0123456789ab", "wx0123", "WX0123456789ABCDEF", "wx0123456789abcdef0"])
@BOTH
def test_an_id_that_is_none_is_told(settings, given, made, wrong):
    name = next(iter(given))
    with pytest.raises(ConfigurationError, match=f"{name} 应是 w[xw] 开头的 18 个字符"):
        made(settings(**{**given, name: wrong}))


def test_an_api_on_this_machine_may_be_plain(settings):
    read = settings(**OFFICIAL, KESU_WECHAT_API="http://127.0.0.1:8801/")
    assert official_account(read).api == "http://127.0.0.1:8801"


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2", "203.0.113.7"),
        ("not allow to access from your ip, from ip: 2001:db8::7, more info", "2001:db8::7"),
        ("something else", "本服务器的公网地址"),
    ],
)
def test_the_address_to_be_put_on_the_list_is_told(words, address):
    assert address in told(40164, words)
    assert "IP白名单" in told(40164, words)
