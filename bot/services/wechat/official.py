"""The carrier of a 公众号: customer-service messages, texts and menus."""

from datetime import timedelta

from bot.domain.wechat import Quota
from bot.domain.wechat_accounts import OfficialAccount
from bot.services.ports.wechat_clients import OfficialClient
from bot.services.wechat.carrying import Parcel, Terms


def official_terms(account: OfficialAccount) -> Terms:
    """What this account may send."""
    quota = Quota(
        messages=account.quota,
        message_time=timedelta(hours=account.quota_hours),
        clicks=account.click_quota,
        click_time=timedelta(seconds=account.click_seconds),
    )
    return Terms(quota, account.text_bytes, menus=account.menus)


class OfficialCarrier:
    """A carrier (carrying.py). The platform doesn't know a message again, so none is repeated."""

    def __init__(self, client: OfficialClient, account: OfficialAccount) -> None:
        self._client, self._terms = client, official_terms(account)

    @property
    def terms(self) -> Terms:
        """What the account allows."""
        return self._terms

    async def carry(self, parcel: Parcel) -> None:
        """Send it once."""
        if parcel.choices:
            offered = [(choice.id, choice.text) for choice in parcel.choices]
            await self._client.send_menu(parcel.to, parcel.text, offered)
        else:
            await self._client.send_text(parcel.to, parcel.text)
