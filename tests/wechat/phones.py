"""Both channels with a customer's phone each, for the page: deeds by name, and everything there is to see."""

from dataclasses import asdict

from tests.wechat import troubles
from tests.wechat.kf_phone import KfPhone
from tests.wechat.official import SERVICE, SUBSCRIPTION, TEST
from tests.wechat.official_phone import OfficialPhone

OFFICIAL, KF = "wechat", "kf"
CUSTOMERS = ("顾客甲", "顾客乙", "顾客丙")
SERVICERS = ("WangFang", "LiLei")
STATES = ("新接入", "智能助手接待", "待接入池排队", "人工接待", "已结束")
MENU = {"complain": "我要投诉", "progress": "查询进度", "human": "联系人工"}
SORTS = (SERVICE, SUBSCRIPTION, TEST)
CALLS_SHOWN = 14


class Phones:
    """The phones of three customers in both channels, in front of the desk at `desk`."""

    def __init__(self, fake, desk):
        self.fake = fake
        self.account = fake.corp.open_account(
            "wkFAKE0000000000000001", "客服", **dict.fromkeys(SERVICERS, True)
        )
        self.official = OfficialPhone(fake.official, f"{desk}/wechat")
        self.kf = KfPhone(fake.corp, self.account, f"{desk}/wechat/kf")
        self.trouble = troubles.NONE
        for number, _ in enumerate(CUSTOMERS):
            fake.official.follower(_openid(number), unionid=f"uFAKE{number}").subscribed = False
            fake.corp.unionids[_userid(number)] = f"uFAKE{number}"

    async def do(self, channel, number, deed, told):
        """Do something as a customer (or, in 微信客服, as a servicer); KeyError for what nobody can do."""
        deeds = self._official_deeds if channel == OFFICIAL else self._kf_deeds
        await deeds(told)[deed](_openid(number) if channel == OFFICIAL else _userid(number))

    async def photo(self, channel, number, content, content_type):
        """Send a photo."""
        phone, who = (self.official, _openid) if channel == OFFICIAL else (self.kf, _userid)
        await phone.photo(who(number), content, content_type)

    def turn(self, seconds):
        """Turn Tencent's clock ahead."""
        self.fake.clock.turn(seconds=seconds)

    def befall(self, trouble):
        """One trouble at a time, or none; KeyError for an unknown one."""
        troubles.begin(self, trouble)
        self.trouble = trouble

    def become(self, sort):
        """Make the account one of another kind, with what that may and may not do."""
        self.fake.official.sort = SORTS[SORTS.index(sort)]

    def medium(self, media_id):
        """A file that either side sent; Refused when it is gone."""
        store = (
            self.fake.official.media if media_id in self.fake.official.media.kept else self.fake.corp.media
        )
        return store.get(media_id)

    def seen(self, channel, number):
        """What the page shows, as JSON."""
        clock = self.fake.clock
        return {
            "now": clock.now(),
            "turned": clock.turned,
            "trouble": self.trouble,
            "sort": self.fake.official.sort,
            "calls": self._calls(channel),
        } | (self._follower(number) if channel == OFFICIAL else self._session(number))

    def _official_deeds(self, told):
        phone, text = self.official, told.get("text", "")
        return {
            "write": lambda who: phone.write(who, text, menu_id=told.get("menu_id")),
            "follow": phone.follow,
            "unfollow": phone.unfollow,
            "tap": lambda who: phone.tap(who, told["key"]),
            "voice": phone.voice,
            "location": lambda who: phone.location(who, "广州市海珠区新港中路397号"),
            "agree": lambda who: phone.agree(who, told["template"]),
        }

    def _kf_deeds(self, told):
        phone, text, servicer = self.kf, told.get("text", ""), told.get("servicer", SERVICERS[0])
        return {
            "write": lambda who: phone.write(who, text, menu_id=told.get("menu_id")),
            "enter": phone.enter,
            "voice": phone.voice,
            "location": lambda who: phone.location(who, "广州市海珠区新港中路397号"),
            "take": lambda who: phone.take(who, servicer),
            "answer": lambda who: phone.answer(who, text, servicer),
            "end": phone.end,
            "duty": lambda who: phone.duty(servicer, receives=not self.account.servicers[servicer]),
        }

    def _follower(self, number):
        follower, now = self.fake.official.followers[_openid(number)], self.fake.clock.now()
        return {
            "lines": [asdict(line) for line in follower.screen],
            "subscribed": follower.subscribed,
            "typing": follower.typing_until > now,
            "grants": sum(follower.grants.values()),
            "windows": [
                _window("顾客来消息后", follower.message, now),
                _window("点菜单、关注后", follower.touch, now),
            ],
        }

    def _session(self, number):
        session, now = self.fake.corp.session(self.account, _userid(number)), self.fake.clock.now()
        return {
            "lines": [asdict(line) for line in session.screen],
            "subscribed": True,
            "typing": False,
            "state": session.state,
            "state_name": STATES[session.state],
            "servicer": session.servicer,
            "servicers": self.account.servicers,
            "windows": [_window("顾客来消息后", session.message, now)],
        }

    def _calls(self, channel):
        api = self.fake.official_api if channel == OFFICIAL else self.fake.kf_api
        calls = api.journal.every[-CALLS_SHOWN:]
        return [
            {"at": call.at, "path": call.path.removeprefix("/cgi-bin/"), "code": call.code, "done": call.done}
            for call in reversed(calls)
        ]


def templates():
    """The ids of the template messages that the account has, by setting."""
    return {kind: f"{kind}-template" for kind in ("progress", "rating")}


def _window(name, window, now):
    left = max(0, window.since + window.seconds - now) if window.open(now) else 0
    return {"name": name, "left": window.left(now), "most": window.most, "seconds": left}


def _openid(number):
    return f"oFAKE{number:023d}"


def _userid(number):
    return f"wmFAKE{number:026d}"
