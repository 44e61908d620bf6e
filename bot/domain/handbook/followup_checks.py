"""What `kesu handbook check` says of how packs ask customers afterwards."""

from collections.abc import Collection, Iterator

from bot.domain.handbook.followup import Followup, Kind
from bot.domain.handbook.loading import Problem
from bot.domain.handbook.model import Pack


def check_followup(packs: Collection[Pack]) -> Iterator[Problem]:
    """Every problem of the visits of these packs."""
    for pack in packs:
        if pack.followup is not None:
            yield from _visits(pack.followup)
            if pack.claims.rest:
                yield from _complete(pack.followup)


def _visits(followup: Followup) -> Iterator[Problem]:
    kinds = [visits.kind for visits in followup.visits]
    for visits in followup.visits:
        place = f"followup.visits[{visits.kind}]"
        if kinds.count(visits.kind) > 1:
            yield Problem(followup.origin, place, "同一类投诉写了两次；请只留一处")
        if visits.least > visits.most:
            yield Problem(followup.origin, place, "least 不能比 most 大；请改正次数")
    if any(answer.reopens for answer in followup.content):
        yield Problem(followup.origin, "followup.content", "不满意的答复不能算满意；请改正")


def _complete(followup: Followup) -> Iterator[Problem]:
    for kind in Kind:
        if followup.of(kind) is None:
            yield Problem(followup.origin, "followup.visits", f"没有写“{kind}”类投诉回访几次；请补上")
