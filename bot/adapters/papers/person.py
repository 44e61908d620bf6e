"""The copy of a person's data as files: a page to read, JSON for programs, photos and videos as they came."""

import asyncio
import json
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import jinja2

from bot.adapters.papers.archive import member
from bot.domain.attachment import SUFFIXES
from bot.domain.errors import NotFound
from bot.domain.personal_data import Copy
from bot.domain.workdays import SHANGHAI
from bot.services.personal_data import Taken
from bot.services.ports import Clock, Files

INTERNAL = "internal.json"
_TITLES: Mapping[str, str] = {
    "customers": "您在各渠道的身份", "conversations": "会话", "messages": "消息", "cases": "投诉",
    "attachments": "照片和视频", "letters": "短信和邮件", "visits": "回访和来电", "wechat_chats": "微信会话",
    "wechat_sendings": "经微信发出的内容", "personal_requests": "您就个人信息提出的请求",
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "channel": "渠道", "external_id": "渠道里的编号", "created_at": "时间", "name": "名称", "phone": "电话",
    "author": "谁说的", "text": "内容", "number": "编号", "fields": "您告诉我们的情况", "issue": "问题",
    "state": "状态", "opened_at": "开始", "accepted_at": "受理", "due_at": "答应的日期", "closed_at": "结案",
    "subject": "标题", "recipient": "收件人", "way": "方式", "sent_at": "发出", "satisfaction": "您的答复",
    "answered_at": "答复时间", "media_type": "格式", "size": "字节", "body": "内容", "choice": "按下的按钮",
    "updated_at": "最后一次", "kind": "种类", "asked_on": "提出", "decided_at": "办结",
    "nth": "第几次", "account": "账号",
}  # fmt: skip
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
)


def file_name(row: Mapping[str, Any]) -> str:
    """Where a photo or video stands in the zip."""
    return f"files/{row['id']}{SUFFIXES[str(row['media_type'])]}"


class PersonArchives:
    """Makes the zip of a copy; photos and videos go through in pieces, however many there are."""

    def __init__(self, files: Files, clock: Clock) -> None:
        self._files, self._clock = files, clock

    async def made(self, taken: Taken, *, internal: bool) -> IO[bytes]:
        """The zip as a file without a name, which is gone when it is closed."""
        out = await asyncio.to_thread(tempfile.TemporaryFile)
        try:
            await self.write(out, taken, internal=internal)
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return out

    async def write(self, out: IO[bytes], taken: Taken, *, internal: bool) -> int:
        """Write it there; how many photos and videos there are. What has no bytes any more is left out."""
        rows = {str(row["id"]): row for row in taken.copy.own["attachments"]}
        there: list[str] = []
        with zipfile.ZipFile(out, "w") as archive:
            for file in taken.files:
                whole = await self._put(archive, file_name(rows[file]), f"{file}.original")
                there += [file] if whole else []
            content = person_files(taken.copy, there, self._clock.now(), internal=internal)
            for name, text in content.items():
                await asyncio.to_thread(archive.writestr, member(name), text)
        return len(there)

    async def _put(self, archive: zipfile.ZipFile, name: str, key: str) -> bool:
        pieces = self._files.open(key)
        try:
            piece = await anext(pieces, b"")
        except NotFound:
            return False
        with archive.open(member(name), "w", force_zip64=True) as place:
            await asyncio.to_thread(place.write, piece)
            async for more in pieces:
                await asyncio.to_thread(place.write, more)
        return True


def person_files(
    taken: Copy, photos: Collection[str], made_at: datetime, *, internal: bool
) -> dict[str, bytes]:
    """What stands beside the photos (their ids), by name; `internal` adds what colleagues wrote."""
    named = [row for row in taken.own["attachments"] if row["id"] in photos]
    page = _ENVIRONMENT.get_template("person.html").render(
        made_at=f"{made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        parts=[_part(name, rows) for name, rows in taken.own.items()],
        files=[(file_name(row), row["name"]) for row in named],
    )
    files = {"index.html": page.encode(), "data.json": _json(taken.own)}
    if internal:
        files[INTERNAL] = _json(taken.internal)
    return files


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
