"""Labels that supervisors propose: complete ones are exported for those who write the program."""

from collections.abc import Collection, Sequence

from bot.domain.errors import InvalidInput
from bot.domain.people import User
from bot.domain.placeholders import filled
from bot.domain.proposal import LabelProposal
from bot.domain.redaction import Personal
from bot.services import audit
from bot.services.ids import new_id
from bot.services.ports import Clock, Units

_NOBODY = Personal()


class Proposing:
    """Keeps proposals; `titles` are those of the labels there are, `clauses` the ids of the handbook's."""

    def __init__(
        self,
        units: Units,
        clock: Clock,
        titles: Collection[str],
        clauses: Collection[str],
        *,
        reading: Units | None = None,
    ) -> None:
        self._units, self._clock, self._reading = units, clock, reading or units
        self._titles, self._clauses = frozenset(titles), clauses

    async def all(self) -> list[LabelProposal]:
        """All of them, newest first."""
        async with self._reading() as uow:
            return await uow.corrections.proposals()

    async def one(self, id: str) -> LabelProposal:
        """By id; NotFound."""
        async with self._reading() as uow:
            return await uow.corrections.proposal(id)

    async def put(
        self, id: str | None, user: User, title: str, description: str, clause: str, examples: Sequence[str]
    ) -> LabelProposal:
        """Propose a label, or say more about one; InvalidInput, NotFound. Examples keep nothing personal."""
        clause = clause.strip()
        if clause and clause not in self._clauses:
            raise InvalidInput(f"手册里没有条款 {clause}，请从列表里选择。")
        if " ".join(title.split()) in self._titles:
            raise InvalidInput(f"已经有“{title.strip()}”这个标签了，直接选它就可以。")
        kept = [filled(one, _NOBODY)[0] for one in examples]
        async with self._units() as uow:
            now = self._clock.now()
            if id is None:
                proposal = LabelProposal(new_id(now), "", "", "", user.id, now, now)
                uow.corrections.propose(proposal)
            else:
                proposal = await uow.corrections.proposal(id)
            proposal.tell(title, description, clause, kept)
            proposal.changed_at, proposal.changed_by = now, user.id
            details = {"title": proposal.title, "examples": len(proposal.examples)}
            await audit.record(uow, user.id, "label_proposed", f"label:{proposal.id}", details, now=now)
            await uow.commit()
        return proposal
