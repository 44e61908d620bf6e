"""Photos and videos in an evidence pack: the originals with their hashes, and none when redacted."""

import hashlib
import json

import pytest

from bot.services import evidence
from tests.complaints import EMPTY_PACK
from tests.files import photo, video
from tests.packs import SIGNER, packs_of, resigned, verdict
from tests.rooms import reading

RED = photo()
CLIP = video(frames=b"x" * 5000)


@pytest.fixture
async def sent(desk):
    """A photo before the complaint, a video with it; the number of the case."""
    before = await desk.upload(RED, name="破损.jpg")
    await desk.say("", attachments=[before.id])
    clip = await desk.upload(CLIP, name="a.mov")
    await desk.say(EMPTY_PACK, reading("carton.empty", product="奶茶"), attachments=[clip.id])
    for _ in range(2):
        await desk.silence(minutes=20)
    (case,) = await desk.cases()
    return case.number, before, clip


async def test_a_full_pack_holds_the_originals_and_proves_them(desk, sent):
    number, before, clip = sent
    files = await packs_of(desk).make(number, redacted=False)
    assert verdict(files).problems == ()
    assert files[f"files/{before.id}.jpg"] == RED
    assert files[f"files/{clip.id}.mp4"] == CLIP
    listed = {row["id"]: row for row in json.loads(files["files.json"])}
    assert listed[before.id]["sha256"] == hashlib.sha256(RED).hexdigest()
    assert listed[clip.id]["name"] == "a.mp4"


async def test_the_conversation_leads_to_what_was_sent_even_before_the_complaint(desk, sent):
    number, before, clip = sent
    page = (await packs_of(desk).make(number, redacted=False))["conversation.html"].decode()
    assert page.index(f'href="files/{before.id}.jpg"') < page.index(EMPTY_PACK)
    assert page.index(EMPTY_PACK) < page.index(f'href="files/{clip.id}.mp4"')


async def test_a_redacted_pack_has_the_hashes_the_same_seal_and_no_photo(desk, sent):
    number, *_ = sent
    packs = packs_of(desk)
    full, redacted = await packs.make(number, redacted=False), await packs.make(number, redacted=True)
    assert verdict(redacted).problems == ()
    assert verdict(redacted).seal == verdict(full).seal
    assert not [name for name in redacted if name.startswith("files/")]
    assert hashlib.sha256(RED).hexdigest() in redacted["files.json"].decode()


async def test_another_photo_in_its_place_is_noticed_even_if_it_was_signed_anew(desk, sent):
    number, before, _ = sent
    files = await packs_of(desk).make(number, redacted=False)
    name = f"files/{before.id}.jpg"
    forged = resigned({**files, name: photo(color=(0, 0, 0))}, SIGNER)
    assert [problem for problem in verdict(forged).problems if name in problem]


async def test_what_is_too_large_for_a_pack_stays_at_the_desk_with_its_hash(desk, sent, monkeypatch):
    number, before, _ = sent
    monkeypatch.setattr(evidence, "MOST_ORIGINALS", len(RED) + 10)
    files = await packs_of(desk).make(number, redacted=False)
    assert verdict(files).problems == ()
    assert [name for name in files if name.startswith("files/")] == [f"files/{before.id}.jpg"]
    assert hashlib.sha256(CLIP).hexdigest() in files["files.json"].decode()
