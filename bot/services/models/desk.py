"""Everything that the pages of models ask."""

from dataclasses import dataclass
from typing import Self

from bot.services.models.deciding import ModelDecisions
from bot.services.models.viewing import ModelViews
from bot.services.ports import Clock, Trainer, Units


@dataclass(frozen=True)
class ModelDesk:
    """Looking models up, and deciding about them."""

    views: ModelViews
    decisions: ModelDecisions

    @classmethod
    def of(cls, units: Units, reading: Units, clock: Clock, trainer: Trainer) -> Self:
        """Put it together; `reading` are units that only read."""
        return cls(ModelViews(reading, trainer), ModelDecisions(units, clock))
