"""The audit log: who looked at personal data, took something out, or changed something, in a chain.

Every entry is chained to the one before (as in bot/domain/history.py), so that none can be changed, taken out
or put in unseen. Entries cut off at the end leave no trace but a smaller number: keep what
`kesu audit verify` prints.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.history import START, digest, link

# Deeds with their Chinese titles; the groups are those of the page's filter.
LOOKS = {
    "phone_revealed": "查看完整电话",
    "original_opened": "打开原始照片或视频",
    "evidence_made": "制作证据包",
    "paper_taken": "下载文书",
    "exported": "导出",
    "backup_made": "制作备份",
    "api_read": "接口读取个人信息",
    "person_exported": "导出某人的全部个人信息",
}
CHANGES = {
    "message_corrected": "更正机器人的理解",
    "message_skipped": "略过一条消息",
    "dispute_settled": "裁定分歧",
    "colleague_asked": "请同事看消息",
    "label_proposed": "提议新标签",
    "case_changed": "改动投诉",
    "person_erased": "抹去某人的个人信息",
    "person_corrected": "更正某人的姓名或电话",
    "request_made": "登记个人信息请求",
    "request_closed": "办结个人信息请求",
    "erasure_proposed": "申请抹去个人信息",
    "erasure_returned": "退回抹去申请",
    "old_data_erased": "抹去超过保存期限的个人信息",
    "data_key_rotated": "更换数据密钥",
    "avoidance_set": "标记回避",
    "avoidance_cleared": "解除回避",
    "settings_changed": "改动设置",
    "warning_overridden": "不顾提醒发出",
    "backup_restored": "恢复备份",
    "person_added": "添加人员",
    "person_changed": "改动人员",
    "person_deactivated": "停用登录名",
    "person_reactivated": "恢复登录名",
    "group_made": "新建分组",
    "group_changed": "改动分组",
    "group_removed": "删除分组",
    "cap_set": "改动接待上限",
    "clause_drafted": "起草手册修订",
    "clause_approved": "批准手册修订",
    "clause_rejected": "退回手册修订",
    "clause_discarded": "放弃手册修订",
    "clause_withdrawn": "撤回未生效的手册修订",
    "handbook_exported": "导出手册修订",
    "handbook_imported": "导入手册修订",
    "invited": "发出邀请",
    "invitation_revoked": "撤回邀请",
    "reset_link_made": "发出重设密码的链接",
    "password_reset": "重设他人密码",
    "password_changed": "修改自己的密码",
    "totp_on": "开启动态口令",
    "totp_off": "关闭动态口令",
    "recovery_code_used": "使用恢复码",
    "token_made": "发放接口令牌",
    "token_revoked": "撤销接口令牌",
    "webhook_added": "添加推送地址",
    "webhook_changed": "启停推送地址",
    "webhook_resent": "重发推送",
    "shadow_started": "试读模型",
    "shadow_cancelled": "停下试读",
    "shadow_judged": "判断试读结果",
    "shadow_withdrawn": "撤回试读判断",
    "suggestion_marked": "处理训练建议",
    "model_training_asked": "训练模型",
    "model_training_cancelled": "取消训练",
    "model_example_accepted": "接受模型听错的例句",
    "model_approved": "批准模型",
    "model_rejected": "不采用模型",
    "model_promoted": "启用模型",
    "model_rolled_back": "换回之前的模型",
    "signed_in": "登录",
    "signed_out": "让浏览器退出登录",
}
TITLES = LOOKS | CHANGES


@dataclass(eq=False)
class AuditEntry:
    """One deed. `actor` is a person's id, or says who else it was; `object` is like "case:K4837-19209"."""

    seq: int
    at: datetime
    actor: str
    deed: str
    object: str
    details: dict[str, Any]
    salt: str
    digest: str
    chain: str


@dataclass(frozen=True)
class Deed:
    """What is to be written down when its transaction is committed: its place in the chain is open."""

    at: datetime
    actor: str
    deed: str
    object: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which entries a person wants to see; None doesn't matter. `before` is the last place they saw."""

    actor: str | None = None
    deeds: tuple[str, ...] = ()
    object: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    hidden: tuple[str, ...] = ()  # objects of which who asks is to know nothing


def entry(done: Deed, previous: AuditEntry | None) -> AuditEntry:
    """The entry of a deed after `previous`."""
    salt, seq = secrets.token_hex(16), previous.seq + 1 if previous else 1
    details = dict(done.details)
    value = digest(details, salt)
    chain = _link(
        previous.chain if previous else START, seq, done.at, done.actor, done.deed, done.object, value
    )
    return AuditEntry(seq, done.at, done.actor, done.deed, done.object, details, salt, value, chain)


def first_break(entries: Iterable[AuditEntry], previous: AuditEntry | None = None) -> int | None:
    """The place of the first entry that doesn't fit behind `previous`, or None when all do."""
    seq, chain = (previous.seq, previous.chain) if previous else (0, START)
    for found in entries:
        seq += 1
        linked = _link(chain, found.seq, found.at, found.actor, found.deed, found.object, found.digest)
        if found.seq != seq or found.chain != linked or digest(found.details, found.salt) != found.digest:
            return seq
        chain = found.chain
    return None


def _link(previous: str, seq: int, at: datetime, actor: str, deed: str, object: str, value: str) -> str:
    return link(previous, seq, f"{deed}\t{object}", actor, at, value)
