"""What Tencent's error numbers mean to the desk: which class, and what a person can do about it.

The numbers are those of both platforms' lists of return codes; one that isn't listed here is a refusal, since
an answer with a number says that nothing was done.
"""

import re

from bot.domain.wechat_errors import (
    DailyQuota,
    NotAllowedHere,
    QuotaSpent,
    TryLater,
    WechatError,
    WechatRefused,
    WindowClosed,
    WrongState,
)

BUSY = -1
TOKEN_CODES = frozenset({40001, 40014, 42001})  # the access token isn't, or no longer, believed
_DUPLICATE = 95031
_DUPLICATE_WORDS = re.compile(r"msgid (?:\w+ )?(?:exist|dup|repeat)|(?:dup|repeat)\w* msgid", re.IGNORECASE)

_KINDS: dict[int, type[WechatError]] = {
    BUSY: TryLater,
    45011: TryLater,
    6000: TryLater,
    45009: DailyQuota,
    45015: WindowClosed,
    95002: WindowClosed,
    45047: QuotaSpent,
    95001: QuotaSpent,
    95013: WrongState,
    95014: WrongState,
    95016: WrongState,
    95018: WrongState,
    40164: NotAllowedHere,
    89501: NotAllowedHere,
    89503: NotAllowedHere,
    89506: NotAllowedHere,
    89507: NotAllowedHere,
    60020: NotAllowedHere,
}
_OFTEN = 45009  # of WeCom it is a limit of minutes, not of the day

_TOLD: dict[int, str] = {
    BUSY: "微信系统繁忙",
    45011: "调用微信接口太频繁",
    6000: "企业微信正忙于同一数据的修改",
    45009: "今天调用微信接口的次数已用完，零点后恢复",
    45015: "顾客超过 48 小时没有来消息（或已取消关注），要等顾客再来消息才能发",
    95002: "顾客超过 48 小时没有来消息，要等顾客再来消息才能发",
    45047: "顾客上一条消息之后能发的条数已用完，要等顾客再来消息才能发",
    95001: "顾客上一条消息之后能发的条数已用完，要等顾客再来消息才能发",
    95013: "这次微信客服会话已结束，要等顾客再来消息才能发",
    95014: "指定的接待人员不在接待状态：请在企业微信里打开“接待中”，或换人",
    95016: "微信客服会话不能这样转接",
    95018: "微信客服会话现在不能由本系统发消息，要等顾客再来消息",
    40001: "访问令牌或密钥不对：请核对 AppSecret（企业微信核对 Secret）",
    40003: "顾客的 openid 不属于这个公众号：请核对 AppID 是否换过",
    40007: "图片等素材已失效（只保存三天）",
    40013: "AppID（企业微信为企业ID）不对：请从平台页面上重新复制",
    40037: "模板 ID 不对：请在平台的模板列表里核对",
    40096: "没有这个微信客服的顾客：请核对企业ID是否换过",
    40125: "AppSecret 不对：请在公众平台的“基本配置”里重置后填入设置",
    40200: "这种公众号不能发菜单消息：请把 KESU_WECHAT_MENUS 设为 false",
    40243: "AppSecret 已被冻结：请在公众平台的“基本配置”里解冻",
    43004: "顾客没有关注公众号",
    43019: "顾客在公众号的黑名单里",
    43101: "顾客没有订阅这类消息，或订阅已经用完",
    45002: "内容超过微信允许的长度：请分成几条发",
    48001: "公众号没有这个接口的权限：请在公众平台的“接口权限”里查看（多数要先认证）",
    48002: "顾客拒收公众号的消息",
    48004: "这个接口已被平台封禁：请登录公众平台查看通知",
    50002: "公众号已被平台限制：请登录公众平台查看通知",
    60011: "Secret 对应的应用没有权限：请在企业微信后台的“微信客服”里允许它调用接口",
    95000: "没有这个微信客服账号：请核对 open_kfid",
    95007: "回调带来的同步口令已过期",
    95017: "微信客服的接口已关闭：请在企业微信后台的“微信客服”里开启",
}
_WHITELIST = "{address}不在平台允许的 IP 之列：请在平台页面的“IP白名单”（企业微信为“企业可信IP”）里加上"
_CONFIRM = "平台要管理员先确认{address}的调用：请管理员在微信里点确认，或把它加入“IP白名单”"
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}\b", re.IGNORECASE)


def error(code: int, words: str = "", *, corp: bool = False) -> WechatError:
    """The error for a number; `words` are the platform's own, of which only our own address is told.

    `corp`: it was WeCom that answered.
    """
    kind = TryLater if corp and code == _OFTEN else _KINDS.get(code, WechatRefused)
    return kind(told(code, words, corp=corp), code)


def is_duplicate(code: int, words: str) -> bool:
    """Whether 微信客服 has taken a message of this msgid before; its words tell where its number changed."""
    return code == _DUPLICATE or _DUPLICATE_WORDS.search(words) is not None


def told(code: int, words: str = "", *, corp: bool = False) -> str:
    """The Chinese sentence for a number: what is wrong and what to do."""
    if _KINDS.get(code) is NotAllowedHere:
        found = _ADDRESS.search(words)
        address = f" {found[0]} " if found else "本服务器的公网地址"
        sentence = (_WHITELIST if code in (40164, 60020) else _CONFIRM).format(address=address)
    elif corp and code == _OFTEN:
        sentence = "调用企业微信接口太频繁"
    else:
        sentence = _TOLD.get(code, "微信拒绝了：请在平台的“返回码说明”里查这个错误码")
    return f"{sentence}（错误码 {code}）"
