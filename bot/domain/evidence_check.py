"""Proves an evidence pack untouched, or names the first link that is broken."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.domain import evidence, history
from bot.domain.case import CaseEvent
from bot.domain.errors import EvidenceInvalid
from bot.domain.evidence import FORMAT, Leaf, Record
from bot.domain.evidence_views import views

MANIFEST, RECORDS = "manifest.json", "records.json"
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Link(_Strict):
    """A record's place in the chain."""

    seq: int
    id: str
    kind: str
    digest: Hex
    chain: Hex


class Manifest(_Strict):
    """What a pack says of itself; `signature` is over everything else here."""

    format: Literal["kesu-evidence/1"]
    case: str
    made: str
    redacted: bool
    links: list[Link]
    seal: Hex
    files: dict[str, Hex]
    key: Hex
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]

    def signed(self) -> bytes:
        """What the signature is over."""
        return evidence.canonical(self.model_dump(exclude={"signature"}))


class _Leaf(_Strict):
    text: str
    digest: Hex
    salt: str | None = None


class _Record(_Strict):
    seq: int
    id: str
    kind: str
    leaves: dict[str, list[_Leaf]]


class _Records(_Strict):
    records: list[_Record]


@dataclass(frozen=True)
class Verdict:
    """What a check found; `problems` name every broken link, the first one first."""

    case: str
    made: str
    redacted: bool
    records: int
    seal: str
    key: str
    problems: tuple[str, ...]


def manifest_of(files: Mapping[str, bytes]) -> Manifest:
    """The manifest of a pack's files. EvidenceInvalid if it is missing or malformed."""
    if MANIFEST not in files:
        raise EvidenceInvalid(f"这不是证据包：里面没有 {MANIFEST}。")
    try:
        return Manifest.model_validate_json(files[MANIFEST])
    except ValidationError as error:
        raise EvidenceInvalid(f"{MANIFEST} 不合格式（{_first(error)}）；应是 {FORMAT}。") from None


def check(files: Mapping[str, bytes], *, is_signed: bool) -> Verdict:
    """Check a pack's files; `is_signed`: the manifest's signature fits its own key. EvidenceInvalid."""
    manifest = manifest_of(files)
    records = _read_records(files, manifest)
    problems = [
        *_links(manifest, records),
        *_history(records),
        *_files(manifest, files),
        *_views(records, files),
        *_originals(records, files),
    ]
    if not is_signed:
        problems.append(f"{MANIFEST}: 签名对不上，清单被改过")
    return Verdict(
        manifest.case,
        manifest.made,
        manifest.redacted,
        len(records),
        manifest.seal,
        manifest.key,
        tuple(problems),
    )


def _read_records(files: Mapping[str, bytes], manifest: Manifest) -> list[Record]:
    if RECORDS not in files:
        raise EvidenceInvalid(f"这不是完整的证据包：里面没有 {RECORDS}。")
    try:
        read = _Records.model_validate_json(files[RECORDS]).records
    except ValidationError as error:
        raise EvidenceInvalid(f"{RECORDS} 不合格式（{_first(error)}）。") from None
    chains = {link.seq: link for link in manifest.links}
    records = []
    for item in read:
        leaves = {
            name: tuple(Leaf(leaf.text, leaf.digest, leaf.salt) for leaf in found)
            for name, found in item.leaves.items()
        }
        written = chains.get(item.seq)
        digest, chain = (written.digest, written.chain) if written else ("", "")
        records.append(Record(item.seq, item.id, item.kind, leaves, digest, chain))
    return records


def _links(manifest: Manifest, records: Sequence[Record]) -> Iterator[str]:
    """Walk along the chain; what follows a broken link is looked at as if that one were right."""
    previous = history.START
    for place, (written, record) in enumerate(zip(manifest.links, records, strict=False), start=1):
        name = f"第 {place} 条记录（{written.kind} {written.id}）"
        if (record.seq, record.id, record.kind) != (place, written.id, written.kind) or written.seq != place:
            yield f"{name}：次序不对，有记录被插入、删去或调换"
            return
        if bad := next(
            (key for key, found in record.leaves.items() if not all(leaf.fits for leaf in found)), None
        ):
            yield f"{name}：{bad} 的内容和摘要对不上，被改过"
        elif record.is_redacted and not manifest.redacted:
            yield f"{name}：有内容被隐去，但清单说没有隐去"
        if evidence.record_digest(record.leaves) != written.digest:
            yield f"{name}：记录的摘要对不上，被改过"
        if evidence.link(previous, place, written.id, written.kind, written.digest) != written.chain:
            yield f"{name}：和上一条接不上，链在这里断开"
        previous = written.chain
    if len(manifest.links) != len(records):
        place = min(len(manifest.links), len(records)) + 1
        yield f"第 {place} 条记录：清单里有 {len(manifest.links)} 条，实际有 {len(records)} 条"
    elif previous != manifest.seal:
        yield f"{MANIFEST}: 封条和最后一条记录对不上"


def _history(records: Sequence[Record]) -> Iterator[str]:
    """The desk's own chain over the case's history, which the pack carries along."""
    try:
        events = [_event(record) for record in records if record.kind == "event"]
    except (KeyError, ValueError):
        yield "案件历史：有一条读不出来"
        return
    broken = history.first_break(events)
    if broken is not None:
        yield f"案件历史第 {broken} 条：和上一条接不上，历史被改过"


def _event(record: Record) -> CaseEvent:
    whole = record.is_whole("payload") and record.is_whole("salt")
    payload = json.loads(record.value("payload")) if whole else None
    return CaseEvent(
        record.id, "", int(record.value("seq")), record.value("kind"), record.value("actor"),
        datetime.fromisoformat(record.value("at")), payload, record.value("salt") if whole else "",
        record.value("digest"), record.value("chain"),
    )  # fmt: skip


def _files(manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted({*manifest.files, *files} - {MANIFEST}):
        if name not in files:
            yield f"{name}：清单里有，文件却不在"
        elif name not in manifest.files:
            yield f"{name}：清单里没有这个文件，是后来加进去的"
        elif hashlib.sha256(files[name]).hexdigest() != manifest.files[name]:
            yield f"{name}：文件和清单里的摘要对不上，被改过"


def _originals(records: Sequence[Record], files: Mapping[str, bytes]) -> Iterator[str]:
    """What the customer sent is what the records say; large or redacted packs needn't hold it."""
    for record in (record for record in records if record.kind == evidence.FILE):
        name = evidence.original_name(record.id, record.value("type"))
        if name in files and hashlib.sha256(files[name]).hexdigest() != record.value("sha256"):
            yield f"{name}：不是顾客发来的那个文件，和记录里的摘要对不上"


def _views(records: Sequence[Record], files: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in views(records).items():
        if files.get(name) != content:
            yield f"{name}：和 {RECORDS} 里的记录不一致"


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in found["loc"]) or "开头"
    return f"{place}: {found['msg']}"
