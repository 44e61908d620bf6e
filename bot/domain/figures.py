"""Every figure of the reports: what it is called, and how it is counted. One definition, shown beside it.

bot/adapters/database/report_conditions.py counts them; docs/reports.md lists them, and a test holds it
against this file. What the handbooks ask for: M-3, M-5, M-6 (D35), M-8 (D07), M-11 (D01), M-21 (D37),
M-22 (D36), M-26 (D16).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.followup import Satisfaction

CASES, TALKS, TURNS, PROMISES, HOURS, DAYS, SHARE = "件", "个会话", "条", "项", "小时", "个工作日", "%"
ANSWER = "answer."  # before the number of an answer (1 is the best): the figure that counts it
REPLY_STEPS = (300, 1800, 7200, 86400)  # seconds: the bounds between the classes of first replies
DAY_STEPS = (1, 3, 5, 7, 15)  # working days: the bounds between the classes of handling times


@dataclass(frozen=True)
class Figure:
    """A figure: `how` says in plain Chinese how it is counted; `lists`: its cases can be listed one by one.

    `source` is what the handbook inventory asks for, where it does.
    """

    key: str
    title: str
    how: str
    unit: str = CASES
    lists: bool = False
    source: str = ""


def _listed(key: str, title: str, how: str, source: str = "") -> Figure:
    return Figure(key, title, how, CASES, lists=True, source=source)


_CASES = (
    _listed(
        "accepted",
        "受理",
        "受理时间在期间内的投诉，含后来结案、撤诉、并入他案的；登记中的草稿不算。",
        source="M-8 D07 [000:80]",
    ),
    _listed(
        "open",
        "尚未结案",
        "期间内受理、现在仍在处理的投诉。",
    ),
    _listed(
        "overdue",
        "已超期",
        "期间内受理、仍在处理、答应顾客的日期已过的投诉；按报表生成的时刻算。日期由手册包按工作日（含"
        "调休）推算。",
        source="M-3 D35 [002:308]",
    ),
    _listed(
        "withdrawn",
        "已撤诉",
        "期间内受理、后来由顾客撤回的投诉。",
    ),
    _listed(
        "closed",
        "结案",
        "结案时间在期间内、现在仍是结案状态的投诉，不论哪天受理。",
    ),
    _listed(
        "on_time",
        "按时结案",
        "期间内结案，且结案不晚于答应顾客的日期。",
        source="M-3 D35 [002:308]",
    ),
    _listed(
        "late",
        "逾期结案",
        "期间内结案，但晚于答应顾客的日期。",
        source="M-3 D35 [002:308]",
    ),
    _listed(
        "reopened",
        "重开",
        "期间内被重新打开过的投诉；一件重开几次也只算一件。",
        source="M-26 D16 [001:274]",
    ),
    _listed(
        "handed_over",
        "转过人工",
        "期间内受理，历史里有转人工、客服接手或分给客服记录的投诉。",
    ),
    _listed(
        "alone",
        "机器人独立办完",
        "期间内受理，已结案或撤诉，没有处理人，历史里也没有人工接手记录的投诉；电话、柜台、信函、邮件"
        "登记的不算。",
    ),
    _listed(
        "promise_broken",
        "承诺没有兑现的投诉",
        "有承诺在期间内到期，而逾期才兑现或到期仍没有办完的投诉；按报表生成的时刻算。",
    ),
    _listed(
        "answered",
        "回答了满意度",
        "期间内顾客对回访作了答复的投诉；一件答过几次，只看最后一次。",
        source="M-11 D01 [000:14-16]",
    ),
    *(
        _listed(
            f"{ANSWER}{answer.number}",
            str(answer),
            f"最后一次回访答复在期间内、为“{answer}”的投诉。",
            source="M-11 D01 [000:14-16]",
        )
        for answer in Satisfaction
    ),
)
_OTHERS = (
    Figure(
        "on_time_share",
        "投诉及时处理率",
        "按时结案 ÷（按时结案 + 逾期结案）。",
        SHARE,
        source="M-3 D35 [002:308]",
    ),
    Figure(
        "satisfied_share",
        "满意度",
        "（非常满意 + 满意）÷ 回答了满意度。没有回答不算满意。",
        SHARE,
        source="M-6 D35；M-27 D04 [000:27]",
    ),
    Figure(
        "reply_hours",
        "首次人工回复",
        "期间内受理、已有客服回复的投诉：从顾客提出到客服第一次写给顾客的时间的平均数，按钟点连续计算"
        "，夜间和假日也算在内。",
        HOURS,
    ),
    Figure(
        "replied",
        "已有人工回复",
        "期间内受理，顾客提出之后客服写过话的投诉。",
        CASES,
    ),
    Figure(
        "handling_hours",
        "处理时间",
        "期间内结案的投诉：从受理到结案的时间，减去等顾客或第三方的时间，取平均数。",
        HOURS,
        source="M-5 D35 [002:310]",
    ),
    Figure(
        "handling_days",
        "办结用的工作日",
        "期间内结案的投诉：受理次日到结案当天有几个工作日（含调休），取中位数；等待的时间不减。",
        DAYS,
        source="M-5 D35 [002:310]",
    ),
    Figure(
        "promises",
        "到期的承诺",
        "客服答应顾客、约定时间在期间内的事项（一件投诉可以有几项）；约定时间之前就取消的不算。",
        PROMISES,
    ),
    Figure(
        "promises_kept",
        "按时兑现",
        "到期的承诺中，不晚于约定时间办完的。",
        PROMISES,
    ),
    Figure(
        "promises_late",
        "逾期兑现",
        "到期的承诺中，晚于约定时间才办完的。",
        PROMISES,
    ),
    Figure(
        "promises_missed",
        "到期未办",
        "到期的承诺中，约定时间已过仍没有办完的，包括过期后才取消的；按报表生成的时刻算。",
        PROMISES,
    ),
    Figure(
        "talks",
        "顾客来过的会话",
        "期间内顾客写过话的会话；只按时间和渠道筛选。",
        TALKS,
    ),
    Figure(
        "talks_alone",
        "机器人独自接待",
        "其中期间内没有客服说过话、顾客的话也没有留给人工的会话。",
        TALKS,
    ),
    Figure(
        "talks_handed",
        "有人工接待",
        "其中其余的会话。",
        TALKS,
    ),
    Figure(
        "read",
        "机器人回答的来话",
        "期间内由机器人回答的顾客来话；只按时间和渠道筛选。",
        TURNS,
    ),
    Figure(
        "not_understood",
        "没有听懂",
        "期间内机器人说“没听懂”“请换个说法”一类话的次数（手册里 not_understood 各情形的句子）。",
        TURNS,
    ),
    Figure(
        "outbreaks",
        "同类事件提醒",
        "期间内发出的提醒：同一产品、批号、单号或地点，短期内多位顾客投诉。",
        "次",
        source="M-21 D37 [003:48]",
    ),
    Figure(
        "outbreak_cases",
        "提醒列出的投诉",
        "这次提醒至今列出的投诉（不限期间）；草稿不算。",
        CASES,
    ),
)
FIGURES: Mapping[str, Figure] = {one.key: one for one in (*_CASES, *_OTHERS)}
LISTED = frozenset(one.key for one in _CASES) | {"outbreak_cases"}


def answer_key(answer: Satisfaction) -> str:
    """The figure that counts this answer."""
    return f"{ANSWER}{answer.number}"


def share(part: int, whole: int) -> float | None:
    """A share in per cent, to one place; None of nothing."""
    return round(part * 100 / whole, 1) if whole else None
