"""How long personal data are kept: the company's file says it, for everything and for the cases of a pack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from bot.domain.case import Case, CaseState
from bot.domain.errors import ConfigurationError
from bot.domain.workdays import SHANGHAI

MONTHS = 36  # the general limitation period, three years (Civil Code, Art. 188): docs/privacy.md
NIGHT = range(2, 5)  # hours in China
_LONGEST = 1200
_DONE = frozenset({CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED})


@dataclass(frozen=True)
class Keeping:
    """Months, from a case's end or the last word of a conversation; 0 keeps for ever."""

    months: int = MONTHS
    packs: Mapping[str, int] = field(default_factory=dict, hash=False)  # a dict has none

    @classmethod
    def from_mapping(cls, data: object, origin: str) -> Self:
        """Read the company file's `keep`; ConfigurationError names the file and the key."""
        where = f"{origin}：keep"
        if not isinstance(data, dict) or set(data) - {"months", "packs"}:
            raise ConfigurationError(f"{where} 里可用的项是 months、packs。")
        packs = data.get("packs") or {}
        if not isinstance(packs, dict):
            raise ConfigurationError(f"{where}.packs 应写成“手册名称: 月数”。")
        months = _months(data.get("months"), f"{where}.months")
        return cls(
            months, {str(pack): _months(kept, f"{where}.packs.{pack}") for pack, kept in packs.items()}
        )

    @property
    def shortest(self) -> int:
        """The least number of months after which something may go; 0: nothing ever goes."""
        return min((months for months in (self.months, *self.packs.values()) if months), default=0)

    def is_over(self, case: Case, now: datetime) -> bool:
        """Whether a case has ended so long ago that it is kept no longer."""
        months = self.packs.get(case.pack or "", self.months)
        if not months or case.state not in (*_DONE, CaseState.DRAFT):
            return False
        return (case.closed_at or case.heard_at) < months_before(now, months)

    def before(self, staying: Iterable[Case], now: datetime) -> datetime | None:
        """Up to when lines of a conversation go, in which these cases stay; None: none go."""
        if not self.months:
            return None
        return min([months_before(now, self.months), *(case.opened_at for case in staying)])


def months_before(now: datetime, months: int) -> datetime:
    """The same time so many months ago; of days that there isn't the 28th."""
    whole = now.year * 12 + now.month - 1 - months
    return now.replace(year=whole // 12, month=whole % 12 + 1, day=min(now.day, 28))


def is_night(now: datetime) -> bool:
    """Whether few people write now."""
    return now.astimezone(SHANGHAI).hour in NIGHT


def _months(value: Any, where: str) -> int:  # noqa: ANN401 -- whatever the file says
    if value is None:
        return MONTHS
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LONGEST:
        raise ConfigurationError(f"{where} 应是月数（0 到 {_LONGEST}，0 表示不自动抹去）。")
    return value
