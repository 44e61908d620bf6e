"""Who of the desk is who in WeCom's own app."""

import logging
from datetime import datetime, timedelta

from bot.domain.people import Deed, User
from bot.domain.wechat_accounts import Wecom
from bot.domain.wechat_errors import WechatError
from bot.services.ports import Clock, KfClient, UnitOfWork

log = logging.getLogger(__name__)

_KNOWN_FOR = timedelta(seconds=30)  # who is on duty


class Servicers:
    """People of the desk who answer customers of 微信客服 in WeCom's own app (KESU_WECOM_SERVICERS)."""

    def __init__(self, account: Wecom, client: KfClient, clock: Clock) -> None:
        self._userids = dict(account.servicers)
        self._logins = {userid: login for login, userid in account.servicers}
        self._client, self._clock = client, clock
        self._on_duty: dict[str, tuple[datetime, frozenset[str]]] = {}

    async def userid(self, uow: UnitOfWork, agent_id: str | None) -> str | None:
        """What one of our agents is called in WeCom, if they answer there."""
        if agent_id is None or not self._userids:
            return None
        return self._userids.get((await uow.people.get(agent_id)).login)

    async def user(self, uow: UnitOfWork, userid: str) -> User | None:
        """Who of the desk it is; None for somebody who has no login here, or may not talk to customers."""
        login = self._logins.get(userid)
        user = await uow.people.by_login(login) if login else None
        return user if user is not None and user.may(Deed.TALK) else None

    async def on_duty(self, open_kfid: str) -> frozenset[str]:
        """Which of them take customers of this account in WeCom now; nobody, if that can't be known."""
        if not self._userids:
            return frozenset()
        now = self._clock.now()
        asked_at, known = self._on_duty.get(open_kfid, (None, frozenset()))
        if asked_at is None or now - asked_at >= _KNOWN_FOR:
            try:
                found = await self._client.servicers(open_kfid)
            except WechatError as problem:
                log.warning("who is on duty in WeCom is not known: %s", type(problem).__name__)
                return known
            known = frozenset(one.userid for one in found if one.is_on_duty) & frozenset(self._logins)
            self._on_duty[open_kfid] = now, known
        return known
