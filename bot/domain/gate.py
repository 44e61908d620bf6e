"""The gate before a candidate may go live: conditions, each met or not, with what is wrong and what to do."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from bot.domain.model_report import Change, FailedDialogue, LabelFigures, ModelReport
from bot.domain.resampling import Compared
from bot.domain.shadow import is_guarded

# A label that the live model reads well may not fall below this share of its messages. Half is where asking
# back stops helping; of what must never be missed at least nine in ten have to be heard.
FLOOR, GUARDED_FLOOR = 0.5, 0.9
# How much worse an overall figure may look where chance explains it as well. Two models that differ only by
# chance differ by up to about a point on the project's 765 messages, by up to two in the fewer facts that
# these hold; more is refused even where the interval can't tell, because customers would find out.
MOST_WORSE = {"accuracy": 0.01, "complaint": 0.01, "facts": 0.02}
FEWEST_MESSAGES = 300  # fewer can't show a point's difference at all

_OVERALL = {"accuracy": "标签正确率", "complaint": "分清是不是投诉", "facts": "抓取事实"}


@dataclass(frozen=True)
class Example:
    """What a condition is about: a message with its readings, a label, or a dialogue.

    `accepted_by`: who accepted it by name. `can_accept`: whether a supervisor may.
    """

    text: str
    label: str = ""
    live: str = ""
    candidate: str = ""
    accepted_by: str = ""
    can_accept: bool = False


@dataclass(frozen=True)
class Condition:
    """One condition: `sentence` says how it stands, `advice` what to do where it is not met."""

    key: str
    title: str
    met: bool
    sentence: str
    advice: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Gate:
    """All conditions. Plain JSON both ways."""

    conditions: tuple[Condition, ...]

    @property
    def open(self) -> bool:
        """Whether the candidate may be approved."""
        return bool(self.conditions) and all(one.met for one in self.conditions)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave. Raises ValueError for anything else."""
        gate: Self = TypeAdapter(cls).validate_python({"conditions": data["conditions"]})
        return gate

    def to_json(self) -> dict[str, Any]:
        """The gate as `Model.gate` keeps it, with `open`."""
        data: dict[str, Any] = TypeAdapter(Gate).dump_python(self, mode="json")
        return {"open": self.open, **data}


def judge(report: ModelReport, accepted: Iterable[Mapping[str, Any]] = ()) -> Gate:
    """Hold a report against all conditions.

    `accepted`: the guarded examples that supervisors accepted by name, as `Model.accepted` keeps them:
    `text`, `label` (the one asked for) and `by`. An acceptance counts for exactly that message and label.
    """
    known = {(one["text"], one["label"]): str(one.get("by", "")) for one in accepted}
    conditions = (
        _complete(report),
        _guarded(report, known),
        _floors(report, known),
        _no_worse(report),
        _replays(report),
    )
    return Gate(conditions)


def _guarded(report: ModelReport, known: Mapping[tuple[str, str], str]) -> Condition:
    """No guarded example may be lost unless a supervisor accepted it by name."""
    examples = tuple(_example(one, known) for one in report.lost if one.guards)
    blocking = sum(not one.accepted_by for one in examples)
    if blocking:
        sentence = f"有 {blocking} 条绝不能漏掉的话，使用中的模型听懂了，候选模型听错了。"
    elif examples:
        sentence = f"候选模型听错了 {len(examples)} 条绝不能漏掉的话，都已由主管逐条点名接受。"
    else:
        sentence = "身体不适、特殊投诉、要求转人工和危险，使用中的模型听懂的，候选模型也都听懂了。"
    advice = "请把这类说法多写几条到训练数据里再训练；确认影响不大的，由主管逐条点名接受。"
    return Condition("guarded", "绝不能漏掉的话", not blocking, sentence, advice, examples)


def _example(one: Change, known: Mapping[tuple[str, str], str]) -> Example:
    by = known.get((one.text, one.label), "")
    live = "、".join((one.live, *(guard for guard in one.guards if guard.startswith("danger."))))
    return Example(one.text, one.label, live, one.candidate, by, can_accept=True)


def _floors(report: ModelReport, known: Mapping[tuple[str, str], str]) -> Condition:
    """No label may fall below its floor, or be clearly read worse; one that was low may stay as it was.

    What was accepted by name doesn't pull a label below its floor.
    """
    accepted = Counter(one.label for one in report.lost if known.get((one.text, one.label)))
    low = [one for one in report.labels if _is_too_low(one, accepted[one.label])]
    sentence = (
        f"有 {len(low)} 个标签听懂的比例太低，或者明显变差。"
        if low
        else f"每个标签都没有跌破底线（一般 {FLOOR:.0%}，绝不能漏掉的 {GUARDED_FLOOR:.0%}），也没有明显变差。"
    )
    examples = tuple(
        Example(
            f"{report.titles.get(one.label, one.label)}：{one.support} 条里听懂的比例",
            live=f"{one.recall.live:.0%}",
            candidate=f"{one.recall.candidate:.0%}",
        )
        for one in low
    )
    advice = "请看下面“容易混淆”里这些标签的例句，补充或改正训练数据后再训练。"
    return Condition("floors", "各标签的底线", not low, sentence, advice, examples)


def _is_too_low(one: LabelFigures, accepted: int) -> bool:
    floor = GUARDED_FLOOR if is_guarded(one.label) else FLOOR
    reached = one.recall.candidate + accepted / one.support
    return round(reached, 4) < min(floor, one.recall.live) or one.recall.is_worse


def _no_worse(report: ModelReport) -> Condition:
    """Overall no figure is significantly worse, nor much lower where that can't be told."""
    worse = [name for name in _OVERALL if name in report.overall and is_worse(name, report.overall[name])]
    if worse:
        told = "；".join(f"{_OVERALL[name]} {_how(name, report.overall[name])}" for name in worse)
        sentence = f"总体变差了：{told}。"
    else:
        sentence = f"总体没有变差：{_OVERALL['accuracy']} {_points(report.overall['accuracy'])}。"
    advice = (
        "请看报告里“听错了的话”和“抓到的事实”：多半是新加的例句贴错了标签、漏标了事实，或者与旧例句互相矛盾。"
    )
    return Condition("no_worse", "总体不变差", not worse, sentence, advice)


def _how(name: str, figure: Compared) -> str:
    if figure.is_worse:
        return f"明显变差，{_points(figure)}"
    return f"低了不止 {MOST_WORSE[name] * 100:.0f} 个百分点（也可能是碰巧），{_points(figure)}"


def is_worse(name: str, figure: Compared) -> bool:
    """Whether the candidate's overall figure is worse: significantly, or by more than MOST_WORSE of it."""
    return figure.is_worse or figure.difference < -MOST_WORSE[name]


def _points(figure: Compared) -> str:
    return (
        f"{figure.live:.1%} → {figure.candidate:.1%}（相差 {figure.difference * 100:+.1f}，"
        f"大致在 {figure.low * 100:+.1f} 到 {figure.high * 100:+.1f} 之间）"
    )


def _replays(report: ModelReport) -> Condition:
    """Every replayed dialogue ends as expected."""
    title, advice = (
        "对话回放",
        "请看是哪句话没听懂；如果使用中的模型也不符合，多半是手册或对话脚本变了，要先改那里。",
    )
    replayed = report.dialogues
    if replayed is None or not replayed.count:
        return Condition(
            "replays", title, met=False, sentence="还没有回放对话。", advice="请重新做一次报告。"
        )
    failed = tuple(Example(_failure(one, report.titles)) for one in replayed.failed)
    both = len({one.id for one in replayed.failed if one.live_too})
    sentence = f"{replayed.passed}/{replayed.count} 个对话符合预期。"
    if both:
        sentence += f"其中不符合的有 {both} 个，用使用中的模型也不符合。"
    return Condition("replays", title, not failed, sentence, advice, failed)


def _failure(one: FailedDialogue, titles: Mapping[str, str]) -> str:
    wanted, got = (_short(titles.get(value, value)) for value in (one.wanted, one.got))
    return f"{one.id}：{one.about}应为 {wanted}，实为 {got}"


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _complete(report: ModelReport) -> Condition:
    """Everything was measured, on enough messages, and every guarded label among them."""
    asked = {one.label for one in report.labels}
    missing = [*report.missing]
    if report.messages < FEWEST_MESSAGES:
        missing.append(f"测试消息只有 {report.messages} 条，至少要 {FEWEST_MESSAGES} 条")
    if untested := sorted(label for label in report.titles if is_guarded(label) and label not in asked):
        names = "、".join(report.titles[label] for label in untested)
        missing.append(f"测试集里没有这些绝不能漏掉的标签：{names}")
    if report.cross_validation is None and not report.missing:
        missing.append("没有做交叉检验")
    sentence = "报告不完整：" + "；".join(missing) + "。" if missing else "报告的各项都做完了。"
    advice = "请重新做一次报告；如果还缺，请管理员查看日志。"
    return Condition("complete", "报告完整", not missing, sentence, advice)
