"""Collects the evidence pack of a case: what was said, by which clause, what was done, and the papers."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.domain import evidence
from bot.domain.case import Case
from bot.domain.conversation import Author, Message
from bot.domain.errors import NotFound
from bot.domain.evidence import Item, Record, original_name
from bot.domain.evidence_check import MANIFEST, RECORDS, Link, Manifest
from bot.domain.evidence_views import views
from bot.domain.handbook.clause import COMPANY
from bot.domain.papers import Sheet
from bot.domain.reading import Reading
from bot.domain.redaction import NAME_KIND, Personal
from bot.domain.task import TaskState
from bot.services import audit, evidence_items
from bot.services.evidence_items import MADE
from bot.services.papers import PAPER, Papers, case_numbered
from bot.services.ports import Files, UnitOfWork
from bot.services.turn import record

MOST_ORIGINALS = 180 * 1024 * 1024  # bytes; a pack is opened in memory, and holds papers besides
_FIRST_FORM = "F-D01-1"


class Signer(Protocol):
    """Signs packs, and gives the salts of their leaves, with keys of this desk."""

    @property
    def key(self) -> str:
        """The public key, in hex."""

    def sign(self, data: bytes) -> str:
        """The signature, in hex."""

    def salt(self, place: str) -> str:
        """The salt for a place in the pack."""


@dataclass(frozen=True)
class EvidencePacks:
    """Makes packs; `word` prints a sheet as a .docx, `files` keeps what customers sent."""

    papers: Papers
    signer: Signer
    word: Callable[[Sheet], bytes]
    files: Files

    async def make(self, number: str, *, redacted: bool, by: str | None = None) -> dict[str, bytes]:
        """The pack's files by name; that it was made is noted in the case's history. NotFound."""
        papers, now = self.papers, self.papers.clock.now()
        originals = {} if redacted else await self._originals(number)
        async with papers.units() as uow:
            person = await uow.people.by_login(by) if by else None
            if by and person is None:
                raise NotFound(f"没有登录名 {by}。")
            case = await case_numbered(uow, number)
            sent = await uow.attachments.of_case(case.id)
            messages = [message async for message in evidence_items.messages_of(uow, case, sent)]
            sheets = [sheet async for sheet in self._sheets(uow, case)]
            items = [
                evidence_items.about(case),
                *evidence_items.said(messages),
                *self._clauses(messages),
                *evidence_items.events(await uow.cases.history(case.id)),
                *evidence_items.filled(sheets),
                *map(evidence_items.sent, sent),
            ]
            personal = self._personal(case, messages)
            records = evidence.chained(items, personal, self.signer.salt, redacted=redacted)
            files = {**views(records), RECORDS: _records(records)}
            for sheet in sheets:
                shown = sheet.converted(personal.hidden) if redacted else sheet
                files[f"papers/{sheet.form}.docx"] = self.word(shown)
            files |= originals
            manifest = self._manifest(case, records, files, redacted=redacted)
            actor = person.id if person else "desk"
            await record(uow, case, MADE, actor, now, seal=manifest.seal, redacted=redacted)
            if person is None:  # a person's is in the audit log with the history's entry
                await audit.record(uow, audit.TERMINAL, MADE, audit.case_object(case), now=now)
            await uow.commit()
        return {MANIFEST: _pretty(manifest), **files}

    async def _originals(self, number: str) -> dict[str, bytes]:
        """What the customer sent, as it came; the pack's records hold the hashes of all of it.

        The smallest first, as far as a pack can be opened again: the rest stays at the desk.
        """
        async with self.papers.units() as uow:
            sent = await uow.attachments.of_case((await case_numbered(uow, number)).id)
        found: dict[str, bytes] = {}
        left = MOST_ORIGINALS
        for file in sorted(sent, key=lambda one: one.size):
            if file.size <= left:
                name = original_name(file.id, file.media_type)
                found[name] = b"".join([piece async for piece in self.files.open(file.original_key)])
                left -= file.size
        return dict(sorted(found.items()))

    def _clauses(self, messages: list[Message]) -> Iterator[Item]:
        """Each version of each clause that was said, with the wording while the handbook has that version."""
        words = self.papers.words
        for clause_id, version in sorted({(m.clause, m.clause_version or 0) for m in messages if m.clause}):
            clause = words.of_version(clause_id, version)
            facts = {"clause": clause_id, "clause_version": str(version)}
            if clause is not None:
                wording = clause.quotation or "\n".join("".join(u.text for u in way) for way in clause.ways)
                facts |= {
                    "document": clause.document or "desk",
                    "place": clause.place or "",
                    "wording": wording,
                }
                if clause.is_revised:
                    facts["revised"] = COMPANY
            yield Item(f"{clause_id}@{version}", "clause", facts)

    async def _sheets(self, uow: UnitOfWork, case: Case) -> AsyncIterator[Sheet]:
        """The form of the case's issue, the complaint record, and the papers that were approved."""
        words = self.papers.words
        rule = words.handbook.issue(
            case.issue, product=case.fields.get("product"), place=case.fields.get("place")
        )
        approved = {
            task.payload[PAPER]
            for task in await uow.tasks.of_case(case.id)
            if task.state is TaskState.DONE and PAPER in task.payload
        }
        wanted = {rule.form or _FIRST_FORM, _FIRST_FORM, *approved}
        for form in (words.handbook.forms[name] for name in sorted(wanted & words.handbook.forms.keys())):
            if form.is_printed and (form.id in approved or not self.papers.needs_approval(form)):
                sheet = await self.papers.fill(uow, case, form, with_blanks=True)
                yield sheet.converted(lambda text: self.papers.convert(text, "hans"))

    def _personal(self, case: Case, messages: list[Message]) -> Personal:
        fields = self.papers.words.handbook.fields
        facts = [
            (fields[name].title, part)
            for name, value in case.fields.items()
            if value and name in fields and fields[name].sensitive
            for part in value.split("、")
        ]
        facts += [
            (NAME_KIND, value)
            for message in messages
            if message.reading and message.author is Author.CUSTOMER
            for value in Reading.from_json(message.reading).values("person")
        ]
        return Personal.of(facts)

    def _manifest(
        self, case: Case, records: list[Record], files: dict[str, bytes], *, redacted: bool
    ) -> Manifest:
        unsigned = Manifest(
            format="kesu-evidence/1",
            case=case.number or case.id,
            made=self.papers.clock.now().isoformat(),
            redacted=redacted,
            links=[
                Link(seq=item.seq, id=item.id, kind=item.kind, digest=item.digest, chain=item.chain)
                for item in records
            ],
            seal=evidence.seal(records),
            files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            key=self.signer.key,
            signature="0" * 128,
        )
        return unsigned.model_copy(update={"signature": self.signer.sign(unsigned.signed())})


def _records(records: list[Record]) -> bytes:
    data = [
        {
            "seq": item.seq,
            "id": item.id,
            "kind": item.kind,
            "leaves": {
                name: [{"text": leaf.text, "digest": leaf.digest, "salt": leaf.salt} for leaf in found]
                for name, found in item.leaves.items()
            },
        }
        for item in records
    ]
    return (json.dumps({"records": data}, ensure_ascii=False, indent=1) + "\n").encode()


def _pretty(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.model_dump(), ensure_ascii=False, indent=1) + "\n").encode()
