"""What the desk does by itself about people in WeChat: who they are, and that something waits for them."""

from collections.abc import Awaitable, Callable

from bot.adapters.wechat.clients import WechatClients
from bot.assembly import Desk
from bot.domain.followup import Way
from bot.domain.wechat_accounts import KF, OFFICIAL, OfficialAccount
from bot.services.persons import Persons, Who
from bot.services.wechat.identities import KfWho, OfficialWho
from bot.services.wechat.notices import Notices, NoticeSender, Templates

Round = tuple[float, Callable[[], Awaitable[object]]]

WHO_SECONDS = 20.0
NOTICE_SECONDS = 60.0


def people_rounds(desk: Desk, account: OfficialAccount | None, clients: WechatClients) -> tuple[Round, ...]:
    """What is done again and again, each with the seconds in between; ConfigurationError for a template."""
    reading = desk.database.reading_units()
    whos: dict[str, Who] = {}
    if clients.official is not None:
        whos[OFFICIAL] = OfficialWho(clients.official)
    if clients.kf is not None:
        whos[KF] = KfWho(clients.kf)
    rounds: list[Round] = []
    if whos:
        rounds.append((WHO_SECONDS, Persons(desk.units, reading, desk.clock, whos).look))
    if account is not None and clients.official is not None:
        templates = Templates.of(account)
        desk.following.outbox.also(Way.NOTICE, NoticeSender(clients.official, templates))
        notices = Notices(desk.units, reading, desk.words, desk.clock, templates.kinds)
        rounds.append((NOTICE_SECONDS, notices.look))
    return tuple(rounds)
