"""The handbook as data: `Handbook` answers what a clause says, what an issue needs, and how to speak."""

from bot.domain.handbook.checking import check
from bot.domain.handbook.handbook import Handbook, Issue, Way
from bot.domain.handbook.loading import Problem, Source, read_packs
from bot.domain.handbook.wording import Said, say

__all__ = ["Handbook", "Issue", "Problem", "Said", "Source", "Way", "check", "read_packs", "say"]
