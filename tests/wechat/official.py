"""A 公众号 as the platform keeps it: followers, windows, quotas, and what each customer was shown."""

import itertools

from tests.wechat.followers import Allowance, Follower, Shown
from tests.wechat.media import MediaStore
from tests.wechat.refusals import Refused
from tests.wechat.tokens import Tokens

SERVICE, SUBSCRIPTION, TEST = "认证服务号", "订阅号", "测试号"
TYPING_SECONDS, TYPING_AFTER = 15, 30
SENT_KINDS = {"text", "image", "voice", "video", "music", "news", "msgmenu", "miniprogrampage"}


class OfficialAccount:
    """What the platform knows of one account; every number can be changed, as quotas do over the years."""

    def __init__(self, clock, **settings):
        self.clock = clock
        self.appid = "wx0123456789abcdef"
        self.original_id = "gh_0123456789ab"
        self.secret = "0123456789abcdef0123456789abcdef"
        self.token = "AAAAA"
        self.aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
        self.sort = SERVICE
        self.quota, self.hours, self.click_quota, self.click_seconds = 5, 48, 3, 60
        self.text_bytes, self.daily_quota = 2048, None
        self.templates = {"progress-template", "rating-template"}
        self.whitelisted = True
        for name, value in settings.items():
            setattr(self, name, value)
        self.stable_tokens = Tokens(clock, "stable")
        self.latest_tokens = Tokens(clock, "latest")
        self.media = MediaStore(clock)
        self.followers = {}
        self.delivered = 0
        self.ids = itertools.count(int(clock.outside() * 10**7))  # a desk remembers those of earlier runs
        self.finished_jobs, self.template_keys = [], {}

    def follower(self, openid, **known):
        """A follower by openid, made when new."""
        if openid not in self.followers:
            message = Allowance(self.quota, self.hours * 3600)
            touch = Allowance(self.click_quota, self.click_seconds)
            self.followers[openid] = Follower(openid, message, touch, **known)
        return self.followers[openid]

    def wrote(self, openid):
        """The customer wrote: the big window opens anew."""
        self.follower(openid).message.begin(self.clock.now())

    def touched(self, openid):
        """The customer tapped the menu, followed or scanned: the small window opens anew."""
        self.follower(openid).touch.begin(self.clock.now())

    def check_token(self, word):
        """Refused unless `word` is a good access token of either kind."""
        if not word:
            raise Refused(41001)
        tokens = self.latest_tokens if word in self.latest_tokens.known else self.stable_tokens
        tokens.check(word)

    def take_custom(self, body):
        """A customer-service message: checked as the platform checks, then on the phone."""
        follower = self._reachable(body)
        kind = body.get("msgtype")
        if kind not in SENT_KINDS or not isinstance(body.get(kind), dict):
            raise Refused(40008)
        if kind == "msgmenu" and self.sort != SERVICE:
            raise Refused(40200)
        line = self._line(kind, body[kind])
        self._spend(follower)
        follower.typing_until = 0.0
        follower.screen.append(line)
        self.delivered += 1

    def take_typing(self, body):
        """「对方正在输入」 for 15 seconds."""
        follower = self._reachable(body)
        now, command = self.clock.now(), body.get("command")
        if command not in ("Typing", "CancelTyping"):
            raise Refused(45072)
        if self.sort == SUBSCRIPTION:
            raise Refused(40200)
        if command == "CancelTyping":
            follower.typing_until = 0.0
            return
        since = follower.message.since
        if since is None or now > since + TYPING_AFTER:
            raise Refused(45080)
        if now < follower.typing_until:
            raise Refused(45081)
        follower.typing_until = now + TYPING_SECONDS

    def take_template(self, body):
        """A template message; gives its msgid. How it went is told later, by an event."""
        if self.sort == SUBSCRIPTION:
            raise Refused(48001)
        follower = self._known(body)
        if body.get("template_id") not in self.templates:
            raise Refused(40037)
        if not follower.subscribed:
            raise Refused(43004)
        key = body.get("client_msg_id")
        if key and key in self.template_keys:
            return self.template_keys[key]
        follower.screen.append(Shown(self.clock.now(), "template", "template", _fields(body)))
        msg_id = next(self.ids)
        if key:
            self.template_keys[key] = msg_id
        self.finished_jobs.append((follower.openid, msg_id))
        return msg_id

    def take_subscribed(self, body):
        """A subscription message: one for each time the customer agreed."""
        if self.sort == TEST:
            raise Refused(48001)
        follower = self._known(body)
        template = body.get("template_id")
        if template not in self.templates:
            raise Refused(40037)
        if not follower.grants.get(template):
            raise Refused(43101)
        follower.grants[template] -= 1
        follower.screen.append(Shown(self.clock.now(), "subscribe", "template", _fields(body)))

    def _known(self, body):
        follower = self.followers.get(body.get("touser"))
        if follower is None:
            raise Refused(40003)
        return follower

    def _reachable(self, body):
        follower = self._known(body)
        if not follower.subscribed:
            raise Refused(45015)
        return follower

    def _line(self, kind, content):
        now = self.clock.now()
        if kind == "text":
            text = content.get("content")
            if not isinstance(text, str) or not text:
                raise Refused(44002)
            self._check_size(text)
            return Shown(now, "custom", "text", text)
        if kind == "msgmenu":
            return self._menu(content)
        if kind in ("image", "voice", "video"):
            self.media.get(content.get("media_id"), kind)
            return Shown(now, "custom", kind, media_id=content["media_id"])
        return Shown(now, "custom", kind, str(content.get("title", "")))

    def _menu(self, content):
        listed = content.get("list") or []
        choices = tuple((str(one["id"]), one["content"]) for one in listed)
        text, tail = content.get("head_content") or "", content.get("tail_content") or ""
        if not choices:
            raise Refused(47001)
        self._check_size("".join([text, tail, *(words for _, words in choices)]))
        return Shown(self.clock.now(), "custom", "msgmenu", text, choices, tail=tail)

    def _check_size(self, text):
        if len(text.encode()) > self.text_bytes:
            raise Refused(45002)

    def _spend(self, follower):
        """Take one message off a window that has any left; 45015 without a window, 45047 with all spent."""
        now = self.clock.now()
        if self.daily_quota is not None and self.delivered >= self.daily_quota:
            raise Refused(45009)
        windows = [window for window in (follower.touch, follower.message) if window.open(now)]
        if not windows:
            raise Refused(45015)
        for window in windows:
            if window.left(now) > 0:
                window.spent += 1
                return
        raise Refused(45047)


def _fields(body):
    """What a template message says, field by field."""
    data = body.get("data")
    if not isinstance(data, dict) or not all(isinstance(one.get("value"), str) for one in data.values()):
        raise Refused(47001)
    return "\n".join(f"{name}：{one['value']}" for name, one in data.items())
