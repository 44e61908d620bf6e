"""The copy of a person's data as files: a page to read, JSON for programs, photos and videos as they came."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

from bot.domain.attachment import SUFFIXES
from bot.domain.personal_data import Copy
from bot.domain.workdays import SHANGHAI

INTERNAL = "internal.json"
_TITLES: Mapping[str, str] = {
    "customers": "您在各渠道的身份", "conversations": "会话", "messages": "消息", "cases": "投诉",
    "attachments": "照片和视频", "letters": "短信和邮件", "visits": "回访和来电", "wechat_chats": "微信会话",
    "wechat_sendings": "经微信发出的内容",
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "channel": "渠道", "external_id": "渠道里的编号", "created_at": "时间", "name": "名称", "phone": "电话",
    "author": "谁说的", "text": "内容", "number": "编号", "fields": "您告诉我们的情况", "issue": "问题",
    "state": "状态", "opened_at": "开始", "accepted_at": "受理", "due_at": "答应的日期", "closed_at": "结案",
    "subject": "标题", "recipient": "收件人", "way": "方式", "sent_at": "发出", "satisfaction": "您的答复",
    "answered_at": "答复时间", "media_type": "格式", "size": "字节", "body": "内容", "choice": "按下的按钮",
    "updated_at": "最后一次", "nth": "第几次", "account": "账号",
}  # fmt: skip
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
)


def file_name(row: Mapping[str, Any]) -> str:
    """Where a photo or video stands in the zip."""
    return f"files/{row['id']}{SUFFIXES[str(row['media_type'])]}"


def person_files(
    taken: Copy, photos: Mapping[str, bytes], made_at: datetime, *, internal: bool
) -> dict[str, bytes]:
    """The files of the zip by name; `photos` by their ids, `internal` adds what colleagues wrote."""
    named = [row for row in taken.own["attachments"] if row["id"] in photos]
    page = _ENVIRONMENT.get_template("person.html").render(
        made_at=f"{made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        parts=[_part(name, rows) for name, rows in taken.own.items()],
        files=[(file_name(row), row["name"]) for row in named],
    )
    files = {"index.html": page.encode(), "data.json": _json(taken.own)}
    if internal:
        files[INTERNAL] = _json(taken.internal)
    return files | {file_name(row): photos[row["id"]] for row in named}


def _part(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shown = [key for key in (rows[0] if rows else ()) if key in _NAMES and any(row[key] for row in rows)]
    return {
        "title": _TITLES[name],
        "names": [_NAMES[key] for key in shown],
        "rows": [[_told(row[key]) for key in shown] for row in rows],
    }


def _told(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}：{item}" for key, item in value.items() if item)
    return str(value)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
