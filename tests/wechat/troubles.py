"""What the page's switch can make go wrong, one thing at a time."""

from tests.wechat import kf_api, official_api
from tests.wechat.faults import ANYWHERE

NONE = "none"
NAMES = {
    NONE: "一切正常",
    "slow": "微信接口慢 3 秒",
    "busy": "微信系统繁忙（-1）",
    "renewed": "访问令牌突然失效（40001）",
    "never": "访问令牌总被拒绝（40001）",
    "cut": "消息送到后断线（不知是否送达）",
    "hotel": "返回网页而不是结果",
    "daily": "当天接口次数用完（45009，客诉台会等到零点）",
    "address": "IP 不在白名单",
    "lost": "微信客服：回调丢失",
    "failing": "微信客服：接口成功但没有送达",
}


def begin(phones, trouble):
    """End whatever trouble there was, and begin this one; KeyError for an unknown one."""
    do = _BEGIN[trouble]
    _end(phones)
    do(phones)


def _end(phones):
    fake = phones.fake
    for api in (fake.official_api, fake.kf_api):
        api.faults.clear()
    fake.official.whitelisted = fake.corp.whitelisted = True
    phones.kf.rings, phones.account.failing = True, False


def _everywhere(phones, befall):
    for api in (phones.fake.official_api, phones.fake.kf_api):
        befall(api.faults)


def _when_sending(phones, befall):
    befall(phones.fake.official_api.faults, official_api.CUSTOM)
    befall(phones.fake.kf_api.faults, kf_api.SEND)


def _revoke(phones):
    phones.fake.official.stable_tokens.revoke()
    phones.fake.corp.tokens.revoke()


def _shut_out(phones):
    phones.fake.official.whitelisted = phones.fake.corp.whitelisted = False


def _lose_doorbells(phones):
    phones.kf.rings = False


def _fail(phones):
    phones.account.failing = True


_BEGIN = {
    NONE: lambda phones: None,
    "slow": lambda phones: _everywhere(phones, lambda faults: faults.delay(ANYWHERE, 3, times=None)),
    "busy": lambda phones: _when_sending(phones, lambda faults, path: faults.code(path, -1, times=None)),
    "renewed": _revoke,
    "never": lambda phones: _when_sending(phones, lambda faults, path: faults.code(path, 40001, times=None)),
    "cut": lambda phones: _when_sending(
        phones, lambda faults, path: faults.reset(path, times=None, after=True)
    ),
    "hotel": lambda phones: _when_sending(phones, lambda faults, path: faults.html(path, times=None)),
    "daily": lambda phones: _when_sending(phones, lambda faults, path: faults.code(path, 45009, times=None)),
    "address": _shut_out,
    "lost": _lose_doorbells,
    "failing": _fail,
}
