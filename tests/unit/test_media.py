"""Photos and videos are known by their content; what is shown of a photo is nothing but its picture."""

import io
import os

import pytest

from bot.adapters.media.desk_media import SIDE, DeskMedia
from bot.domain.attachment import Kind
from bot.domain.errors import InvalidInput, TooLarge
from tests.files import CAMERA, GPS, HEIC, ORIENTATION, box, opened, phone_photo, photo, video, webm


@pytest.fixture
def media():
    return DeskMedia()


def content(data):
    media = DeskMedia()
    return media.content(data[: media.first_bytes])


async def measured(data, media_type="video/mp4"):
    async def read(start, length):
        return data[start : start + length]

    return await DeskMedia().video_size(read, len(data), media_type)


@pytest.mark.parametrize(
    ("data", "kind", "media_type"),
    [
        (photo("JPEG"), Kind.IMAGE, "image/jpeg"),
        (photo("PNG"), Kind.IMAGE, "image/png"),
        (photo("WEBP"), Kind.IMAGE, "image/webp"),
        (photo("GIF"), Kind.IMAGE, "image/gif"),
        (box(b"ftyp", b"heic\0\0\0\0mif1"), Kind.IMAGE, "image/heic"),
        (video(), Kind.VIDEO, "video/mp4"),
        (video(brand=b"iso5"), Kind.VIDEO, "video/mp4"),
        (video(brand=b"qt  "), Kind.VIDEO, "video/quicktime"),
        (box(b"wide"), Kind.VIDEO, "video/quicktime"),
        (webm(), Kind.VIDEO, "video/webm"),
    ],
)
def test_what_a_file_is_says_its_content(data, kind, media_type):
    assert content(data) == (kind, media_type)


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7",
        b"MZ\x90\0",
        b"PK\3\4",
        photo("TIFF"),
        photo("BMP"),
        webm(doctype=b"matroska"),
        box(b"ftyp", b"avif\0\0\0\0"),
        b"\0",
    ],
)
def test_everything_else_is_refused(data):
    with pytest.raises(InvalidInput, match=r"照片.*视频"):
        content(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_every_kind_of_photo_is_shown(media, kind):
    shown = await media.shown(photo(kind, color=(200, 30, 30)))
    assert shown.media_type == ("image/jpeg" if kind == "JPEG" else "image/webp")
    picture = opened(shown.data)
    assert picture.size == (shown.width, shown.height) == (40, 30)
    assert [
        abs(got - was) < 12
        for got, was in zip(picture.convert("RGB").getpixel((5, 5)), (200, 30, 30), strict=True)
    ] == [True] * 3


async def test_a_phones_heic_is_shown_as_a_jpeg(media):
    assert content(HEIC) == (Kind.IMAGE, "image/heic")
    shown = await media.shown(HEIC)
    assert (shown.media_type, shown.width, shown.height) == ("image/jpeg", 64, 48)
    red, green, _ = opened(shown.data).getpixel((30, 20))
    assert red > green + 80
    assert not dict(opened(shown.data).getexif())


async def test_nothing_of_where_and_with_what_it_was_taken_is_left(media):
    taken = phone_photo()
    assert opened(taken).getexif()[CAMERA]
    assert opened(taken).getexif().get_ifd(GPS)
    shown = opened((await media.shown(taken)).data)
    assert not dict(shown.getexif())
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(shown.info)


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))]
)
async def test_a_photo_is_turned_upright(media, orientation, size):
    shown = await media.shown(phone_photo(orientation=orientation))
    assert (shown.width, shown.height) == size
    assert ORIENTATION not in opened(shown.data).getexif()


async def test_a_large_photo_is_reduced_and_keeps_its_shape(media):
    shown = await media.shown(photo(size=(4000, 1000)))
    assert (shown.width, shown.height) == (SIDE, SIDE // 4)


async def test_what_is_transparent_stays_so(media):
    shown = await media.shown(photo("PNG", mode="RGBA", color=(1, 2, 3, 0)))
    assert opened(shown.data).mode == "RGBA"


async def test_of_a_moving_picture_the_first_frame_is_shown(media):
    frames = [opened(photo("PNG", color=color)) for color in ((255, 0, 0), (0, 0, 255))]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    shown = opened((await media.shown(out.getvalue())).data)
    assert getattr(shown, "n_frames", 1) == 1
    red, _, blue = shown.convert("RGB").getpixel((5, 5))
    assert red > blue


async def test_a_small_file_with_a_huge_picture_is_refused():
    bomb = photo("PNG", size=(3000, 3000), mode="1", color=0)
    assert len(bomb) < 10_000
    with pytest.raises(TooLarge, match="像素太多"):
        await DeskMedia(most_pixels=1_000_000).shown(bomb)


@pytest.mark.parametrize(
    "data",
    [photo(size=(400, 300))[:-300], photo("PNG")[:60], b"\xff\xd8\xff" + os.urandom(500), photo("TIFF")],
    ids=["half", "half png", "noise", "another kind"],
)
async def test_a_damaged_photo_is_refused(media, data):
    with pytest.raises(InvalidInput, match="打不开"):
        await media.shown(data)


async def test_the_process_that_decodes_photos_gets_none_of_the_desks_secrets(media, monkeypatch, tmp_path):
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import os\nprint(len([name for name in os.environ if name.startswith('KESU')]))\nraise SystemExit(3)"
    )
    monkeypatch.setenv("KESU_DATA_KEY", "secret")
    monkeypatch.setattr("bot.adapters.media.desk_media._PROGRAM", spy)
    assert await media._run(b"") == (3, b"0\n")


async def test_how_large_a_videos_picture_is():
    assert await measured(video(640, 360)) == (640, 360)
    assert await measured(video(640, 360, turned=True)) == (360, 640)
    assert await measured(webm(320, 240), "video/webm") == (320, 240)


@pytest.mark.parametrize(
    "data",
    [
        video()[:-10],
        video(handler=b"soun"),
        box(b"ftyp", b"isom\0\0\0\0"),
        video()[:40],
        box(b"ftyp", b"isom") * 3,
    ],
    ids=["half", "sound alone", "no header", "less", "nothing but types"],
)
async def test_what_holds_no_whole_video_is_refused(data):
    with pytest.raises(InvalidInput, match="打不开"):
        await measured(data)


@pytest.mark.parametrize("media_type", ["video/mp4", "video/webm"])
async def test_noise_behind_a_good_beginning_breaks_nothing(media_type):
    begin = video() if media_type == "video/mp4" else webm()
    for place in range(8, min(len(begin), 400), 3):
        noisy = begin[:place] + os.urandom(64) + begin[place + 64 :]
        try:
            size = await measured(noisy, media_type)
        except InvalidInput:
            continue
        assert size is None or all(isinstance(number, int) for number in size)
