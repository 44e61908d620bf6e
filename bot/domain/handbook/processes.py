"""The processes of all enabled packs, put together, and which of them a case follows."""

from collections.abc import Iterable, Mapping

from bot.domain.errors import UnknownClause
from bot.domain.handbook.model import Pack
from bot.domain.handbook.process import Named, Process, resolve


class Processes:
    """Every process with what it inherits, and the positions and departments that the packs name."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._packs = tuple(packs)
        self.written: Mapping[str, Process] = {
            process.id: process for pack in self._packs for process in pack.process
        }
        self.all: Mapping[str, Process] = {
            name: resolve(process, self.written) for name, process in self.written.items()
        }
        self.positions: Mapping[str, Named] = {
            item.id: item for pack in self._packs for item in pack.positions
        }
        self.departments: Mapping[str, Named] = {
            item.id: item for pack in self._packs for item in pack.departments
        }

    def get(self, process_id: str) -> Process:
        """By id; UnknownClause names it: the pack of a case may have been switched off since."""
        try:
            return self.all[process_id]
        except KeyError:
            raise UnknownClause(f"启用的手册包里没有流程 {process_id}；请重新启用写有它的手册包。") from None

    def choose(self, label: str, *, product: str | None = None, place: str | None = None) -> Process:
        """The process of a complaint, chosen by the product or place, else by the label, else general's.

        A pack's process for just this label goes before its process for all its labels. UnknownClause.
        """
        latest_first = tuple(reversed(self._packs))
        named = [pack for pack in latest_first if label in pack.issues and pack.names(product, place)]
        claiming = [pack for pack in latest_first if label in pack.claims.labels]
        general = [pack for pack in latest_first if pack.claims.rest]
        for pack in (*named, *claiming, *general):
            fitting = sorted(
                (process for process in pack.process if not process.labels or label in process.labels),
                key=lambda process: not process.labels,
            )
            if fitting:
                return self.all[fitting[0].id]
        raise UnknownClause(f"手册里没有 {label} 的处理流程。")

    def title(self, name: str) -> str:
        """The Chinese title of a position or a department; an unknown one stays as it is."""
        found = self.positions.get(name) or self.departments.get(name)
        return found.title if found else name
