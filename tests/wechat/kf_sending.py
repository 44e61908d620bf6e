"""What a corp may send to customers of 微信客服, and how sessions change hands."""

import re

from tests.wechat.followers import Shown
from tests.wechat.kf import BOT, ENDED, HUMAN, MOVES, NEW
from tests.wechat.refusals import Refused

KINDS = {"text", "image", "voice", "video", "file", "link", "miniprogram", "msgmenu", "location"}
ON_EVENT_KINDS = {"text", "msgmenu"}
MOST_CHOICES, HEAD_BYTES = 10, 1024
TIP_SECONDS = 48 * 3600
_MSGID = re.compile(r"[0-9A-Za-z_-]{1,32}")


class Sending:
    """The calls that reach customers, over a `Corp`."""

    def __init__(self, corp):
        self.corp = corp

    def send(self, body):
        """A message: only to a new session or the bot's, within the window and its quota, each msgid once."""
        account, session = self._place(body, "touser")
        msgid = self._new_msgid(account, body)
        line = self._line(body, KINDS, "kf")
        if session.state not in (NEW, BOT):
            raise Refused(95018)
        now = self.corp.clock.now()
        if not session.message.open(now):
            raise Refused(self.corp.window_code)
        if not session.message.left(now):
            raise Refused(self.corp.quota_code)
        session.message.spent += 1
        self._deliver(account, session, msgid, line)
        return {"errcode": 0, "errmsg": "ok", "msgid": msgid}

    def send_on_event(self, body):
        """The answer to an event: with its code, once, in time; costs nothing of the quota."""
        code = self.corp.codes.get(body.get("code"))
        if code is None or code.until <= self.corp.clock.now():
            raise Refused(40058)
        msgid = self._new_msgid(code.account, body)
        line = self._line(body, ON_EVENT_KINDS, "event")
        del self.corp.codes[body["code"]]
        self._deliver(code.account, code.session, msgid, line)
        return {"errcode": 0, "errmsg": "ok", "msgid": msgid}

    def state(self, body):
        """Who has the session."""
        _, session = self._place(body, "external_userid")
        told = {"errcode": 0, "errmsg": "ok", "service_state": session.state}
        return told | ({"servicer_userid": session.servicer} if session.state == HUMAN else {})

    def move(self, body):
        """Hand the session on; gives a code for a word to the customer about it."""
        account, session = self._place(body, "external_userid")
        to = body.get("service_state")
        if to not in MOVES:
            raise Refused(40058)
        if to not in MOVES[session.state]:
            raise Refused(95016)
        servicer = body.get("servicer_userid", "")
        if to == HUMAN and not account.servicers.get(servicer):
            raise Refused(95014)
        session.state, session.servicer = to, servicer if to == HUMAN else ""
        told = {"errcode": 0, "errmsg": "ok"}
        if to == BOT:
            return told
        seconds = self.corp.welcome_seconds if to == ENDED else TIP_SECONDS
        return told | {"msg_code": self.corp.code(account, session, seconds)}

    def fail(self, account, session, msgid):
        """Report that a message which was taken never arrived, and take it off the screen."""
        sent, line = self.corp.sent[account.open_kfid, msgid]
        if sent is session and line in session.screen:
            session.screen.remove(line)
        event = {"fail_msgid": msgid, "fail_type": 4}
        self.corp.add_event(account, "msg_send_fail", session.userid, **event)

    def _place(self, body, field):
        account = self.corp.account(body)
        session = account.sessions.get(body.get(field))
        if session is None:
            raise Refused(40096)
        return account, session

    def _new_msgid(self, account, body):
        msgid = body.get("msgid")
        if msgid is None:
            return f"made-{len(self.corp.sent)}"
        if not isinstance(msgid, str) or not _MSGID.fullmatch(msgid):
            raise Refused(40058)
        if (account.open_kfid, msgid) in self.corp.sent:
            raise Refused(95031)
        return msgid

    def _deliver(self, account, session, msgid, line):
        session.screen.append(line)
        self.corp.sent[account.open_kfid, msgid] = (session, line)
        if account.failing:
            self.fail(account, session, msgid)

    def _line(self, body, kinds, way):
        kind, now = body.get("msgtype"), self.corp.clock.now()
        content = body.get(kind) if isinstance(kind, str) else None
        if kind not in kinds or not isinstance(content, dict):
            raise Refused(40008)
        if kind == "text":
            return Shown(now, way, kind, self._sized(content.get("content"), self.corp.text_bytes))
        if kind == "msgmenu":
            return self._menu(content, way)
        if kind in ("image", "voice", "video", "file"):
            self.corp.media.get(content.get("media_id"), kind)
            return Shown(now, way, kind, media_id=content["media_id"])
        return Shown(now, way, kind, str(content.get("title", "")))

    def _menu(self, content, way):
        listed = content.get("list") or []
        if not 1 <= len(listed) <= MOST_CHOICES:
            raise Refused(47001)
        taps = [one["click"] for one in listed if one["type"] == "click"]
        choices = tuple((str(tap["id"]), tap["content"]) for tap in taps)
        texts = [content.get(part) or "" for part in ("head_content", "tail_content")]
        text, tail = [self._sized(one, HEAD_BYTES) if one else "" for one in texts]
        return Shown(self.corp.clock.now(), way, "msgmenu", text, choices, tail=tail)

    def _sized(self, text, most):
        if not isinstance(text, str) or not text:
            raise Refused(44002)
        if len(text.encode()) > most:
            raise Refused(45002)
        return text
