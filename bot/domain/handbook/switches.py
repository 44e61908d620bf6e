"""Which sentences a company holds back or releases, and which clauses speak their closing sentence only.

decisions.md: the answers are said as printed by default; a supervisor can change that sentence by sentence,
for the whole company or for one product.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from bot.domain.errors import ConfigurationError
from bot.domain.handbook.handbook import Handbook

_LISTS = ("hold", "release", "closing_only")


@dataclass(frozen=True)
class Switch:
    """One decision: `key` is a sentence (`S-BEV-TETRA-1#2`) or a clause; `product` limits it by its name."""

    key: str
    product: str | None = None

    def applies(self, product: str | None) -> bool:
        """Whether it holds for what the customer bought."""
        return self.product is None or self.product in (product or "")


@dataclass(frozen=True)
class Switches:
    """A company's decisions beside those of the packs."""

    hold: tuple[Switch, ...] = ()
    release: tuple[Switch, ...] = ()
    closing_only: tuple[Switch, ...] = ()

    @classmethod
    def from_mapping(cls, data: object, origin: str) -> Self:
        """Read the `sentences:` part of the company file; ConfigurationError names file and key."""
        if not isinstance(data, dict) or set(data) - set(_LISTS):
            raise ConfigurationError(f"{origin}：sentences 下面只能有 {'、'.join(_LISTS)}。")
        return cls(**{name: tuple(_switches(rows, name, origin)) for name, rows in data.items()})

    def check(self, handbook: Handbook, origin: str) -> None:
        """Refuse sentences and clauses that no enabled pack has; ConfigurationError."""
        for name in ("hold", "release"):
            for switch in getattr(self, name):
                if switch.key not in handbook.sentences():
                    raise ConfigurationError(f"{origin}：{name} 里的句子 {switch.key} 不存在。")
        for switch in self.closing_only:
            if handbook.clause(switch.key).closing is None:
                raise ConfigurationError(f"{origin}：条款 {switch.key} 没有可以单独说的结束语。")

    def held(self, handbook: Handbook, product: str | None) -> frozenset[str]:
        """The keys of the sentences that are not said about this product."""
        more = {switch.key for switch in self.hold if switch.applies(product)}
        less = {switch.key for switch in self.release if switch.applies(product)}
        return (handbook.held() - less) | more

    def closing(self, product: str | None) -> frozenset[str]:
        """The clauses of which only the closing sentence is said about this product."""
        return frozenset(switch.key for switch in self.closing_only if switch.applies(product))


def _switches(rows: object, name: str, origin: str) -> Iterable[Switch]:
    if not isinstance(rows, list):
        raise ConfigurationError(f"{origin}：sentences.{name} 应是一个列表。")
    for row in rows:
        if isinstance(row, str):
            yield Switch(row)
        elif isinstance(row, dict) and set(row) == {"key", "product"}:
            yield Switch(str(row["key"]), str(row["product"]))
        else:
            raise ConfigurationError(f"{origin}：sentences.{name} 的每一项是句子编号，或 key 加 product。")
