"""The parts of a report that are about the work: how quick, how content, by whom, and what the bot did."""

from collections import Counter
from collections.abc import Iterable

from bot.domain.deadlines import workdays_between
from bot.domain.figures import DAY_STEPS, FIGURES, answer_key, share
from bot.domain.followup import Satisfaction
from bot.domain.paper_values import SATISFIED
from bot.domain.report_book import Cell, Chart, Look, Section, Series, decimal, number, words
from bot.domain.reporting import NOBODY, Period
from bot.domain.workdays import Calendar
from bot.services.ports.reports import Tally
from bot.services.report_counts import added, merged, summed
from bot.services.report_sections import Writing

_HOUR = 3600
_REPLIES = ("5 分钟内", "30 分钟内", "2 小时内", "24 小时内", "更久")
_WORK = ("accepted", "open", "overdue", "closed", "on_time", "late", "reopened")
Row = tuple[Cell, ...]


def replies(writing: Writing) -> Section:
    """How soon a person first wrote to the customer."""
    whole = merged(writing.counts.replies.values())
    rows = tuple(
        (words(name), number(count), decimal(share(count, whole.number), "%"))
        for name, count in zip(_REPLIES, whole.classes, strict=True)
    )
    total = (
        words("合计"),
        number(whole.number),
        words(f"平均 {_hours(whole.seconds, whole.number).written}"),
    )
    chart = Chart(Look.BARS, _REPLIES, (_plain(rows),)) if whole.number else None
    return Section(
        "replies", "首次人工回复", ("多久", "件数", "占比"), (*rows, total), ("replied", "reply_hours"), chart
    )


def handling(writing: Writing, calendar: Calendar) -> Section:
    """How many working days cases took."""
    spent: Counter[int] = Counter()
    for one in writing.counts.spent:
        start, end = (Period(day, day).since for day in (one.accepted, one.closed))
        spent[workdays_between(start, end, calendar)] += one.number
    bounds = [*DAY_STEPS, None]
    classes = [_between(spent, low, high) for low, high in zip([None, *DAY_STEPS], bounds, strict=True)]
    names = [f"{step} 个工作日内" for step in DAY_STEPS] + ["更久"]
    whole, total = sum(classes), writing.counts.total
    rows = tuple(
        (words(name), number(count), decimal(share(count, whole), "%"))
        for name, count in zip(names, classes, strict=True)
    )
    median = Cell(_median(spent), f"中位数 {_median(spent)} 个工作日" if whole else "")
    mean = _hours(total.get("seconds", 0), total.get("closed", 0))
    last = (
        (words("合计"), number(whole), median),
        (words(FIGURES["handling_hours"].title), mean, words("平均")),
    )
    chart = Chart(Look.BARS, tuple(names), (_plain(rows),)) if whole else None
    figures = ("handling_days", "handling_hours", "closed")
    return Section("handling", "处理时间", ("多久", "件数", "占比"), (*rows, *last), figures, chart)


def satisfaction(writing: Writing) -> Section:
    """What customers answered afterwards."""
    total = writing.counts.total
    answered = total.get("answered", 0)
    rows = [
        (words(str(answer)), number(total.get(answer_key(answer), 0), writing.link(answer_key(answer))),
         decimal(share(total.get(answer_key(answer), 0), answered), "%"))
        for answer in Satisfaction
    ]  # fmt: skip
    last = (
        (words(FIGURES["answered"].title), number(answered, writing.link("answered")), words("")),
        (words(FIGURES["satisfied_share"].title), _content(total), words("")),
    )
    chart = Chart(Look.BARS, tuple(map(str, Satisfaction)), (_plain(rows),)) if answered else None
    figures = ("answered", "satisfied_share")
    return Section("satisfaction", "满意度", ("答复", "件数", "占比"), (*rows, *last), figures, chart)


def departments(writing: Writing) -> Section:
    """The responsible departments."""
    found = sorted(writing.counts.departments.items(), key=lambda one: -one[1].get("accepted", 0))
    rows = [
        _work(
            writing, writing.departments(name) if name else "未定部门", tally, {"department": name or NOBODY}
        )
        for name, tally in found
    ]
    header = ("责任部门", *(FIGURES[key].title for key in _WORK), *_SHARES)
    return Section("departments", "按责任部门", header, tuple(rows), (*_WORK, *_SHARE_KEYS))


def teams(writing: Writing) -> Section:
    """The groups of people; somebody in two groups counts in both."""
    counts = writing.counts
    rows = []
    for team in counts.teams:
        tallies = [tally for name, tally in counts.people.items() if name in team.members]
        first = merged([one for name, one in counts.replies.items() if name in team.members])
        promised = summed([one for name, one in counts.promises.items() if name in team.members])
        row = _work(writing, team.title, added(tallies), {"group": team.id})
        rows.append((*row, _hours(first.seconds, first.number), number(promised.kept), number(promised.due)))
    note = "一个人在几个分组里，就在几个分组里都算。"
    return Section("teams", "按分组", ("分组", *_PERSONAL), tuple(rows), (*_WORK, *_MORE), note=note)


def people(writing: Writing) -> Section:
    """Everybody's cases, first replies and promises: those whose handler they are."""
    counts = writing.counts
    names = {*counts.people, *counts.promises} - {None}
    rows = []
    for name in sorted(names, key=lambda one: (-counts.people.get(one, {}).get("accepted", 0), str(one))):
        first = counts.replies.get(name) or merged(())
        promised = counts.promises.get(str(name)) or summed(())
        called = counts.users.get(str(name), "（已不在）" if name in counts.people else "（岗位）")
        row = _work(writing, called, counts.people.get(name, {}), {"handler": str(name)})
        rows.append((*row, _hours(first.seconds, first.number), number(promised.kept), number(promised.due)))
    if None in counts.people:
        row = _work(writing, "没有处理人", counts.people[None], {"handler": NOBODY})
        first = counts.replies.get(None) or merged(())
        rows.append((*row, _hours(first.seconds, first.number), number(0), number(0)))
    note = "投诉算在现在的处理人名下；承诺算在答应的人名下。人少、件数少时，比例和平均数说明不了什么。"
    return Section("people", "按人", ("姓名", *_PERSONAL), tuple(rows), (*_WORK, *_MORE), note=note)


_SHARE_KEYS = ("on_time_share", "satisfied_share", "handling_hours")
_SHARES = tuple(FIGURES[key].title for key in _SHARE_KEYS)
_MORE = (*_SHARE_KEYS, "reply_hours", "promises_kept", "promises")
_PERSONAL = (*(FIGURES[key].title for key in (*_WORK, *_MORE)),)


def _work(writing: Writing, name: str, tally: Tally, narrower: dict[str, str]) -> Row:
    cells = (number(tally.get(key, 0), writing.link(key, **narrower)) for key in _WORK)
    kept = share(tally.get("on_time", 0), tally.get("on_time", 0) + tally.get("late", 0))
    mean = _hours(tally.get("seconds", 0), tally.get("closed", 0))
    return (words(name), *cells, decimal(kept, "%"), _content(tally), mean)


def _content(tally: Tally) -> Cell:
    good = sum(tally.get(answer_key(answer), 0) for answer in Satisfaction if answer in SATISFIED)
    return decimal(share(good, tally.get("answered", 0)), "%")


def _plain(rows: Iterable[Row]) -> Series:
    cells = [row[1] for row in rows]
    values = tuple(cell.value if isinstance(cell.value, int) else None for cell in cells)
    return Series("件数", values, tuple(cell.written for cell in cells), tuple(cell.link for cell in cells))


def _hours(seconds: int, count: int) -> Cell:
    return decimal(seconds / count / _HOUR, " 小时") if count else decimal(None)


def _between(spent: Counter[int], low: int | None, high: int | None) -> int:
    return sum(
        count
        for days, count in spent.items()
        if (low is None or days > low) and (high is None or days <= high)
    )


def _median(spent: Counter[int]) -> int | None:
    """The lower median."""
    left = (sum(spent.values()) + 1) // 2
    for days in sorted(spent):
        left -= spent[days]
        if left <= 0:
            return days
    return None
