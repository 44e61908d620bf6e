"""Who a customer is, asked of the fake platform through our clients."""

import pytest

from bot.domain.wechat_errors import WechatRefused
from bot.services.wechat.identities import KfWho, OfficialWho
from tests.clients import clients_of


@pytest.fixture
async def clients(fake):
    async with clients_of(fake) as opened:
        yield opened


async def test_a_follower_s_unionid_is_told_and_of_who_has_none_nothing(fake, clients):
    fake.official.follower("openid-of-li", unionid="union-of-li")
    fake.official.follower("openid-of-wang")
    who = OfficialWho(clients.official)
    assert await who.union_of("openid-of-li") == "union-of-li"
    assert await who.union_of("openid-of-wang") is None


async def test_somebody_whom_the_account_doesn_t_know_is_refused(clients):
    with pytest.raises(WechatRefused):
        await OfficialWho(clients.official).union_of("nobody")


async def test_a_customer_of_wecom_is_asked_for_without_the_account_they_wrote_to(fake, clients, account):
    fake.corp.session(account, "wmOfLi")
    fake.corp.unionids["wmOfLi"] = "union-of-li"
    who = KfWho(clients.kf)
    assert await who.union_of(f"{account.open_kfid}:wmOfLi") == "union-of-li"
    assert await who.union_of(f"{account.open_kfid}:wmOfWang") is None
