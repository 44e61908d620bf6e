"""The doors for photos and videos: a visitor sees their own, staff what was sent, nobody anything else."""

import hashlib
import io
import logging

import pytest

from bot.adapters.media.desk_media import DeskMedia
from bot.domain.people import Role
from bot.services.customer_files import OPENED
from bot.services.uploads import Uploads
from bot.web.keys import UPLOAD_LIMIT
from bot.web.limits import Buckets
from tests.complaints import EMPTY_PACK
from tests.doors import post, sign_in, visit
from tests.files import CAMERA, opened, phone_photo, photo, stream, video
from tests.rooms import reading

RED = photo()
NAME = "破损 1.jpg"


@pytest.fixture
async def visitor(client):
    return await visit(client)


async def visit_as_somebody_new(client):
    del client.session.headers["Authorization"]
    await visit(client)


async def upload(client, content=RED, name=NAME, **more):
    return await client.post("/api/files", params={"name": name}, data=content, **more)


async def uploaded(client, content=RED, **more):
    return await (await upload(client, content, **more)).json()


async def send(client, door, *files, text="", client_id="m1"):
    """Send a message with these files and have it answered."""
    answer = await post(client, text, client_id, attachments=[file["id"] for file in files])
    assert answer.status == 201, await answer.text()
    async with door.desk.units() as uow:
        (conversation,) = await uow.conversations.for_agents()
    while await door.desk.turns.answer_next(conversation.id):
        pass


async def complained(client, door, *files):
    door.desk.room.table[EMPTY_PACK] = reading("carton.empty", product="奶茶")
    await send(client, door, *files, text=EMPTY_PACK)
    async with door.desk.units() as uow:
        (case,) = await uow.cases.all()
    return case


async def test_an_uploaded_photo_is_answered_with_what_the_page_shows(client, visitor):
    answer = await upload(client, phone_photo())
    assert answer.status == 201
    file = await answer.json()
    assert file == {
        "id": file["id"],
        "kind": "image",
        "name": NAME,
        "size": len(phone_photo()),
        "width": 8,
        "height": 6,
    }


async def test_a_sent_photo_stands_in_its_line(client, door, visitor):
    file = await uploaded(client)
    await send(client, door, file)
    view = await (await client.get("/api/messages")).json()
    assert [line["attachments"] for line in view["messages"]] == [[file], []]
    assert view["messages"][0]["text"] == ""


async def test_nobody_uploads_without_a_token(client):
    assert (await upload(client)).status == 401
    assert (await client.get("/api/files/01k0000000000000000000000x")).status == 401


async def test_a_visitor_sees_their_own_file_and_nobody_elses(client, visitor):
    file = await uploaded(client)
    mine = await client.get(f"/api/files/{file['id']}")
    assert (mine.status, mine.content_type) == (200, "image/jpeg")
    assert await mine.read() == b"shown " + RED[-4:]
    await visit_as_somebody_new(client)
    other = await client.get(f"/api/files/{file['id']}")
    unknown = await client.get("/api/files/01k0000000000000000000000x")
    assert (other.status, await other.text()) == (404, await unknown.text())


async def test_the_shown_photo_is_really_reencoded(aiohttp_client, door, units):
    real = Uploads(units, door.desk.files, DeskMedia(), door.desk.clock)
    client = await aiohttp_client(door.app(uploads=real))
    await visit(client)
    taken = phone_photo(size=(400, 300))
    file = await uploaded(client, taken)
    assert (file["width"], file["height"]) == (300, 400)
    shown = opened(await (await client.get(f"/api/files/{file['id']}")).read())
    assert shown.size == (300, 400)
    assert opened(taken).getexif()[CAMERA]
    assert not dict(shown.getexif())


async def test_a_file_is_handed_out_so_that_no_browser_runs_it(client, visitor):
    file = await uploaded(client)
    headers = (await client.get(f"/api/files/{file['id']}")).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Disposition"].startswith(f'inline; filename="{file["id"]}.jpg"')
    assert headers["Content-Disposition"].endswith("filename*=UTF-8''%E7%A0%B4%E6%8D%9F%201.jpg")
    assert headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("content", "status", "key"),
    [
        (b"<script>alert(1)</script>", 400, "invalid_input"),
        (b"", 400, "invalid_input"),
        (video()[:-9], 400, "invalid_input"),
        (RED + b"\0" * 15 * 1024 * 1024, 413, "too_large"),
    ],
    ids=["a page", "nothing", "half a video", "too large"],
)
async def test_what_is_no_photo_is_refused_whatever_it_is_called(client, visitor, content, status, key):
    answer = await upload(client, io.BytesIO(content), headers={"Content-Type": "image/jpeg"})
    told = await answer.json()
    assert (answer.status, told["error"]) == (status, key)
    assert "请" in told["message"]


async def test_a_flood_of_uploads_is_slowed_down(aiohttp_client, door):
    app = door.app()
    app[UPLOAD_LIMIT] = Buckets(burst=2, per_second=0.1)
    client = await aiohttp_client(app)
    await visit(client)
    answers = [await upload(client) for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]
    await visit_as_somebody_new(client)  # from the same address
    assert (await upload(client)).status == 429


@pytest.mark.parametrize(
    ("wanted", "status", "span", "told"),
    [
        (None, 200, slice(None), None),
        ("bytes=0-99", 206, slice(0, 100), "bytes 0-99/{size}"),
        ("bytes=100-", 206, slice(100, None), "bytes 100-{last}/{size}"),
        ("bytes=-50", 206, slice(-50, None), "bytes {tail}-{last}/{size}"),
        ("bytes=999999-", 416, None, "bytes */{size}"),
        ("pages=1-2", 200, slice(None), None),
    ],
)
async def test_a_video_is_given_in_parts(client, visitor, wanted, status, span, told):
    content = video()
    file = await uploaded(client, content, name="a.mp4")
    size = len(content)
    answer = await client.get(f"/api/files/{file['id']}", headers={"Range": wanted} if wanted else {})
    assert answer.status == status
    if told:
        assert answer.headers["Content-Range"] == told.format(size=size, last=size - 1, tail=size - 50)
    if span:
        assert await answer.read() == content[span]
        assert answer.headers["Accept-Ranges"] == "bytes"


async def test_a_customer_never_gets_an_original(client, visitor):
    file = await uploaded(client)
    assert (await client.get(f"/api/files/{file['id']}/original")).status == 404
    answer = await client.get(f"/desk/files/{file['id']}/original", allow_redirects=False)
    assert answer.headers["Location"] == "/desk/login"


async def test_staff_see_what_was_sent_and_who_takes_an_original_is_noted(client, door, visitor, caplog):
    file = await uploaded(client)
    case = await complained(client, door, file)
    agent = await door.person()
    await sign_in(client)
    shown = await client.get(f"/desk/files/{file['id']}")
    assert (shown.status, await shown.read()) == (200, b"shown " + RED[-4:])
    with caplog.at_level(logging.INFO, "bot"):
        original = await client.get(f"/desk/files/{file['id']}/original")
    assert (original.status, await original.read()) == (200, RED)
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.headers["Cache-Control"] == "no-store"
    async with door.desk.units() as uow:
        last = await uow.cases.last_event(case.id)
    assert (last.kind, last.actor) == (OPENED, agent.id)
    assert last.payload["files"][0]["sha256"] == hashlib.sha256(RED).hexdigest()
    assert file["id"] in caplog.text
    assert NAME not in caplog.text


async def test_what_was_not_sent_yet_is_not_for_staff(client, door, visitor):
    file = await uploaded(client)
    await door.person()
    await sign_in(client)
    for path in (f"/desk/files/{file['id']}", f"/desk/files/{file['id']}/original"):
        assert (await client.get(path)).status == 404


async def test_a_department_sees_no_photos(client, door, visitor):
    file = await uploaded(client)
    await complained(client, door, file)
    await door.person(role=Role.DEPARTMENT, department="production")
    await sign_in(client)
    for path in (f"/desk/files/{file['id']}", f"/desk/files/{file['id']}/original"):
        assert (await client.get(path)).status == 403


async def test_conversation_and_case_show_what_was_sent(client, door, visitor):
    picture, clip = await uploaded(client), await uploaded(client, video(), name='<b>"a.mov')
    case = await complained(client, door, picture, clip)
    await door.person()
    await sign_in(client)
    for path in (f"/desk/conversations/{case.conversation_id}", f"/desk/cases/{case.id}"):
        page = await (await client.get(path)).text()
        assert f'<img src="/desk/files/{picture["id"]}"' in page
        assert f'<video src="/desk/files/{clip["id"]}"' in page
        assert f"/desk/files/{picture['id']}/original" in page
        assert "<b>" not in page
    assert "顾客发来照片或视频" in page
    assert hashlib.sha256(RED).hexdigest() in page


async def test_the_list_says_that_photos_came_last(client, door, visitor):
    await post(client, "", attachments=[(await uploaded(client))["id"]])
    await door.person()
    await sign_in(client)
    assert "［照片或视频］" in await (await client.get("/desk")).text()


async def test_a_broken_upload_leaves_nothing_behind(client, door, visitor):
    async def breaking():
        yield RED
        raise ConnectionResetError

    with pytest.raises(Exception):  # noqa: B017, PT011 -- what a client meets that breaks off itself
        await upload(client, breaking())
    await client.close()  # the server lets requests under way finish
    assert door.desk.files.kept == {}


async def test_a_lost_file_is_not_found(client, door, visitor):
    file = await uploaded(client)
    door.desk.files.kept.clear()
    assert (await client.get(f"/api/files/{file['id']}")).status == 404


async def test_pieces_are_taken_as_they_come(client, visitor):
    answer = await upload(client, stream(video(frames=b"x" * 400_000), 10_000), name="a.mp4")
    assert answer.status == 201
