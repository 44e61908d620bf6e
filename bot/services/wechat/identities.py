"""Asks WeChat which person a customer is (bot/services/persons.py says what for)."""

from bot.services.ports.wechat_clients import KfClient, OfficialClient


class OfficialWho:
    """Of a 公众号's follower (persons.Who)."""

    def __init__(self, client: OfficialClient) -> None:
        self._client = client

    async def union_of(self, external_id: str) -> str | None:
        """The unionid; None where the account isn't bound to an open platform."""
        return await self._client.user_info(external_id)


class KfWho:
    """Of a customer of 微信客服, whose id here is `open_kfid:external_userid` (persons.Who)."""

    def __init__(self, client: KfClient) -> None:
        self._client = client

    async def union_of(self, external_id: str) -> str | None:
        """The unionid; None where the corp isn't bound to an open platform."""
        userid = external_id.rpartition(":")[2]
        return (await self._client.customers([userid])).get(userid)
