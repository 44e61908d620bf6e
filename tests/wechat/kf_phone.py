"""What customers of 微信客服 do on their phones, and servicers in WeCom; each rings the desk's doorbell."""

import itertools

from tests.wechat import messages
from tests.wechat.callbacks import WecomDriver
from tests.wechat.followers import Shown
from tests.wechat.kf import BOT, CUSTOMER, ENDED, HUMAN, NEW, SERVICER
from tests.wechat.kf_sending import Sending
from tests.wechat.sealing import Sealer

TAKEN, TRANSFERRED, OVER, REOPENED = 1, 2, 3, 4


class KfPhone:
    """Doorbells go to `url`; with `rings` False they get lost on the way."""

    def __init__(self, corp, account, url, **how):
        self.corp, self.account, self.rings = corp, account, True
        sealer = Sealer(corp.token, corp.aes_key, corp.corpid)
        self.driver = WecomDriver(url, sealer, corp.clock, **how)
        self._pictures = itertools.count(1)

    async def enter(self, userid):
        """Open the chat. Who wasn't welcomed and did not write for 48 hours may be welcomed."""
        session, now = self.corp.session(self.account, userid), self.corp.clock.now()
        event = {"scene": "phone", "scene_param": ""}
        welcomed = session.welcomed_at is not None and now < session.welcomed_at + self.corp.hours * 3600
        if not welcomed and not session.message.open(now):
            session.welcomed_at = now
            event["welcome_code"] = self.corp.code(self.account, session, self.corp.welcome_seconds)
        self.corp.add_event(self.account, "enter_session", userid, **event)
        return await self.ring()

    async def write(self, userid, text, *, menu_id=None):
        """Send a text, or tap a choice of a msgmenu."""
        self.wrote(userid, text, menu_id=menu_id)
        return await self.ring()

    def wrote(self, userid, text, *, menu_id=None):
        """What `write` leaves in the log, without a doorbell; gives it."""
        content = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        return self._customer(userid, "text", text, text=content)

    async def photo(self, userid, content, content_type="image/jpeg"):
        """Send a photo."""
        media_id = self.corp.media.add("image", content, content_type, f"{next(self._pictures)}.jpg")
        self._customer(userid, "image", media_id=media_id, image={"media_id": media_id})
        return await self.ring()

    async def voice(self, userid, content=b"#!AMR\n"):
        """Say something."""
        media_id = self.corp.media.add("voice", content, "audio/amr", "voice.amr")
        self._customer(userid, "voice", media_id=media_id, voice={"media_id": media_id})
        return await self.ring()

    async def video(self, userid, content):
        """Send a video."""
        media_id = self.corp.media.add("video", content, "video/mp4", "video.mp4")
        self._customer(userid, "video", media_id=media_id, video={"media_id": media_id})
        return await self.ring()

    async def location(self, userid, name):
        """Send a place."""
        where = {"latitude": 23.106021, "longitude": 113.320102, "name": name, "address": name}
        self._customer(userid, "location", name, location=where)
        return await self.ring()

    async def answer(self, userid, text, servicer):
        """A servicer answers in WeCom's own app; a session that had ended is theirs again."""
        session = self.corp.session(self.account, userid)
        if session.state == ENDED:
            self._change(session, REOPENED, HUMAN, new_servicer_userid=servicer)
        assert (session.state, session.servicer) == (HUMAN, servicer), "it is not this servicer's session"
        self.corp.add(
            self.account, SERVICER, "text", userid, servicer_userid=servicer, text={"content": text}
        )
        session.screen.append(Shown(self.corp.clock.now(), "servicer", "text", text))
        return await self.ring()

    async def take(self, userid, servicer):
        """A servicer takes a waiting customer in WeCom's own app."""
        session = self.corp.session(self.account, userid)
        self._change(session, TAKEN, HUMAN, new_servicer_userid=servicer)
        return await self.ring()

    async def hand_over(self, userid, servicer):
        """A servicer gives the session to another."""
        session = self.corp.session(self.account, userid)
        people = {"old_servicer_userid": session.servicer, "new_servicer_userid": servicer}
        self._change(session, TRANSFERRED, HUMAN, **people)
        return await self.ring()

    async def end(self, userid):
        """A servicer ends the session; the next message of the customer begins a new one."""
        session = self.corp.session(self.account, userid)
        self._change(session, OVER, ENDED, old_servicer_userid=session.servicer)
        return await self.ring()

    async def duty(self, servicer, *, receives):
        """A servicer begins or stops to receive customers."""
        self.account.servicers[servicer] = receives
        status = {"servicer_userid": servicer, "status": 1 if receives else 2}
        self.corp.add_event(self.account, "servicer_status_change", **status)
        return await self.ring()

    async def fail(self, userid, msgid):
        """A message that was taken turns out not to have arrived."""
        Sending(self.corp).fail(self.account, self.corp.session(self.account, userid), msgid)
        return await self.ring()

    async def ring(self, *, token=None):
        """Post a doorbell; None when it gets lost. The same `token` again is a doubled one."""
        if not self.rings:
            return None
        fields = {"Token": token or self.corp.doorbell(), "OpenKfId": self.account.open_kfid}
        head = {"ToUserName": self.corp.corpid, "CreateTime": int(self.corp.clock.outside())}
        document = messages.xml(**head, MsgType="event", Event="kf_msg_or_event", **fields)
        return await self.driver.post(document, receiver=self.corp.corpid)

    def _customer(self, userid, kind, words="", media_id="", **more):
        session, now = self.corp.session(self.account, userid), self.corp.clock.now()
        if session.state == ENDED:
            session.state = NEW
        session.message.begin(now)
        session.screen.append(Shown(now, "sent", kind, words, media_id=media_id, mine=True))
        return self.corp.add(self.account, CUSTOMER, kind, userid, **more)

    def _change(self, session, how, state, **people):
        assert session.state not in (NEW, BOT) or state != HUMAN, "nobody handed it over"
        session.state = state
        session.servicer = people.get("new_servicer_userid", "")
        about = {"change_type": how} | people
        self.corp.add_event(self.account, "session_status_change", session.userid, **about)
