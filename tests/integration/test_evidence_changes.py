"""Every change of an evidence pack is found, and the first broken link named."""

import json

import pytest

from bot.adapters.papers.signing import DeskSigner
from bot.domain import evidence
from bot.domain.errors import EvidenceInvalid
from tests.packs import SIGNER, a_number, edited, packs_of, rechained, resigned, verdict


@pytest.fixture
async def make(desk):
    """Make a pack of a case whose customer has said who they are."""
    number = await a_number(desk)

    async def make(*, redacted=False):
        return await packs_of(desk).make(number, redacted=redacted)

    return make


@pytest.mark.parametrize("redacted", [False, True])
async def test_a_changed_word_is_found_and_its_record_named(make, redacted):
    def change(records):
        leaf = next(r for r in records if r["kind"] == "message")["leaves"]["text"][0]
        leaf["text"] = "什么都没有坏"

    (first, *_) = verdict(edited(await make(redacted=redacted), change)).problems
    assert first.startswith("第 2 条记录（message")


async def test_a_changed_word_that_pretends_to_be_redacted_is_found(make):
    def change(records):
        leaf = next(r for r in records if r["kind"] == "message")["leaves"]["text"][0]
        leaf["text"], leaf["salt"] = "什么都没有坏", None

    assert verdict(edited(await make(redacted=True), change)).problems[0].startswith("第 2 条记录（message")


async def test_a_changed_value_with_a_matching_digest_breaks_the_record(make):
    def change(records):
        leaf = records[0]["leaves"]["text"][0]
        leaf["text"] = "没事"
        leaf["digest"] = evidence.leaf_digest("没事", leaf["salt"])

    assert verdict(edited(await make(), change)).problems[0].startswith("第 1 条记录（case")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda records: records.pop(3), "第 4 条记录"),
        (lambda records: records.pop(), "条记录：清单里有"),
        (lambda records: records.insert(2, dict(records[2])), "第 4 条记录"),
        (lambda records: records.reverse(), "第 1 条记录"),
    ],
)
async def test_a_record_taken_out_added_or_moved_is_found(make, change, place):
    def apply(records):
        change(records)

    (first, *_) = verdict(edited(await make(), apply)).problems
    assert place in first


async def test_a_changed_link_breaks_the_chain_there(make):
    files = await make()
    links = json.loads(files["manifest.json"])["links"]
    links[4]["chain"] = "0" * 64
    problems = verdict(resigned(files, SIGNER, links=links)).problems
    assert problems[0].startswith("第 5 条记录")
    assert "链在这里断开" in problems[0]


async def test_a_pack_made_anew_by_others_is_whole_but_not_signed_by_this_desk(make):
    other = DeskSigner(b"o" * 32)
    files = resigned(await make(), other)
    assert verdict(files).problems == ()
    assert verdict(files).key == other.key != DeskSigner(b"k" * 32).key


async def test_a_history_that_was_changed_with_the_whole_pack_is_found_by_its_own_chain(make):
    """Whoever remakes all digests of the pack must still forge the chain that the desk itself wrote."""
    files = await make()
    records = json.loads(files["records.json"])["records"]
    event = next(record for record in records if record["kind"] == "event")
    actor = event["leaves"]["actor"][0]
    actor["text"], actor["digest"] = "boss", evidence.leaf_digest("boss", actor["salt"])
    problems = verdict(rechained(files, records, SIGNER)).problems
    assert problems == ("案件历史第 1 条：和上一条接不上，历史被改过",)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("conversation.html", b"<p>", "conversation.html：文件和清单里的摘要对不上"),
        ("papers/F-D01-1.docx", b"x", "papers/F-D01-1.docx：文件和清单里的摘要对不上"),
        ("extra.txt", b"x", "extra.txt：清单里没有这个文件"),
    ],
)
async def test_a_changed_or_added_file_is_named(make, name, content, told):
    assert told in "\n".join(verdict({**await make(), name: content}).problems)


async def test_a_missing_file_is_named(make):
    files = await make()
    del files["papers/F-D01-1.docx"]
    assert "文件却不在" in verdict(files).problems[0]


async def test_a_view_that_says_something_else_than_the_records_is_found(make):
    files = resigned({**await make(), "conversation.json": b"[]"}, SIGNER)
    assert verdict(files).problems == ("conversation.json：和 records.json 里的记录不一致",)


async def test_a_changed_manifest_breaks_the_signature(make):
    files = await make()
    manifest = json.loads(files["manifest.json"]) | {"made": "2020-01-01T00:00:00+00:00"}
    problems = verdict({**files, "manifest.json": json.dumps(manifest).encode()}).problems
    assert problems == ("manifest.json: 签名对不上，清单被改过",)


@pytest.mark.parametrize(
    "change",
    [
        {"seal": "x"}, {"seal": None}, {"files": []}, {"links": [{}]}, {"format": "other/1"}, {"more": 1},
        {"redacted": "no"}, {"key": "00"},
    ],
)  # fmt: skip
async def test_a_malformed_manifest_is_refused_by_place(make, change):
    files = await make()
    manifest = json.loads(files["manifest.json"]) | change
    with pytest.raises(EvidenceInvalid, match=next(iter(change))):
        verdict({**files, "manifest.json": json.dumps(manifest).encode()})


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, r"manifest\.json"),
        ({"manifest.json": b"\xff"}, r"manifest\.json 不合格式"),
        ({"manifest.json": b"{" * 100_000}, r"manifest\.json 不合格式"),
    ],
)
def test_what_is_no_pack_is_refused(files, told):
    with pytest.raises(EvidenceInvalid, match=told):
        verdict(files)
