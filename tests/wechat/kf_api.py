"""The WeCom server: qyapi.weixin.qq.com's addresses over a `Corp`."""

from aiohttp import web

from tests.wechat.kf_sending import Sending
from tests.wechat.refusals import Refused, said
from tests.wechat.serving import Api

GET_TOKEN, GET_MEDIA, UPLOAD = "/cgi-bin/gettoken", "/cgi-bin/media/get", "/cgi-bin/media/upload"
SYNC, SEND, SEND_ON_EVENT = "/cgi-bin/kf/sync_msg", "/cgi-bin/kf/send_msg", "/cgi-bin/kf/send_msg_on_event"
STATE, MOVE = "/cgi-bin/kf/service_state/get", "/cgi-bin/kf/service_state/trans"
SERVICERS, CUSTOMERS = "/cgi-bin/kf/servicer/list", "/cgi-bin/kf/customer/batchget"
ACCOUNTS, CALLBACK_IPS = "/cgi-bin/kf/account/list", "/cgi-bin/getcallbackip"


class KfApi(Api):
    """Answers the corp's calls."""

    not_whitelisted = 60020

    def __init__(self, corp):
        super().__init__(corp.clock, corp.check_token)
        self.corp, self.sending = corp, Sending(corp)
        self.whitelisted = lambda: corp.whitelisted
        self.get(GET_TOKEN, self.token, open_to_all=True)
        self.post(SYNC, corp.sync)
        self.post(SEND, self.sending.send)
        self.post(SEND_ON_EVENT, self.sending.send_on_event)
        self.post(STATE, self.sending.state)
        self.post(MOVE, self.sending.move)
        self.get(SERVICERS, self.servicers)
        self.post(CUSTOMERS, self.customers)
        self.both(ACCOUNTS, self.accounts)
        self.upload(UPLOAD, self.upload_media)
        self.get(GET_MEDIA, self.get_media)
        self.get(CALLBACK_IPS, lambda _: said(0) | {"ip_list": ["127.0.0.1"]})

    def token(self, query):
        if query.get("corpid") != self.corp.corpid:
            raise Refused(40013)
        if query.get("corpsecret") != self.corp.secret:
            raise Refused(40001)
        return said(0) | self.corp.tokens.same_until_expired()

    def servicers(self, query):
        account = self.corp.account(query)
        listed = [{"userid": one, "status": 0 if there else 1} for one, there in account.servicers.items()]
        return said(0) | {"servicer_list": listed}

    def customers(self, body):
        asked = body.get("external_userid_list") or []
        known = {userid for account in self.corp.accounts.values() for userid in account.sessions}
        told = [self._about(userid) for userid in asked if userid in known]
        unknown = [userid for userid in asked if userid not in known]
        return said(0) | {"customer_list": told, "invalid_external_userid": unknown}

    def accounts(self, _):
        listed = [{"open_kfid": one.open_kfid, "name": one.name} for one in self.corp.accounts.values()]
        return said(0) | {"account_list": listed}

    def upload_media(self, query, file):
        if file is None or isinstance(file, str):
            raise Refused(44002)
        kind, content = query.get("type"), file.file.read()
        media_id = self.corp.media.upload(kind, content, file.content_type, file.filename)
        now = str(int(self.corp.clock.now()))
        return said(0) | {"type": kind, "media_id": media_id, "created_at": now}

    def get_media(self, query):
        found = self.corp.media.get(query.get("media_id"))
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
        return web.Response(body=found.content, content_type=found.content_type, headers=headers)

    def _about(self, userid):
        unionid = self.corp.unionids.get(userid)
        return {"external_userid": userid, "nickname": "顾客"} | ({"unionid": unionid} if unionid else {})
