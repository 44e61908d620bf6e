"""Runs the graph of a loaded model: each node after those it needs, in this thread.

Rasa leaves that to dask, which plans the graph anew for each run and moves every node through a queue. A turn
runs the graph three times, and planning takes longer there than all that the small nodes do.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Optional, Sequence

from rasa.engine.graph import GraphComponent, GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


class Step(NamedTuple):
    """A node of the graph: what it calls, and which node gives each argument."""

    call: Callable[..., Any]
    needs: Mapping[str, str]


class DirectRunner(DaskGraphRunner):
    """Takes over the components of a loaded graph; nothing is loaded twice."""

    def __init__(
        self, loaded: DaskGraphRunner, own: Callable[[GraphComponent], GraphComponent] = lambda same: same
    ) -> None:
        """Take the graph and, of each of its components, what `own` makes of it; the graph stays as it is."""
        schema: GraphSchema = loaded._graph_schema  # noqa: SLF001 -- Rasa gives no other way to them
        nodes: Mapping[str, GraphNode] = loaded._instantiated_nodes  # noqa: SLF001 -- as above
        self._steps = {
            name: Step(getattr(own(node._component), node._fn_name), schema.nodes[name].needs)  # noqa: SLF001 -- as above
            for name, node in nodes.items()
        }
        self._orders: dict[tuple[str, frozenset[str]], list[str]] = {}

    def run(
        self, inputs: Optional[dict[str, Any]] = None, targets: Optional[Sequence[str]] = None
    ) -> dict[str, Any]:
        """Return what the target nodes give. Raises whatever a component raises.

        An input may also be what a node gives: neither that node nor what only it needs is run then.
        """
        found = dict(inputs or {})
        for target in targets or ():
            for name in self._order(target, frozenset(inputs or ())):
                if name not in found:
                    call, needs = self._steps[name]
                    found[name] = call(**{key: found[need] for key, need in needs.items()})
        return {target: found[target] for target in targets or ()}

    def _order(self, target: str, given: frozenset[str]) -> list[str]:
        if (target, given) not in self._orders:
            order: dict[str, None] = {}
            self._put_after_its_needs(target, given, order)
            self._orders[target, given] = list(order)
        return self._orders[target, given]

    def _put_after_its_needs(self, name: str, given: frozenset[str], order: dict[str, None]) -> None:
        if name in self._steps and name not in given and name not in order:
            for need in self._steps[name].needs.values():
                self._put_after_its_needs(need, given, order)
            order[name] = None
