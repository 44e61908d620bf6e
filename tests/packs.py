"""Evidence packs for tests: made, checked, and changed by somebody who would like to get away with it."""

import hashlib
import json

from bot.adapters.papers.signing import DeskSigner, is_signed
from bot.adapters.papers.word import word
from bot.adapters.script import convert
from bot.domain import evidence, evidence_views
from bot.domain.evidence_check import check, manifest_of
from bot.services.evidence import EvidencePacks
from bot.services.papers import Papers
from tests.complaints import complain
from tests.rooms import reading

PHONE, NAME, ADDRESS = "13900001234", "王芳芳", "上海市测试路1号3栋"
SIGNER = DeskSigner(b"k" * 32)


def packs_of(desk):
    """What makes packs on this desk."""
    return EvidencePacks(Papers(desk.units, desk.words, desk.clock, convert), SIGNER, word, desk.files)


async def a_number(desk):
    """The number of a case whose customer has said who they are."""
    await complain(desk)
    await desk.say(f"我叫{NAME}，电话{PHONE}", reading("inform", person=NAME, phone=PHONE))
    await desk.say(f"寄到{ADDRESS}<script>alert(1)</script>", reading("inform"))
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    return case.number


def verdict(files):
    manifest = manifest_of(files)
    return check(files, is_signed=is_signed(manifest.signed(), manifest.signature, manifest.key))


def resigned(files, signer, **changes):
    """The pack as somebody would make it who has changed its files and has a key of their own."""
    manifest = json.loads(files["manifest.json"]) | changes
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != "manifest.json"
    }
    manifest["key"], unsigned = (
        signer.key,
        {key: value for key, value in manifest.items() if key != "signature"},
    )
    unsigned["key"] = signer.key
    manifest["signature"] = signer.sign(evidence.canonical(unsigned))
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def edited(files, change):
    """The pack with its records changed, and its views made anew from them."""
    records = json.loads(files["records.json"])
    change(records["records"])
    return {**files, "records.json": json.dumps(records, ensure_ascii=False).encode()}


def rechained(files, records, signer):
    """The pack with these records, all digests, links and views made anew."""
    links, whole, previous = [], [], evidence.START
    for record in records:
        leaves = {
            name: tuple(evidence.Leaf(**leaf) for leaf in found) for name, found in record["leaves"].items()
        }
        digest = evidence.record_digest(leaves)
        previous = evidence.link(previous, record["seq"], record["id"], record["kind"], digest)
        links.append(
            {key: record[key] for key in ("seq", "id", "kind")} | {"digest": digest, "chain": previous}
        )
        whole.append(evidence.Record(record["seq"], record["id"], record["kind"], leaves, digest, previous))
    text = json.dumps({"records": records}, ensure_ascii=False).encode()
    return resigned(
        {**files, **evidence_views.views(whole), "records.json": text}, signer, links=links, seal=previous
    )
