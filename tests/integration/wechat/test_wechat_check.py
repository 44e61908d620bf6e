"""`kesu wechat check`: the whole configuration against the fake platform and a desk that is running."""

import pytest
from click.testing import CliRunner

from bot.__main__ import kesu
from bot.commands.wechat import own_address
from tests.wechat import FakeTencent, TencentClock
from tests.whole_desk import Place

NOON = 1_774_000_800.0
OTHER_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"


@pytest.fixture
async def fake():
    """The platform, on a clock that stands."""
    async with FakeTencent(TencentClock(read=lambda: NOON)) as running:
        yield running


@pytest.fixture
async def place(fake, tmp_path):
    """A desk with both accounts, not running yet."""
    fake.corp.open_account(wang=True)
    return await Place.of(fake, tmp_path)


def wrong(found):
    return [str(finding) for finding in found if not finding.ok]


async def test_everything_that_is_right_is_said_to_be_right(place):
    async with place.desk():
        found = await place.check()
    assert wrong(found) == []
    told = "\n".join(map(str, found))
    assert f"{own_address(place.settings)}/wechat 应答正确" in told
    assert "消息加解密密钥可用" in told
    assert "微信客服账号 1 个" in told
    assert "今天还可调用" in told


async def test_a_desk_that_is_not_running_is_said_to_be_away(place):
    (official, corp) = wrong(await place.check())
    assert "make up" in official
    assert "make up" in corp


async def test_a_desk_without_the_channel_is_told_from_one_with_another_token(place):
    off = dict.fromkeys(("wechat_appid", "wechat_secret", "wechat_token", "wechat_aes_key"))
    async with place.desk(**off):
        (line,) = wrong(await place.check())
    assert "没有打开这个渠道" in line
    async with place.desk(wechat_token="BBBBB", wecom_aes_key=OTHER_KEY):
        official, corp = wrong(await place.check())
    assert "KESU_WECHAT_TOKEN" in official
    assert "KESU_WECOM_AES_KEY" in corp


async def test_another_aes_key_or_appid_than_the_running_desk_s_is_noticed(place):
    async with place.desk(wechat_aes_key=OTHER_KEY):
        (line,) = wrong(await place.check())
    assert "EncodingAESKey" in line


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"wechat_appid": "wx00000000000000ff"}, "AppID"),
        ({"wechat_secret": "ffffffffffffffffffffffffffffffff"}, "AppSecret 不对"),
        ({"wecom_secret": "wrong"}, "KESU_WECOM_SECRET"),
    ],
)
async def test_a_wrong_key_names_the_setting_and_the_platform_s_page(place, changes, hint):
    async with place.desk(**changes):
        lines = wrong(await place.check(**changes))
    assert len(lines) == 1
    assert hint in lines[0]
    assert "请" in lines[0]


async def test_an_address_that_is_not_on_the_whitelist_says_where_to_add_it(place, fake):
    fake.official.whitelisted = False
    async with place.desk():
        (line,) = wrong(await place.check())
    assert "IP白名单" in line


async def test_a_quota_that_is_used_up_is_said(place, fake):
    fake.official.daily_quota = 0
    async with place.desk():
        (line,) = wrong(await place.check())
    assert "没有客服消息权限" in line


async def test_a_template_that_can_t_be_read_and_a_servicer_who_is_none_are_named(place):
    changes = {"wechat_template_progress": "短", "wecom_servicers": "li:LiLei wang:wang"}
    async with place.desk():
        template, servicer = wrong(await place.check(**changes))
    assert "KESU_WECHAT_TEMPLATE_PROGRESS" in template
    assert "LiLei" in servicer


async def test_checking_reaches_no_customer_and_makes_none(place, fake):
    async with place.desk():
        await place.check()
        await place.check()
    assert fake.official.followers == {}
    assert fake.official.delivered == 0


async def test_neither_findings_nor_logs_hold_a_secret(place, fake, caplog):
    caplog.set_level("DEBUG")
    async with place.desk(wechat_token="BBBBB"):
        told = "\n".join(map(str, await place.check(wechat_secret="f" * 32)))
    for secret in (fake.official.token, fake.official.aes_key, "f" * 32, fake.corp.secret, fake.corp.aes_key):
        assert secret not in told
        assert secret not in caplog.text


def test_without_any_account_the_command_says_what_to_set(monkeypatch, tmp_path):
    monkeypatch.setenv("KESU_VAR", str(tmp_path))
    result = CliRunner().invoke(kesu, ["wechat", "check"])
    assert result.exit_code == 1
    assert "KESU_WECHAT_APPID" in str(result.exception)
    assert not (tmp_path / "kesu.db").exists()
