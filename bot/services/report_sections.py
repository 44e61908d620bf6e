"""From counts to the parts of a report that are about complaints: how many, when, and of what."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.domain.figures import FIGURES, share
from bot.domain.handbook.severity import ThingKind
from bot.domain.paper_values import CHANNELS
from bot.domain.report_book import Cell, Chart, Link, Look, Section, Series, decimal, number, words
from bot.domain.reporting import NOBODY, Period
from bot.domain.things import TITLES as THINGS
from bot.domain.workdays import SHANGHAI
from bot.services.ports.reports import Heard
from bot.services.report_counts import Counts
from bot.services.report_links import Chosen

Key = TypeVar("Key")
MOST_BARS, MOST_LINES = 15, 5
PARETO = 80.0  # per cent: what the few issues make up that are to be looked at first
_OVERVIEW = (
    "accepted",
    "closed",
    "open",
    "overdue",
    "on_time",
    "late",
    "reopened",
    "withdrawn",
    "handed_over",
    "alone",
    "promise_broken",
)


@dataclass(frozen=True)
class Writing:
    """What sections are written from. `titles` gives the Chinese title of an issue, `packs` of a business."""

    counts: Counts
    chosen: Chosen
    titles: Callable[[str], str]
    packs: Callable[[str | None], str]
    departments: Callable[[str], str]

    @property
    def period(self) -> Period:
        """What the report is of."""
        return self.counts.scope.period

    def link(self, figure: str, over: Period | None = None, /, **narrower: str) -> Link:
        """To the cases of a figure."""
        return {**self.chosen.link(over or self.period, **narrower), "figure": figure}


def overview(writing: Writing) -> Section:
    """Each figure of cases, with the shares that follow from them."""
    total = writing.counts.total
    rows = [
        (words(FIGURES[key].title), number(total.get(key, 0), writing.link(key)), words(FIGURES[key].how))
        for key in _OVERVIEW
    ]
    kept = share(total.get("on_time", 0), total.get("on_time", 0) + total.get("late", 0))
    rows.append(
        (words(FIGURES["on_time_share"].title), decimal(kept, "%"), words(FIGURES["on_time_share"].how))
    )
    return Section("overview", "概况", ("指标", "数值", "怎么算"), tuple(rows))


def trend(writing: Writing) -> Section:
    """Accepted and closed along the time, with the days on which an outbreak was noticed."""
    counts, buckets = writing.counts, writing.period.buckets()
    taken = _by(counts.heard, lambda one: one.bucket)
    ended: Counter[date] = Counter()
    for one in counts.spent:
        ended[writing.period.bucket(one.closed)] += one.number
    alerts = Counter(writing.period.bucket(one.at.astimezone(SHANGHAI).date()) for one in counts.outbreaks)
    rows = tuple(
        (
            words(label(bucket, writing.period)),
            number(taken[bucket.first], writing.link("accepted", bucket)),
            number(ended[bucket.first], writing.link("closed", bucket)),
            Cell(alerts[bucket.first], f"▲ {alerts[bucket.first]}" if alerts[bucket.first] else "0"),
        )
        for bucket in buckets
    )
    chart = Chart(
        Look.COLUMNS,
        tuple(f"{'▲' if row[3].value else ''}{row[0].text}" for row in rows),
        (_series("受理", [row[1] for row in rows]), _series("结案", [row[2] for row in rows])),
    )
    note = "▲：这一天（月）发出了同类事件提醒。"
    header = ("月份" if writing.period.by_month else "日期", "受理", "结案", "同类事件提醒")
    return Section("trend", "受理与结案走势", header, rows, ("accepted", "closed", "outbreaks"), chart, note)


def issues(writing: Writing) -> Section:
    """The issues by how often they come (Pareto): share, share of all up to here, and the period before."""
    counts = _by(writing.counts.heard, lambda one: one.issue)
    before = _by(writing.counts.before, lambda one: one.issue)
    whole, upto, rows, texts = sum(counts.values()), 0, [], []
    for issue, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        is_first = whole and upto * 100 / whole < PARETO
        upto += count
        cells = number(count, writing.link("accepted", issue=issue))
        rows.append(
            (
                words(f"{'● ' if is_first else ''}{writing.titles(issue)}"),
                cells,
                decimal(share(count, whole), "%"),
                decimal(share(upto, whole), "%"),
                number(before[issue]),
                _change(count, before[issue]),
            )
        )
        texts.append(f"{count:,}（累计 {share(upto, whole):.0f}%）")
    note = f"●：合起来约占 {PARETO:.0f}% 的少数事项。按主要事项计；上期：{writing.period.before().title}。"
    header = ("投诉事项", "件数", "占比", "累计占比", "上期件数", "比上期")
    return Section(
        "issues", "投诉事项排列（帕累托）", header, tuple(rows), ("accepted",), _bars(rows, texts), note
    )


def issues_by_time(writing: Writing) -> Section:
    """The most frequent issues along the time."""
    title = writing.titles
    return _by_time(writing, "issues_by_time", "主要投诉事项走势", "issue", lambda one: one.issue, title)


def channels(writing: Writing) -> Section:
    """The ways by which complaints come."""
    return _ranked(writing, "channels", "渠道", "channel", lambda one: one.channel, channel_title)


def channels_by_time(writing: Writing) -> Section:
    """The same along the time."""
    key, title = "channels_by_time", "各渠道走势"
    return _by_time(writing, key, title, "channel", lambda one: one.channel, channel_title)


def businesses(writing: Writing) -> Section:
    """The companies' businesses: the handbook packs whose process the cases follow."""
    return _ranked(writing, "packs", "业务（手册包）", "pack", lambda one: one.pack or NOBODY, writing.packs)


def things(writing: Writing, kind: ThingKind) -> Section:
    """The products, batches or places most complained of, beside the period before."""
    counts = writing.counts
    rows = []
    for one in counts.things:
        if one.kind is kind:
            before = counts.things_before.get((kind, one.key), 0)
            link = writing.link("accepted", thing=f"{kind.value}:{one.key}")
            name = counts.names.get((kind, one.key)) or "（已抹去）"
            rows.append((words(name), number(one.number, link), number(before), _change(one.number, before)))
    note = f"按顾客说到的{THINGS[kind]}计，写法先统一；一件投诉说到几个就各算一件。"
    return Section(
        kind.value,
        f"{THINGS[kind]}（最多 {MOST_BARS} 个）",
        (THINGS[kind], "件数", "上期件数", "比上期"),
        tuple(rows),
        ("accepted",),
        _bars(rows),
        note,
    )


def label(bucket: Period, of: Period) -> str:
    """A day or month on an axis."""
    if of.by_month:
        return f"{bucket.first:%Y-%m}"
    return f"{bucket.first.month}-{bucket.first.day}"


def channel_title(channel: str) -> str:
    """A channel in Chinese."""
    return CHANNELS.get(channel, channel)


def _by(heard: Iterable[Heard], key: Callable[[Heard], Key]) -> Counter[Key]:
    counts: Counter[Key] = Counter()
    for one in heard:
        counts[key(one)] += one.number
    return counts


def _ranked(
    writing: Writing,
    key: str,
    title: str,
    name: str,
    of: Callable[[Heard], str],
    called: Callable[[str], str],
) -> Section:
    counts, before = _by(writing.counts.heard, of), _by(writing.counts.before, of)
    whole = sum(counts.values())
    rows = [
        (words(called(str(one))), number(count, writing.link("accepted", **{name: str(one)})),
         decimal(share(count, whole), "%"), number(before[one]), _change(count, before[one]))
        for one, count in sorted(counts.items(), key=lambda found: (-found[1], str(found[0])))
    ]  # fmt: skip
    header = (title, "件数", "占比", "上期件数", "比上期")
    return Section(key, f"按{title}", header, tuple(rows), ("accepted",), _bars(rows))


def _by_time(
    writing: Writing,
    key: str,
    title: str,
    name: str,
    of: Callable[[Heard], str],
    called: Callable[[str], str],
) -> Section:
    whole = _by(writing.counts.heard, of)
    first = [str(one) for one, _ in sorted(whole.items(), key=lambda found: (-found[1], str(found[0])))][
        :MOST_LINES
    ]
    each = _by(writing.counts.heard, lambda one: (of(one), one.bucket))
    rows = tuple(
        (
            words(label(bucket, writing.period)),
            *(
                number(each[one, bucket.first], writing.link("accepted", bucket, **{name: one}))
                for one in first
            ),
        )
        for bucket in writing.period.buckets()
    )
    names = tuple(called(one) for one in first)
    lines = tuple(_series(name, [row[at] for row in rows]) for at, name in enumerate(names, start=1))
    chart = Chart(Look.LINES, tuple(row[0].text for row in rows), lines) if first else None
    head = "月份" if writing.period.by_month else "日期"
    return Section(key, title, (head, *names), rows if first else (), ("accepted",), chart)


def _series(title: str, cells: Sequence[Cell]) -> Series:
    values = tuple(cell.value if isinstance(cell.value, int | float) else None for cell in cells)
    return Series(title, values, tuple(cell.written for cell in cells), tuple(cell.link for cell in cells))


def _bars(rows: Sequence[tuple[Cell, ...]], texts: Sequence[str] = ()) -> Chart | None:
    """The first columns of a table as bars; none for an empty one."""
    shown = rows[:MOST_BARS]
    if not shown:
        return None
    made = _series("件数", [row[1] for row in shown])
    values = Series(made.title, made.values, tuple(texts[:MOST_BARS]) or made.texts, made.links)
    return Chart(Look.BARS, tuple(row[0].text for row in shown), (values,))


def _change(now: int, before: int) -> Cell:
    return Cell(now - before, f"{now - before:+,}" if now != before else "持平")
