"""Templates, and how times and states read in Chinese."""

from datetime import datetime
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.domain.case import CaseState
from bot.domain.conversation import Author, Owner
from bot.domain.groups import State
from bot.domain.people import Deed, Role, User
from bot.domain.shadow import ShadowState
from bot.domain.task import TaskKind
from bot.domain.workdays import SHANGHAI
from bot.web.keys import PARTS

FOLDER = Path(__file__).parent
_OWNERS = {
    Owner.BOT: "机器人接待",
    Owner.QUEUE: "排队等人工",
    Owner.AGENT: "人工接待",
    Owner.CLOSED: "已结束",
}
_AUTHORS = {Author.CUSTOMER: "顾客", Author.BOT: "机器人", Author.DESK: "系统", Author.AGENT: "客服"}
STATES = {
    CaseState.DRAFT: "登记中",
    CaseState.ACCEPTED: "已受理",
    CaseState.CLOSED: "已结案",
    CaseState.WITHDRAWN: "已撤销",
    CaseState.MERGED: "已合并",
}
ROLES = {
    Role.AGENT: "客服",
    Role.SENIOR: "资深客服",
    Role.SUPERVISOR: "主管",
    Role.ADMIN: "管理员",
    Role.DEPARTMENT: "部门处理人",
}
_PRESENCES = {State.ONLINE: "在线", State.AWAY: "离开", State.OFFLINE: "不在线"}
_SHADOWS = {
    ShadowState.RUNNING: "正在试读",
    ShadowState.DONE: "读完了",
    ShadowState.CANCELLED: "已停下",
    ShadowState.FAILED: "中断了",
}
KINDS = {
    TaskKind.APPROVAL: "审批",
    TaskKind.STEP: "办理",
    TaskKind.CALL: "去电",
    TaskKind.PROMISE: "承诺",
    TaskKind.VISIT: "回访",
    TaskKind.ALERT: "提醒",
    TaskKind.REVIEW: "核对",
}


def set_up(app: web.Application) -> None:
    """Load the templates once; whatever they print is escaped."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(clock=_clock, moment=_moment, day=_day, bytes=_bytes)
    environment.globals.update(
        owners=_OWNERS,
        authors=_AUTHORS,
        states=STATES,
        roles=ROLES,
        presences=_PRESENCES,
        shadow_states=_SHADOWS,
        task_kinds=KINDS,
        zip=zip,
    )


async def desk_page(
    request: web.Request, agent: User, template: str, *, status: int = 200, **values: object
) -> web.Response:
    """A page of the desk, with what its bar shows: who is signed in, and how much they have to do."""
    parts = request.app[PARTS]
    open_ones = {"/desk/inbox": await parts.inbox.count(agent)}
    if agent.may(Deed.HANDLE_PERSONAL_DATA):
        open_ones["/desk/personal"] = await parts.personal.requests.waiting(agent)
    context = {"agent": agent, "open_ones": open_ones, **values}
    return aiohttp_jinja2.render_template(template, request, context, status=status)


def _clock(moment: datetime) -> str:
    """Month, day and time in China, for the people of the desk."""
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"


def _moment(moment: datetime) -> str:
    """The same with the year, for what is looked at years later."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _bytes(size: int) -> str:
    """A file's size."""
    megabytes = size / (1024 * 1024)
    return f"{megabytes:.1f} MB" if megabytes >= 1 else f"{max(1, round(size / 1024))} KB"


def _day(moment: datetime) -> str:
    """The day in China."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日"
