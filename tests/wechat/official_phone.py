"""What a customer of the 公众号 does on their phone, with the callbacks that follow from it."""

import itertools

from tests.wechat import messages
from tests.wechat.callbacks import Driver
from tests.wechat.followers import Shown
from tests.wechat.sealing import Sealer

BROKEN = "该公众号提供的服务出现故障，请稍后再试"


class OfficialPhone:
    """Callbacks go to `url`. `driver` can be made to play plain bodies, other keys, less patience."""

    def __init__(self, account, url, **how):
        self.account = account
        sealer = Sealer(account.token, account.aes_key, account.appid)
        self.driver = Driver(url, sealer, account.clock, **how)
        self._pictures = itertools.count(1)

    async def write(self, openid, text, *, menu_id=None, msg_id=None):
        """Send a text; a tap on a choice of a msgmenu is a text with its `menu_id`."""
        self._mine(openid, "text", text)
        return await self._message(openid, "text", msg_id, Content=text, bizmsgmenuid=menu_id)

    async def photo(self, openid, content, content_type="image/jpeg", *, msg_id=None):
        """Send a photo. Its PicUrl leads nowhere: it is /media/get that has the bytes."""
        media_id = self.account.media.add("image", content, content_type, f"{next(self._pictures)}.jpg")
        self._mine(openid, "image", media_id=media_id)
        address = "http://127.0.0.1:9/nothing-must-be-fetched-here"
        return await self._message(openid, "image", msg_id, PicUrl=address, MediaId=media_id)

    async def voice(self, openid, content=b"#!AMR\n", *, msg_id=None):
        """Say something; the platform does not recognise speech any more."""
        media_id = self.account.media.add("voice", content, "audio/amr", "voice.amr")
        self._mine(openid, "voice", media_id=media_id)
        return await self._message(openid, "voice", msg_id, MediaId=media_id, Format="amr", Recognition="")

    async def video(self, openid, content, kind="video", *, msg_id=None):
        """Send a video."""
        media_id = self.account.media.add("video", content, "video/mp4", "video.mp4")
        self._mine(openid, "video", media_id=media_id)
        return await self._message(openid, kind, msg_id, MediaId=media_id, ThumbMediaId="thumb-1")

    async def location(self, openid, label, x=23.134521, y=113.358803, *, msg_id=None):
        """Send a place."""
        self._mine(openid, "location", label)
        where = {"Location_X": str(x), "Location_Y": str(y), "Scale": 20, "Label": label}
        return await self._message(openid, "location", msg_id, **where)

    async def link(self, openid, title, url, *, msg_id=None):
        """Share a page."""
        self._mine(openid, "link", title)
        return await self._message(openid, "link", msg_id, Title=title, Description="", Url=url)

    async def follow(self, openid):
        """Follow the account (again)."""
        self.account.follower(openid).subscribed = True
        self.account.touched(openid)
        self._mine(openid, "event", "关注")
        return await self.event(openid, "subscribe", EventKey="")

    async def unfollow(self, openid):
        """Stop following; nothing reaches the customer from then on."""
        self.account.follower(openid).subscribed = False
        self._mine(openid, "event", "取消关注")
        return await self.event(openid, "unsubscribe", EventKey="")

    async def tap(self, openid, key):
        """Tap an item of the account's own menu."""
        self.account.touched(openid)
        self._mine(openid, "event", f"菜单：{key}")
        return await self.event(openid, "CLICK", EventKey=key)

    async def scan(self, openid, scene):
        """Scan the account's code, being a follower already."""
        self.account.touched(openid)
        return await self.event(openid, "SCAN", EventKey=scene, Ticket="ticket-1")

    async def agree(self, openid, template_id):
        """Agree to one subscription message."""
        grants = self.account.follower(openid).grants
        grants[template_id] = grants.get(template_id, 0) + 1
        return await self.event(openid, "subscribe_msg_popup_event")

    async def tell_finished_jobs(self, status="success"):
        """Report how the template messages went; gives the deliveries."""
        jobs, self.account.finished_jobs = self.account.finished_jobs, []
        return [
            await self.event(openid, "TEMPLATESENDJOBFINISH", MsgID=msg_id, Status=status)
            for openid, msg_id in jobs
        ]

    async def event(self, openid, name, *, created=None, **more):
        """Any event."""
        created = self.account.clock.outside() if created is None else created
        return await self.deliver(
            openid, messages.event(self.account.original_id, openid, created, name, **more)
        )

    async def deliver(self, openid, document):
        """Post a document of one's own; a passive reply, or that there was none to be had, is shown."""
        delivery = await self.driver.post(document, receiver=self.account.original_id)
        follower, now = self.account.follower(openid), self.account.clock.now()
        if delivery.outcome == "reply":
            assert delivery.reply["ToUserName"] == openid, "a reply to somebody else"
            assert delivery.reply["FromUserName"] == self.account.original_id, "a reply from somebody else"
            kind = delivery.reply["MsgType"]
            follower.screen.append(Shown(now, "passive", kind, delivery.text))
        if delivery.outcome == "broken":
            follower.screen.append(Shown(now, "broken", "notice", BROKEN))
        return delivery

    async def _message(self, openid, kind, msg_id, **more):
        self.account.wrote(openid)
        msg_id = next(self.account.ids) if msg_id is None else msg_id
        made = messages.message(
            self.account.original_id, openid, self.account.clock.outside(), kind, msg_id, **more
        )
        return await self.deliver(openid, made)

    def _mine(self, openid, kind, text="", media_id=""):
        line = Shown(self.account.clock.now(), "sent", kind, text, media_id=media_id, mine=True)
        self.account.follower(openid).screen.append(line)
