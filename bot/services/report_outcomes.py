"""The parts of a report that are about what came of it: promises, the bot's share, outbreaks."""

from bot.domain.figures import FIGURES, share
from bot.domain.report_book import Cell, Section, decimal, number, words
from bot.domain.task import TaskState
from bot.domain.workdays import SHANGHAI
from bot.services.report_counts import summed
from bot.services.report_links import Chosen
from bot.services.report_sections import Writing

_STATES = {
    TaskState.OPEN: "待处理",
    TaskState.DONE: "已归为一起",
    TaskState.REFUSED: "不是一起",
    TaskState.DROPPED: "已取消",
}


def promises(writing: Writing) -> Section:
    """What was promised to customers, and whether it was kept."""
    whole = summed(writing.counts.promises.values())
    broken = writing.counts.total.get("promise_broken", 0)
    rows = [
        (words(FIGURES[key].title), number(count), decimal(share(count, whole.due), "%"))
        for key, count in (
            ("promises_kept", whole.kept),
            ("promises_late", whole.late),
            ("promises_missed", whole.missed),
        )
    ]
    rows.append((words(FIGURES["promises"].title), number(whole.due), words("")))
    rows.append(
        (words(FIGURES["promise_broken"].title), number(broken, writing.link("promise_broken")), words(""))
    )
    figures = ("promises", "promises_kept", "promises_late", "promises_missed", "promise_broken")
    return Section("promises", "承诺兑现", ("项目", "数量", "占比"), tuple(rows), figures)


def bot(writing: Writing) -> Section:
    """What the bot did alone, handed over, and did not understand."""
    talked, total = writing.counts.talks, writing.counts.total
    rows = (
        _line("talks", talked.talks, None),
        _line("talks_alone", talked.alone, talked.talks),
        _line("talks_handed", talked.talks - talked.alone, talked.talks),
        _line("read", talked.read, None),
        _line("not_understood", talked.not_understood, talked.read),
        *(
            (words(FIGURES[key].title), number(total.get(key, 0), writing.link(key)),
             decimal(share(total.get(key, 0), total.get("accepted", 0)), "%"))
            for key in ("alone", "handed_over")
        ),
    )  # fmt: skip
    figures = ("talks", "talks_alone", "talks_handed", "read", "not_understood", "alone", "handed_over")
    return Section("bot", "机器人", ("项目", "数量", "占比"), rows, figures)


def outbreaks(writing: Writing) -> Section:
    """When an alert of one thing complained of by several people was raised, and what became of it."""
    rows = tuple(
        (
            words(f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
            words(one.thing),
            number(one.people),
            number(one.number, Chosen(outbreak=one.id).link(writing.period) | {"figure": "outbreak_cases"}),
            words(_STATES[one.state]),
        )
        for one in writing.counts.outbreaks
    )
    header = ("提醒时间", "共同之处", "顾客人数", "列出的投诉", "处理")
    return Section("outbreaks", "同类事件", header, rows, ("outbreaks", "outbreak_cases"))


def _line(key: str, count: int, whole: int | None) -> tuple[Cell, ...]:
    return (
        words(FIGURES[key].title),
        number(count),
        words("") if whole is None else decimal(share(count, whole), "%"),
    )
