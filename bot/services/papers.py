"""Papers of a case: filled in from it, approved by a supervisor where the handbook's text is risky."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain import paper_values, papers
from bot.domain.case import Case, read_number
from bot.domain.errors import Conflict, InvalidInput, NotFound, PaperNotApproved
from bot.domain.handbook.form import Form
from bot.domain.paper_values import CaseFile
from bot.domain.papers import Filling, Sheet
from bot.domain.people import Role
from bot.domain.task import Assignee, Decision, Task, TaskKind, TaskState
from bot.services.ids import new_id
from bot.services.ports import Clock, ScriptConverter, UnitOfWork, Units
from bot.services.turn import record
from bot.services.words import Words

SCRIPT = "hans"
PAPER = "paper"  # in the payload of an approval: the paper that may go out
_LONGEST_NOTE = 4000


class Approval(StrEnum):
    """Where the approval of a paper stands: `outdated` is that of another text than the present one."""

    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    WAITING = "waiting"
    APPROVED = "approved"
    OUTDATED = "outdated"
    REFUSED = "refused"


@dataclass(frozen=True)
class Papers:
    """Fills in papers; `units` must be able to write when approvals are asked for or values are noted."""

    units: Units
    words: Words
    clock: Clock
    convert: ScriptConverter

    def form(self, form_id: str) -> Form:
        """The paper of this id. NotFound names those that can be printed."""
        forms = self.words.handbook.forms
        found = forms.get(form_id.upper())
        if found is None or not found.is_printed:
            known = "、".join(sorted(form.id for form in forms.values() if form.is_printed))
            raise NotFound(f"没有可以打印的表单 {form_id}；可用的是 {known}。")
        return found

    def needs_approval(self, form: Form) -> bool:
        """Whether a supervisor must have approved the paper's text."""
        return papers.needs_approval(form, self.words.handbook.clauses)

    async def sheet(
        self, number: str, form_id: str, *, with_blanks: bool = False, script: str = SCRIPT
    ) -> Sheet:
        """The paper of a case, ready for the printer.

        Raises NotFound, PaperIncomplete (what is missing), PaperNotApproved (nobody has approved this text).
        """
        form = self.form(form_id)
        async with self.units() as uow:
            case = await case_numbered(uow, number)
            sheet = await self.fill(uow, case, form, with_blanks=with_blanks)
            if self.needs_approval(form):
                await self._check_approval(uow, case, form)
        return sheet.converted(lambda text: self.convert(text, script))

    async def fill(self, uow: UnitOfWork, case: Case, form: Form, *, with_blanks: bool) -> Sheet:
        """The paper as the case fills it in now, whether or not it is approved. PaperIncomplete."""
        return self._filling(await self._values(uow, case)).sheet(
            form, source=self._source(form), with_blanks=with_blanks
        )

    async def ask_approval(self, number: str, form_id: str, by: str) -> Task:
        """Ask the supervisors to approve the paper's present text; Conflict when that is asked already."""
        form, now = self.form(form_id), self.clock.now()
        if not self.needs_approval(form):
            raise InvalidInput(f"“{form.title}”（{form.id}）不需要批准，可以直接打印。")
        async with self.units() as uow:
            asker = await uow.people.by_login(by)
            if asker is None:
                raise NotFound(f"没有登录名 {by}。")
            case = await case_numbered(uow, number)
            sheet = await self.fill(uow, case, form, with_blanks=True)
            digest = await self._digest(uow, case, form)
            for task in await uow.tasks.of_case(case.id):
                if task.state is TaskState.OPEN and task.payload.get("digest") == digest:
                    raise Conflict(f"“{form.title}”已经在等主管批准了。")
            task = Task(
                id=new_id(now),
                kind=TaskKind.APPROVAL,
                title=f"批准发出“{form.title}”（案件 {case.number}）",
                assignee_kind=Assignee.ROLE,
                assignee=Role.SUPERVISOR.value,
                created_at=now,
                created_by=asker.id,
                case_id=case.id,
                payload={
                    PAPER: form.id,
                    "case": case.id,
                    "digest": digest,
                    "values": {"正文": sheet.text, **({"风险": "、".join(form.risks)} if form.risks else {})},
                },
            )
            uow.tasks.add(task)
            await record(
                uow, case, "paper_approval_asked", asker.id, now, paper=form.id, task=task.id, digest=digest
            )
            await uow.commit()
        return task

    async def note(
        self, number: str, values: Mapping[str, str], by: str, shown: Mapping[str, str] | None = None
    ) -> None:
        """Fill in values that papers ask for (`finding.…`), with an entry in the history. InvalidInput.

        `shown` is what stood there when the person began to write; Conflict if it was changed meanwhile.
        """
        known = paper_values.titles(self.words.handbook)
        for name, value in values.items():
            if f"finding.{name}" not in known:
                raise InvalidInput(f"没有表单会问 {name}；请核对名称（docs/papers.md）。")
            if not value.strip() or len(value) > _LONGEST_NOTE:
                raise InvalidInput(f"{name} 要有内容，最多 {_LONGEST_NOTE} 个字。")
        async with self.units() as uow:
            person = await uow.people.by_login(by)
            if person is None:
                raise NotFound(f"没有登录名 {by}。")
            case = await case_numbered(uow, number)
            before = {name: (case.findings or {}).get(name) for name in values}
            for name, seen in (shown or {}).items():
                if name in before and (before[name] or "") != seen:
                    title = known[f"finding.{name}"]
                    raise Conflict(f"“{title}”刚刚有人填成了“{before[name]}”。您的内容没有保存，请看过再填。")
            case.findings = {**(case.findings or {}), **values}
            await record(uow, case, "noted", person.id, self.clock.now(), before=before, after=dict(values))
            await uow.commit()

    async def approval(self, uow: UnitOfWork, case: Case, form: Form) -> Approval:
        """Where the approval of the paper's present text stands."""
        if not self.needs_approval(form):
            return Approval.NOT_NEEDED
        asked = [task for task in await uow.tasks.of_case(case.id) if task.payload.get(PAPER) == form.id]
        digest = await self._digest(uow, case, form)
        if any(task.state is TaskState.DONE and task.payload.get("digest") == digest for task in asked):
            return Approval.APPROVED
        for state, approval in (
            (TaskState.OPEN, Approval.WAITING),
            (TaskState.DONE, Approval.OUTDATED),
            (TaskState.REFUSED, Approval.REFUSED),
        ):
            if any(task.state is state for task in asked):
                return approval
        return Approval.MISSING

    async def _check_approval(self, uow: UnitOfWork, case: Case, form: Form) -> None:
        name, ask = f"“{form.title}”（{form.id}）", f"kesu cases approval {case.number} {form.id}"
        reasons = {
            Approval.WAITING: f"{name}还在等主管批准，批准以后才能打印。",
            Approval.OUTDATED: f"{name}批准以后内容又变了，请重新申请：{ask}",
            Approval.REFUSED: f"主管没有批准{name}；请修改内容以后重新申请。",
            Approval.MISSING: f"{name}要先由主管批准。申请：{ask} --by 登录名",
        }
        approval = await self.approval(uow, case, form)
        if approval in reasons:
            raise PaperNotApproved(reasons[approval])

    async def _digest(self, uow: UnitOfWork, case: Case, form: Form) -> str:
        """What a supervisor approves: the text, whatever day it is printed on."""
        undated = {**await self._values(uow, case), "letter.date": "日期"}
        sheet = self._filling(undated).sheet(form, source=self._source(form), with_blanks=True)
        return hashlib.sha256(sheet.text.encode()).hexdigest()

    async def _values(self, uow: UnitOfWork, case: Case) -> dict[str, str]:
        handler = (await uow.people.get(case.handler_id)).name if case.handler_id else ""
        file = CaseFile(case, handler, self.clock.now())
        return {**self.words.company.values(), **paper_values.values(file, self.words.handbook)}

    def _filling(self, values: Mapping[str, str]) -> Filling:
        handbook = self.words.handbook
        return Filling(values, paper_values.titles(handbook), handbook.clauses)

    def _source(self, form: Form) -> str:
        document = self.words.handbook.documents.get(form.document)
        title = f"{document.title}" if document else ""
        return f"{form.document} {title}（{form.id}）"


async def decided(uow: UnitOfWork, decision: Decision) -> None:
    """A supervisor has decided about a paper's text: an entry in the history. The caller commits."""
    task = decision.task
    if task.case_id is None:
        raise InvalidInput(f"“{task.title}”不是投诉的文书。")
    decision.close()
    case = await uow.cases.get(task.case_id)
    await record(
        uow, case, "paper_approved" if decision.approved else "paper_refused", decision.by.id, decision.at,
        paper=task.payload[PAPER], task=task.id, digest=task.payload["digest"], reason=decision.note,
    )  # fmt: skip


async def case_numbered(uow: UnitOfWork, number: str) -> Case:
    """The case of this number, however it was typed; NotFound."""
    read = read_number(number)
    case = await uow.cases.by_number(read) if read else None
    if case is None:
        raise NotFound(f"没有编号为 {number} 的案件。")
    return case
