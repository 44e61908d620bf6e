"""WeCom's side of 微信客服: the corp, its accounts, and for each a log that is pulled by cursor."""

import itertools
import secrets
from dataclasses import dataclass, field

from tests.wechat.followers import Allowance
from tests.wechat.media import MediaStore
from tests.wechat.refusals import Refused
from tests.wechat.tokens import Tokens

NEW, BOT, QUEUE, HUMAN, ENDED = range(5)
CUSTOMER, EVENT, SERVICER = 3, 4, 5
MOVES = {NEW: {BOT, QUEUE, HUMAN, ENDED}, BOT: {QUEUE, HUMAN, ENDED}, QUEUE: {HUMAN, ENDED}}
MOVES |= {HUMAN: {HUMAN, ENDED}, ENDED: set()}
MOST_A_PAGE, DAY = 1000, 86400


@dataclass
class Session:
    """One customer's session with one account, and what is on their screen."""

    userid: str
    message: Allowance
    state: int = NEW
    servicer: str = ""
    welcomed_at: float | None = None
    screen: list = field(default_factory=list)

    def shown(self, *ways):
        """The texts of what came from the account, by any way or the given ones."""
        return [line.text for line in self.screen if not line.mine and (not ways or line.way in ways)]


@dataclass
class KfAccount:
    """One 微信客服 account: `servicers` by userid, True while they receive customers."""

    open_kfid: str
    name: str
    servicers: dict = field(default_factory=dict)
    sessions: dict = field(default_factory=dict)
    log: list = field(default_factory=list)
    failing: bool = False


@dataclass
class Code:
    """What answers one event, once."""

    account: KfAccount
    session: Session
    until: float


class Corp:
    """A corp with its accounts; every number can be changed.

    The platform's table gives 95018 for each reason not to send; `window_code` and `quota_code` can be set to
    the finer 95002 and 95001.
    """

    def __init__(self, clock, **settings):
        self.clock = clock
        self.corpid = "ww0123456789abcdef"
        self.secret = "kf-secret-0123456789abcdef0123456789abcdefg"
        self.token = "BBBBB"
        self.aes_key = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
        self.quota, self.hours, self.text_bytes = 5, 48, 2048
        self.window_code = self.quota_code = 95018
        self.doorbell_minutes, self.welcome_seconds, self.history_days = 10, 20, 3
        self.whitelisted = True
        for name, value in settings.items():
            setattr(self, name, value)
        self.tokens = Tokens(clock, "wecom")
        self.media = MediaStore(clock)
        self.accounts, self.unionids = {}, {}
        self._run = secrets.token_hex(8)
        self.codes, self.doorbells, self.cursors, self.sent = {}, {}, {}, {}
        self._numbers = itertools.count(int(clock.outside() * 10**7))  # a desk remembers earlier runs'

    def open_account(self, open_kfid="wkAAAAAAAAAAAA", name="客服", **servicers):
        """A new account; `servicers` by userid, True for those who receive customers."""
        self.accounts[open_kfid] = KfAccount(open_kfid, name, dict(servicers))
        return self.accounts[open_kfid]

    def check_token(self, word):
        """Refused unless `word` is a good access token."""
        if not word:
            raise Refused(41001)
        self.tokens.check(word)

    def account(self, body):
        """The account a call is about; 95000 when there is none such."""
        found = self.accounts.get(body.get("open_kfid"))
        if found is None:
            raise Refused(95000)
        return found

    def session(self, account, userid):
        """A customer's session, made when new."""
        if userid not in account.sessions:
            account.sessions[userid] = Session(userid, Allowance(self.quota, self.hours * 3600))
        return account.sessions[userid]

    def add(self, account, origin, kind, userid, **more):
        """Write into the account's log; gives what was written."""
        line = {
            "msgid": f"tencent-{next(self._numbers)}",
            "open_kfid": account.open_kfid,
            "send_time": int(self.clock.outside()),
            "origin": origin,
            "msgtype": kind,
        } | more
        if userid and kind != "event":
            line["external_userid"] = userid
        account.log.append((self.clock.now(), line))
        return line

    def add_event(self, account, name, userid="", **more):
        """Write an event."""
        event = {"event_type": name, "open_kfid": account.open_kfid}
        event |= {"external_userid": userid} if userid else {}
        return self.add(account, EVENT, "event", userid, event=event | more)

    def doorbell(self):
        """The Token of a new callback."""
        word = f"doorbell-{next(self._numbers)}-{secrets.token_hex(8)}"
        self.doorbells[word] = self.clock.now() + self.doorbell_minutes * 60
        return word

    def code(self, account, session, seconds):
        """A code with which one message may answer an event."""
        word = f"code-{next(self._numbers)}-{secrets.token_hex(8)}"
        self.codes[word] = Code(account, session, self.clock.now() + seconds)
        return word

    def sync(self, body):
        """A page of the log from a cursor on; without one, of the last three days."""
        account = self.account(body)
        now, word = self.clock.now(), body.get("token") or ""
        if word and self.doorbells.get(word, 0) <= now:
            raise Refused(95007)
        limit = body.get("limit", MOST_A_PAGE)
        if not isinstance(limit, int) or not 1 <= limit <= MOST_A_PAGE:
            raise Refused(40058)
        begin = self._begin(account, body.get("cursor") or "", now)
        page = account.log[begin : begin + limit]
        return {
            "errcode": 0,
            "errmsg": "ok",
            "next_cursor": self._cursor(account, begin + len(page)),
            "has_more": int(begin + len(page) < len(account.log)),
            "msg_list": [line for _, line in page],
        }

    def _begin(self, account, cursor, now):
        kept = now - self.history_days * DAY
        oldest = next((at for at, (written, _) in enumerate(account.log) if written > kept), len(account.log))
        if not cursor:
            return oldest
        if not cursor.startswith(_cursors_of(account)):
            raise Refused(40058)
        return max(self.cursors.get(cursor, 0), oldest)  # one of an earlier run is before everything

    def _cursor(self, account, place):
        word = f"{_cursors_of(account)}{self._run}-{place}"
        self.cursors[word] = place
        return word


def _cursors_of(account):
    return f"cursor-{account.open_kfid}-"
