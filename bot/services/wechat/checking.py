"""Checks a configuration of WeChat from end to end, and says what to do on the platform's page.

Nothing of it reaches a customer. Each check is one line; what could not be checked because of an earlier one
is left out.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import ConfigurationError
from bot.domain.wechat_accounts import OfficialAccount, Wecom
from bot.domain.wechat_errors import NotAllowedHere, TokenTrouble, WechatError, WechatRefused
from bot.services.ports.wechat_clients import KfClient, OfficialClient
from bot.services.wechat.notices import Templates

OFFICIAL_PATH, KF_PATH = "/wechat", "/wechat/kf"
CUSTOM = "/cgi-bin/message/custom/send"
_FORBIDDEN, _NOT_FOUND, _BAD = 403, 404, 400
_FEW = 100  # messages left today of which somebody should know
_BASIC = "公众平台“设置与开发 → 基本配置”"
_KF_PAGE = "企业微信后台“微信客服 → 可调用接口的应用 / 开发配置”"


@dataclass(frozen=True)
class Echoed:
    """What a callback address answered: its HTTP status (None: nobody did, `why`), and if it was right."""

    status: int | None
    is_right: bool = False
    why: str = ""


@dataclass(frozen=True)
class Finding:
    """One line: what was checked, whether it is fine, and what to do about it (also beside what is fine)."""

    ok: bool
    what: str
    todo: str = ""

    def __str__(self) -> str:
        """As the terminal shows it."""
        return f"{'✓' if self.ok else '✗'} {self.what}{f'：{self.todo.strip()}' if self.todo else ''}"


class Probe(Protocol):
    """Calls the desk's own callback addresses, as WeChat would."""

    base: str

    async def official(self, account: OfficialAccount, path: str) -> Echoed:
        """The 公众号's question whether the address is ours."""

    async def official_sealed(self, account: OfficialAccount, path: str) -> Echoed:
        """An encrypted message that says nothing."""

    async def corp(self, account: Wecom, path: str) -> Echoed:
        """WeCom's question whether the address is ours, encrypted."""


async def official(account: OfficialAccount, client: OfficialClient, probe: Probe) -> AsyncIterator[Finding]:
    """All that can be told of a 公众号."""
    echoed = await probe.official(account, OFFICIAL_PATH)
    yield _echo(echoed, probe.base + OFFICIAL_PATH, "KESU_WECHAT_TOKEN", _BASIC)
    if echoed.is_right:
        yield await _sealed(account, probe)
    try:
        await client.check_token()
    except WechatError as problem:
        yield _token(problem, "AppID 和 AppSecret", "KESU_WECHAT_APPID 和 KESU_WECHAT_SECRET", _BASIC)
    else:
        yield Finding(ok=True, what="AppID、AppSecret 和 IP 白名单可用，取得了访问令牌")
        yield await _quota(client)
        yield await _addresses(client)
    yield _templates(account)
    yield _menus(account)


async def corp(account: Wecom, client: KfClient, probe: Probe) -> AsyncIterator[Finding]:
    """All that can be told of a WeCom corp with 微信客服."""
    echoed = await probe.corp(account, KF_PATH)
    names = "KESU_WECOM_TOKEN、KESU_WECOM_AES_KEY 和 KESU_WECOM_CORPID"
    yield _echo(echoed, probe.base + KF_PATH, names, _KF_PAGE)
    try:
        await client.check_token()
    except WechatError as problem:
        yield _token(problem, "企业 ID 和 Secret", "KESU_WECOM_CORPID 和 KESU_WECOM_SECRET", _KF_PAGE)
        return
    yield Finding(ok=True, what="企业 ID、Secret 和可信 IP 可用，取得了访问令牌")
    async for finding in _accounts(account, client):
        yield finding


def _echo(echoed: Echoed, address: str, names: str, page: str) -> Finding:
    """What a callback address answered, told to who can change it."""
    what = f"回调地址 {address}"
    if echoed.is_right:
        url = "这个 URL" if address.startswith("https://") else "公网地址加同样的路径作为 URL"
        return Finding(ok=True, what=f"{what} 应答正确", todo=f"在{page}里填{url}，Token 和密钥与设置一致")
    if echoed.status is None:
        todo = (
            f"连不上（{echoed.why}）。请先用 make up 启动客诉台；平台要从公网访问，KESU_BASE_URL 应是那个地址"
        )
    elif echoed.status == _NOT_FOUND:
        todo = "客诉台没有打开这个渠道。请在启动它的环境里设置好，再重新启动；反向代理要原样转发这个路径"
    elif echoed.status in (_FORBIDDEN, _BAD):
        todo = f"签名没有被接受。运行中的客诉台用的 {names} 与这里不同，请重新启动它；也请核对服务器时间"
    else:
        todo = f"得到的不是客诉台的应答（HTTP {echoed.status}）。请检查反向代理，要原样转发，不要跳转或加页面"
    return Finding(ok=False, what=what, todo=todo)


async def _sealed(account: OfficialAccount, probe: Probe) -> Finding:
    """Whether the running desk reads what is encrypted with the key of these settings."""
    if not account.aes_keys:
        todo = f"只用于测试。正式使用请在{_BASIC}选“安全模式”，设置 KESU_WECHAT_AES_KEY"
        return Finding(ok=True, what="没有设置消息加解密密钥", todo=todo)
    echoed = await probe.official_sealed(account, OFFICIAL_PATH)
    if echoed.is_right:
        return Finding(ok=True, what="消息加解密密钥可用", todo=f"{_BASIC}的消息加解密方式选“安全模式”")
    todo = (
        "运行中的客诉台读不了用这里的 KESU_WECHAT_AES_KEY 加密的消息。请重新启动客诉台；"
        f"密钥和 AppID 要与{_BASIC}里的一致"
    )
    return Finding(ok=False, what="消息加解密密钥（EncodingAESKey）", todo=todo)


def _token(problem: WechatError, what: str, names: str, page: str) -> Finding:
    """Why there is no access token."""
    if isinstance(problem, NotAllowedHere):
        return Finding(ok=False, what="IP 白名单", todo=str(problem))
    if isinstance(problem, TokenTrouble | WechatRefused):
        return Finding(ok=False, what=what, todo=f"{problem}。请在{page}核对 {names}")
    return Finding(ok=False, what="访问令牌", todo=f"{problem}，请稍后再检查")


async def _quota(client: OfficialClient) -> Finding:
    """Whether the account may send customer-service messages, and how many are left today."""
    try:
        quota = await client.quota(CUSTOM)
    except WechatRefused as problem:
        todo = f"{problem}。未认证的订阅号没有客服消息：顾客只能收到 5 秒内的直接回复（docs/wechat.md）"
        return Finding(ok=False, what="客服消息接口", todo=todo)
    except WechatError as problem:
        return Finding(ok=False, what="客服消息接口的额度", todo=f"{problem}，请稍后再检查")
    what = f"客服消息接口今天还可调用 {quota.left} 次（共 {quota.daily} 次）"
    if quota.daily == 0:
        return Finding(
            ok=False, what=what, todo="这个公众号没有客服消息权限，请在公众平台“接口权限”里查看，多数要先认证"
        )
    if quota.left < _FEW:
        return Finding(ok=False, what=what, todo="零点后恢复；常常不够时，请在公众平台“接口权限”里申请提高")
    return Finding(ok=True, what=what)


async def _addresses(client: OfficialClient) -> Finding:
    """From where WeChat calls; only who has a firewall needs it."""
    try:
        addresses = await client.callback_ips()
    except WechatError as problem:
        return Finding(ok=True, what="微信服务器的地址没有查到", todo=f"{problem}；不影响使用")
    todo = "服务器前有防火墙时，请放行这些地址（接口 getcallbackip 可查）"
    return Finding(ok=True, what=f"微信会从 {len(addresses)} 个地址回调", todo=todo)


def _templates(account: OfficialAccount) -> Finding:
    """What customers can be told of after the window."""
    try:
        kinds = Templates.of(account).kinds
    except ConfigurationError as problem:
        return Finding(ok=False, what="模板", todo=str(problem))
    if kinds:
        names = {"progress": "进度", "rating": "评价"}
        told = "、".join(names[kind] for kind in sorted(kinds))
        return Finding(ok=True, what=f"48 小时之后可以用模板或订阅通知：{told}")
    return Finding(
        ok=True, what="没有设置模板", todo="超过 48 小时的进度和评价会等顾客下次来消息再发（docs/wechat.md）"
    )


def _menus(account: OfficialAccount) -> Finding:
    if account.menus:
        return Finding(
            ok=True,
            what="选项以菜单消息发送",
            todo="只有认证服务号可用；别的账号请把 KESU_WECHAT_MENUS 设为 false",
        )
    return Finding(
        ok=True, what="选项以编号文字发送", todo="认证服务号可以设置 KESU_WECHAT_MENUS=true 改用菜单消息"
    )


async def _accounts(account: Wecom, client: KfClient) -> AsyncIterator[Finding]:
    """The 微信客服 accounts, and whether the mapped colleagues serve them."""
    try:
        accounts = await client.accounts()
        people = {one.open_kfid: await client.servicers(one.open_kfid) for one in accounts}
    except WechatError as problem:
        yield Finding(
            ok=False, what="微信客服账号", todo=f"{problem}。请在{_KF_PAGE}里允许这个应用管理客服账号"
        )
        return
    if not accounts:
        todo = f"在企业微信后台“微信客服”里新建一个，并在{_KF_PAGE}里交给这个应用管理"
        yield Finding(ok=False, what="没有可用的微信客服账号", todo=todo)
        return
    yield Finding(ok=True, what=f"微信客服账号 {len(accounts)} 个：{'、'.join(one.name for one in accounts)}")
    serving = {one.userid for servicers in people.values() for one in servicers}
    for login, userid in account.servicers:
        if userid not in serving:
            todo = "请在企业微信后台把这位同事加为客服账号的接待人员，或改正 KESU_WECOM_SERVICERS"
            yield Finding(ok=False, what=f"{login} 对应的企业微信账号 {userid} 不是接待人员", todo=todo)
