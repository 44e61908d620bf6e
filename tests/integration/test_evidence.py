"""Evidence packs: what is in them, and what is not in the redacted ones."""

import io
import json
import zipfile

import pytest
from click.testing import CliRunner

from bot.__main__ import kesu
from bot.adapters.papers.archive import pack
from bot.domain.errors import NotFound
from bot.domain.history import first_break
from bot.services.evidence import MADE
from tests.packs import ADDRESS, NAME, PHONE, SIGNER, a_number, packs_of, verdict


@pytest.fixture
async def number(desk):
    return await a_number(desk)


@pytest.fixture
def packs(desk):
    return packs_of(desk)


@pytest.fixture
def make(packs, number):
    async def make(*, redacted=False):
        return await packs.make(number, redacted=redacted)

    return make


def text_of(files):
    """Everything readable in a pack, that of the papers too."""
    parts = [content.decode() for name, content in files.items() if not name.endswith(".docx")]
    for name, content in files.items():
        if name.endswith(".docx"):
            parts.append(zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode())
    return "\n".join(parts)


async def test_a_full_pack_holds_what_was_said_and_done_and_proves_itself(make, number):
    files = await make()
    found = verdict(files)
    assert (found.case, found.problems, found.redacted) == (number, (), False)
    said = json.loads(files["conversation.json"])
    assert [line["author"] for line in said][:2] == ["customer", "bot"]
    assert f"我叫{NAME}，电话{PHONE}" in [line["text"] for line in said]
    assert [event["kind"] for event in json.loads(files["history.json"])][:1] == ["opened"]
    assert "papers/F-D01-1.docx" in files


async def test_clauses_stand_with_version_and_wording(make):
    files = await make()
    clauses = {line["clause"]: line for line in json.loads(files["clauses.json"])}
    assert clauses["S-BEV-TETRA-1"]["clause_version"] == "1"
    assert "品行较差的运输工" in clauses["S-BEV-TETRA-1"]["wording"]


async def test_a_redacted_pack_has_the_same_seal_and_no_personal_data(make):
    full, redacted = await make(), await make(redacted=True)
    assert verdict(redacted).problems == ()
    assert verdict(redacted).seal == verdict(full).seal
    for personal in (PHONE, NAME, ADDRESS):
        assert personal in text_of(full)
        assert personal not in text_of(redacted)
    assert "一箱奶茶里有一盒是空的" in text_of(redacted)


async def test_no_salt_of_a_redacted_value_is_left(make):
    redacted = await make(redacted=True)
    for record in json.loads(redacted["records.json"])["records"]:
        for leaves in record["leaves"].values():
            assert all((leaf["salt"] is None) == leaf["text"].endswith("已隐去】") for leaf in leaves)
    full = json.loads((await make())["history.json"])
    assert not any(event["salt"] in text_of(redacted) for event in full)


async def test_making_a_pack_is_noted_in_the_history(make, desk, number):
    files = await make(redacted=True)
    async with desk.units() as uow:
        case = await uow.cases.by_number(number)
        history = await uow.cases.history(case.id)
    assert history[-1].kind == MADE
    assert history[-1].payload == {"seal": verdict(files).seal, "redacted": True}
    assert first_break(history) is None


async def test_an_erased_entry_of_the_history_is_no_break(make, desk, number):
    async with desk.units() as uow:
        case = await uow.cases.by_number(number)
        first = (await uow.cases.history(case.id))[1]
        await uow.cases.erase_event(first.id)
        await uow.commit()
    assert verdict(await make()).problems == ()


async def test_what_a_customer_wrote_is_only_text_in_the_page(make):
    page = (await make())["conversation.html"].decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def test_a_case_that_is_not_there_makes_no_pack(packs, number):
    with pytest.raises(NotFound):
        await packs.make("K0000-00018", redacted=False)
    with pytest.raises(NotFound):
        await packs.make(number, redacted=False, by="nobody")


@pytest.mark.parametrize("redacted", [False, True])
async def test_the_command_proves_a_pack_and_names_a_break(make, tmp_path, monkeypatch, redacted):
    monkeypatch.setenv("KESU_VAR", str(tmp_path / "var"))
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    files = await make(redacted=redacted)
    good.write_bytes(pack(files))
    bad.write_bytes(pack({**files, "conversation.html": b"<p>"}))
    run = CliRunner().invoke
    fine = run(kesu, ["cases", "verify", str(good), "--key", SIGNER.key])
    assert (fine.exit_code, "没有被改过" in fine.output) == (0, True)
    broken = run(kesu, ["cases", "verify", str(bad)])
    assert (broken.exit_code, "被改过，第一处断在：conversation.html" in broken.output) == (1, True)
    foreign = run(kesu, ["cases", "verify", str(good), "--key", "0" * 64])
    assert (foreign.exit_code, "不是本台签发的" in foreign.output) == (1, True)
