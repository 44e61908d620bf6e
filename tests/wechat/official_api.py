"""The 公众号 server: api.weixin.qq.com's addresses over an `OfficialAccount`."""

from aiohttp import web

from tests.wechat.refusals import Refused, said
from tests.wechat.serving import Api

CUSTOM, TYPING = "/cgi-bin/message/custom/send", "/cgi-bin/message/custom/typing"
STABLE_TOKEN, TOKEN = "/cgi-bin/stable_token", "/cgi-bin/token"
TEMPLATE, SUBSCRIBE = "/cgi-bin/message/template/send", "/cgi-bin/message/subscribe/bizsend"
UPLOAD, GET_MEDIA = "/cgi-bin/media/upload", "/cgi-bin/media/get"
CALLBACK_IPS, USER_INFO, CLEAR_QUOTA = "/cgi-bin/getcallbackip", "/cgi-bin/user/info", "/cgi-bin/clear_quota"
QUOTA, A_DAY = "/cgi-bin/openapi/quota/get", 500_000


class OfficialApi(Api):
    """Answers the account's calls."""

    def __init__(self, account):
        super().__init__(account.clock, account.check_token)
        self.account = account
        self.whitelisted = lambda: account.whitelisted
        self.post(STABLE_TOKEN, self.stable_token, open_to_all=True)
        self.get(TOKEN, self.token, open_to_all=True)
        self.post(CUSTOM, account.take_custom)
        self.post(TYPING, account.take_typing)
        self.post(TEMPLATE, self.template)
        self.post(SUBSCRIBE, account.take_subscribed)
        self.upload(UPLOAD, self.upload_media)
        self.get(GET_MEDIA, self.get_media)
        self.get(CALLBACK_IPS, lambda _: {"ip_list": ["127.0.0.1/32", "101.226.103.0/25"]})
        self.get(USER_INFO, self.user_info)
        self.post(QUOTA, self.quota)
        self.post(CLEAR_QUOTA, lambda _: None)

    def stable_token(self, body):
        if body.get("grant_type") != "client_credential":
            raise Refused(40002)
        self._login(body)
        return self.account.stable_tokens.stable(force=body.get("force_refresh") is True)

    def token(self, query):
        if query.get("grant_type") != "client_credential":
            raise Refused(40002)
        self._login(query)
        return self.account.latest_tokens.latest_only()

    def template(self, body):
        return said(0) | {"msgid": self.account.take_template(body)}

    def upload_media(self, query, file):
        if file is None or isinstance(file, str):
            raise Refused(44002)
        kind, content = query.get("type"), file.file.read()
        media_id = self.account.media.upload(kind, content, file.content_type, file.filename)
        return {"type": kind, "media_id": media_id, "created_at": int(self.account.clock.now())}

    def get_media(self, query):
        found = self.account.media.get(query.get("media_id"))
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
        return web.Response(body=found.content, content_type=found.content_type, headers=headers)

    def user_info(self, query):
        follower = self.account.followers.get(query.get("openid"))
        if follower is None:
            raise Refused(40003)
        told = {"subscribe": int(follower.subscribed), "openid": follower.openid}
        return told | ({"unionid": follower.unionid} if follower.unionid else {})

    def quota(self, body):
        path = body.get("cgi_path")
        if not isinstance(path, str) or not path.startswith("/"):
            raise Refused(76021)
        used = len(self.journal.done(path))
        daily = A_DAY if self.account.daily_quota is None else self.account.daily_quota
        return said(0) | {"quota": {"daily_limit": daily, "used": used, "remain": daily - used}}

    def _login(self, given):
        if given.get("appid") != self.account.appid:
            raise Refused(40013)
        if given.get("secret") != self.account.secret:
            raise Refused(40125)
