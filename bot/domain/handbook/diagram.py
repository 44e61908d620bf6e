"""The packs' processes as Markdown: a Mermaid diagram each, and a table of its arrows with their sources."""

from collections.abc import Iterator

from bot.domain.handbook.process import ANYWHERE, STAY, Arrow, Process, State
from bot.domain.handbook.processes import Processes

_WHO = {
    "agent": "客服", "senior": "资深客服", "supervisor": "主管", "admin": "管理员", "department": "责任部门",
    "customer": "顾客", "desk": "系统",
}  # fmt: skip


def diagrams(processes: Processes) -> str:
    """All processes, in the packs' order."""
    return "\n".join(line for process in processes.all.values() for line in _section(process, processes))


def diagram(process: Process, processes: Processes) -> str:
    """One process as Mermaid draws it; what leaves every state alike is left out."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_station(state)}" as {state.id}' for state in process.states if _drawn(state)]
    lines.append(f"    [*] --> {process.start}")
    for arrow in process.arrows:
        if ANYWHERE not in arrow.leaves and arrow.to != STAY:
            lines += [
                f"    {name} --> {arrow.to}: {_way(arrow, processes)}"
                for name in arrow.leaves
                if (state := process.state(name)) and _drawn(state)
            ]
    lines += [f"    {state.id} --> [*]" for state in process.states if state.ends == "closed"]
    return "\n".join(lines)


def _section(process: Process, processes: Processes) -> Iterator[str]:
    yield f"### {process.id}: {process.title}\n"
    labels = f" For {', '.join(f'`{label}`' for label in process.labels)}." if process.labels else ""
    yield f"From {process.source}.{labels}\n"
    yield f"```mermaid\n{diagram(process, processes)}\n```\n"
    yield "| 操作 | 从 | 到 | 谁 | 要填 | 来源 |"
    yield "|---|---|---|---|---|---|"
    for arrow in process.arrows:
        yield _row(process, arrow, processes)
    yield ""


def _row(process: Process, arrow: Arrow, processes: Processes) -> str:
    titles = {state.id: state.title for state in process.states}
    values = {value.id: value.title for value in process.values} | {"reason": "原因"}
    cells = (
        _way(arrow, processes),
        "未结案时" if ANYWHERE in arrow.leaves else "、".join(titles[name] for name in arrow.leaves),
        "不变" if arrow.to == STAY else titles[arrow.to],
        "、".join(_WHO.get(name, processes.title(name)) for name in arrow.by),
        "、".join(values[name] for name in arrow.needs),
        arrow.source,
    )
    return f"| {' | '.join(cells)} |"


def _drawn(state: State) -> bool:
    return state.ends in (None, "closed")


def _station(state: State) -> str:
    return f"{state.title}（{state.deadline.duration.text}内）" if state.deadline else state.title


def _way(arrow: Arrow, processes: Processes) -> str:
    if not arrow.approval:
        return arrow.title
    return f"{arrow.title}（{'→'.join(processes.title(name) for name in arrow.approval)}批准）"
