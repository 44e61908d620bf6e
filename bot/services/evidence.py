"""Collects the evidence pack of a case: what was said, by which clause, what was done, and the papers."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.domain import evidence
from bot.domain.case import Case, CaseEvent
from bot.domain.conversation import Author, Message
from bot.domain.errors import NotFound
from bot.domain.evidence import Item, Record
from bot.domain.evidence_check import MANIFEST, RECORDS, Link, Manifest
from bot.domain.evidence_views import views
from bot.domain.papers import Sheet
from bot.domain.reading import Reading
from bot.domain.redaction import NAME_KIND, Personal
from bot.domain.task import TaskState
from bot.services.papers import PAPER, Papers, case_numbered
from bot.services.ports import UnitOfWork
from bot.services.turn import record

MADE = "evidence_made"  # the entry of an export in the history; those at its end are not part of a pack
_PAGE = 200
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
    """Makes packs; `word` prints a sheet as a .docx."""

    papers: Papers
    signer: Signer
    word: Callable[[Sheet], bytes]

    async def make(self, number: str, *, redacted: bool, by: str | None = None) -> dict[str, bytes]:
        """The pack's files by name; that it was made is noted in the case's history. NotFound."""
        papers, now = self.papers, self.papers.clock.now()
        async with papers.units() as uow:
            person = await uow.people.by_login(by) if by else None
            if by and person is None:
                raise NotFound(f"没有登录名 {by}。")
            case = await case_numbered(uow, number)
            messages = [message async for message in _messages(uow, case)]
            sheets = [sheet async for sheet in self._sheets(uow, case)]
            items = [
                _about(case),
                *_said(messages),
                *self._clauses(messages),
                *_events(await uow.cases.history(case.id)),
                *_filled(sheets),
            ]
            personal = self._personal(case, messages)
            records = evidence.chained(items, personal, self.signer.salt, redacted=redacted)
            files = {**views(records), RECORDS: _records(records)}
            for sheet in sheets:
                shown = sheet.converted(personal.hidden) if redacted else sheet
                files[f"papers/{sheet.form}.docx"] = self.word(shown)
            manifest = self._manifest(case, records, files, redacted=redacted)
            actor = person.id if person else "desk"
            await record(uow, case, MADE, actor, now, seal=manifest.seal, redacted=redacted)
            await uow.commit()
        return {MANIFEST: _pretty(manifest), **files}

    def _clauses(self, messages: list[Message]) -> Iterator[Item]:
        """Each version of each clause that was said, with the wording while the handbook has that version."""
        handbook = self.papers.words.handbook
        for clause_id, version in sorted({(m.clause, m.clause_version or 0) for m in messages if m.clause}):
            clause = handbook.clauses.get(clause_id)
            facts = {"clause": clause_id, "clause_version": str(version)}
            if clause is not None and clause.version == version:
                wording = clause.quotation or "\n".join("".join(u.text for u in way) for way in clause.ways)
                facts |= {
                    "document": clause.document or "desk",
                    "place": clause.place or "",
                    "wording": wording,
                }
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


def _about(case: Case) -> Item:
    facts = {"number": case.number or "", "issue": case.issue, "opened_at": case.opened_at.isoformat()}
    texts = {"text": case.text}
    for name, value in case.standing().items():
        (texts if name.startswith("findings.") else facts)[name] = "" if value is None else str(value)
    texts |= {f"fields.{name}": value for name, value in case.fields.items() if value}
    return Item(case.id, "case", facts, texts)


async def _messages(uow: UnitOfWork, case: Case) -> AsyncIterator[Message]:
    """The conversation from the message that opened the case."""
    history = await uow.cases.history(case.id)
    opening = (history[0].payload or {}).get("message") if history else None
    seq = (await uow.messages.get(opening)).seq - 1 if opening else 0
    while page := await uow.messages.since(case.conversation_id, seq, _PAGE):
        for message in page:
            yield message
        seq = page[-1].seq


def _said(messages: list[Message]) -> Iterator[Item]:
    for message in messages:
        facts = {
            "seq": str(message.seq),
            "at": message.created_at.isoformat(),
            "author": message.author.value,
            "clause": message.clause or "",
            "clause_version": str(message.clause_version or ""),
        }
        yield Item(message.id, "message", facts, {"text": message.text})


def _events(history: list[CaseEvent]) -> Iterator[Item]:
    """The history with what its own chain needs. The salt would let others guess what was redacted."""
    while history and history[-1].kind == MADE:
        history = history[:-1]
    for event in history:
        facts = {
            "seq": str(event.seq),
            "kind": event.kind,
            "actor": event.actor,
            "at": event.at.isoformat(),
            "digest": event.digest,
            "chain": event.chain,
        }
        if event.payload is None:
            yield Item(event.id, "event", facts)
        else:
            payload = json.dumps(event.payload, ensure_ascii=False, sort_keys=True)
            yield Item(event.id, "event", facts, {"payload": payload}, {"salt": event.salt})


def _filled(sheets: list[Sheet]) -> Iterator[Item]:
    for sheet in sheets:
        texts: dict[str, str] = {}
        for number, block in enumerate(sheet.blocks, start=1):
            texts |= {
                f"{number}.{place} {row.label}": row.value for place, row in enumerate(block.rows, start=1)
            }
            texts |= {f"{number}.{place}": text for place, text in enumerate(block.paragraphs, start=1)}
        yield Item(sheet.form, "paper", {"title": sheet.title, "source": sheet.source}, texts)


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
