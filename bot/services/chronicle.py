"""A case's history in words: who did what and when, what was before and what is after."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import labels
from bot.domain.case import Case, CaseEvent, CaseState
from bot.domain.handbook.severity import TITLES as FLAGS
from bot.domain.handbook.severity import Flag, Priority
from bot.domain.paper_values import STATES, VERDICTS, minute
from bot.domain.privacy import mask
from bot.domain.reading import Risk
from bot.domain.reasons import title as reason_title
from bot.domain.risk import words as risk_words
from bot.services import steps
from bot.services.words import Words

KINDS: Mapping[str, str] = {
    "opened": "登记投诉", "accepted": "受理", "refiled": "转入另一流程", "moved": "往下办理",
    "closed": "结案", "withdrawn": "撤诉", "merged": "并入另一件投诉", "joined": "有投诉并入",
    "split": "拆分", "parted": "拆出投诉", "reopened": "重开", "paused": "暂停等待", "resumed": "继续办理",
    "approval_asked": "送审", "approval_given": "批准", "approval_refused": "退回",
    "extension_asked": "申请延期", "extension_refused": "不同意延期", "extended": "延期",
    "assigned": "换人处理", "corrected": "更正级别",
    "reclassified": "更改类别", "judged": "判定级别", "risk_noted": "风险用语",
    "issue_noted": "又提到一个问题", "fact_added": "补充信息", "fact_corrected": "顾客更正信息",
    "said_again": "再次投诉同一问题", "urged": "顾客催办", "linked": "顾客在微信里关联",
    "handed_over": "转人工", "claimed": "客服接手会话", "released": "会话交还机器人",
    "conversation_assigned": "会话分给客服", "transferred": "会话转交", "conversation_closed": "会话结束",
    "conversation_reopened": "会话重新打开", "agent_gone": "接待的客服离线，会话回到队列",
    "call_back_agreed": "约定回电",
    "satisfied": "顾客表示满意", "dissatisfied": "顾客表示不满意", "task_decided": "待办处理",
    "visited": "回访", "unreached": "回访未联系上", "called": "电话回访", "satisfaction": "回访答复",
    "task_warned": "待办快到期", "task_broken": "待办超期", "due_warned": "快到答应顾客的日子",
    "due_broken": "没有按答应顾客的日子办结", "due_moved": "期限重算", "step_due_moved": "步骤期限重算",
    "remarked": "备注", "promised": "答应顾客", "promise_kept": "兑现承诺", "promise_kept_late": "迟到的兑现",
    "promise_broken": "承诺没有兑现", "noted": "填写文书内容", "paper_approval_asked": "文书送审",
    "paper_approved": "文书批准", "paper_refused": "文书没有批准", "evidence_made": "导出证据包",
    "entry_erased": "抹去一条记录", "person_erased": "抹去个人信息",
    "person_corrected": "更正姓名或电话",
    "files_added": "顾客发来照片或视频", "file_opened": "查看原始文件",
    "parent_changed": "归入同类事件", "children_joined": "同类投诉归入", "child_left": "移出同类投诉",
}  # fmt: skip
_TITLES: Mapping[str, str] = {
    "state": "状态", "step": "步骤", "step_due_at": "本步期限", "due_at": "答应顾客的期限",
    "department": "责任部门", "verdict": "调查结果", "handler_id": "处理人", "round": "轮次",
    "merged_into": "并入", "paused_for": "在等", "severity": "严重程度", "heat": "热度",
    "priority": "优先", "flags": "情况", "people": "投诉人数", "fixed": "人工定级", "parent": "主投诉",
}  # fmt: skip
_MORE: Mapping[str, str] = {
    "reason": "原因", "note": "备注", "task": "事项", "words": "原话", "merged": "并入的投诉",
    "parted": "拆出的投诉", "left": "移出的投诉", "paper": "文书", "issue": "问题",
    "before_issue": "原来的类别", "position": "岗位",
    "answer": "答复", "satisfaction": "答复", "wanted": "在等",
}  # fmt: skip
_CALENDAR = "公布了新的工作日安排"
WAITS = {"customer": "顾客", "third_party": "第三方"}
PRIORITIES = {Priority.URGENT: "紧急", Priority.HIGH: "优先", Priority.NORMAL: "一般", Priority.LOW: "靠后"}
_ACTORS = {"customer": "顾客", "desk": "系统", "bot": "机器人", "wecom": "企业微信接待人员"}


@dataclass(frozen=True)
class Change:
    """What of the case changed."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Happened:
    """One entry of the history for the people of the desk; `more` are its reasons and words."""

    at: datetime
    who: str
    what: str
    changes: tuple[Change, ...] = ()
    more: tuple[str, ...] = ()


class Chronicle:
    """Puts one case's entries into words; `names` are those of the people of the desk, by id."""

    def __init__(
        self, words: Words, titles: Callable[[str], str], case: Case, names: Mapping[str, str]
    ) -> None:
        self._words, self._titles, self._names = words, titles, names
        self._process = steps.process_of(words, case)
        self._say: dict[str, Callable[[Any], str]] = {
            "state": lambda state: STATES[CaseState(state)],
            "step": self._step,
            "step_due_at": _minute,
            "due_at": _minute,
            "verdict": lambda verdict: VERDICTS.get(verdict, verdict),
            "handler_id": lambda who: names.get(who, "有人"),
            "merged_into": lambda _: "另一件投诉",
            "paused_for": lambda who: WAITS.get(who, who),
            "priority": lambda rank: PRIORITIES[list(Priority)[rank]],
            "flags": _flags,
            "fixed": lambda levels: "、".join(levels.values()),
        }
        self._findings = {value.id: value.title for value in self._process.values}
        for form in words.handbook.forms.values():
            self._findings |= {asked.id: asked.title for asked in form.asks}

    def of(self, event: CaseEvent) -> Happened:
        """One entry; erased values are left out."""
        payload = event.payload or {}
        kind = KINDS.get(event.kind, event.kind)
        return Happened(
            at=event.at,
            who=_ACTORS.get(event.actor) or self._names.get(event.actor, "有人"),
            what=str(payload.get("title") or kind),
            changes=tuple(self._changes(payload, is_finding=event.kind == "noted")),
            more=tuple(mask(line) for line in self._more(payload)),
        )

    def _changes(self, payload: Mapping[str, Any], *, is_finding: bool) -> Iterator[Change]:
        before, after = payload.get("before"), payload.get("after")
        if isinstance(before, str) and isinstance(after, str):  # entries of a recomputed day hold just it
            before, after = {"due_at": before}, {"due_at": after}
        if not isinstance(before, dict) or not isinstance(after, dict):
            return
        for name in {**before, **after}:
            key = f"findings.{name}" if is_finding else name
            old, new = self._value(key, before.get(name)), self._value(key, after.get(name))
            if old != new:
                yield Change(self._title(key), mask(old), mask(new))

    def _title(self, key: str) -> str:
        if key.startswith("findings."):
            name = key.removeprefix("findings.")
            return self._findings.get(name, name)
        rule = self._words.handbook.fields.get(key)
        return _TITLES.get(key, rule.title if rule else key)

    def _value(self, key: str, value: Any) -> str:  # noqa: ANN401 -- what an entry holds may be anything
        if value is None or value in ("", [], {}):
            return "—"
        said = self._say.get(key)
        return said(value) if said else self._words.handbook.processes.title(str(value))

    def _step(self, step: str) -> str:
        state = self._process.state(step)
        return state.title if state else step

    def _more(self, payload: Mapping[str, Any]) -> Iterator[str]:
        yield from (reason["text"] for reason in payload.get("reasons") or ())
        yield from risk_words(Risk(row["kind"], row["text"], 0, 0) for row in payload.get("risks") or ())
        for name, title in _MORE.items():
            if value := payload.get(name):
                yield f"{title}：{self._told(name, str(value))}"
        if files := payload.get("files"):
            yield f"文件：{'、'.join(file['name'] for file in files)}"
        if cases := payload.get("cases"):
            yield f"投诉：{'、'.join(cases)}"

    def _told(self, name: str, value: str) -> str:
        if name == "issue" or labels.is_complaint(value):
            return self._titles(value)
        if name == "position":
            return self._words.handbook.processes.title(value)
        if name == "paper":
            form = self._words.handbook.forms.get(value)
            return form.title if form else value
        return _CALENDAR if value == "calendar" else reason_title(value)


def _minute(moment: str) -> str:
    return minute(datetime.fromisoformat(moment))


def _flags(names: list[str]) -> str:
    return "、".join(FLAGS[Flag(name)] if name in set(Flag) else name for name in names)
