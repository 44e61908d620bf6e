"""Photos and videos for tests, and a store that keeps them in memory."""

import base64
import io
import struct

from PIL import Image

from bot.adapters.media.desk_media import DeskMedia
from bot.domain.errors import NotFound
from bot.services.ports import Shown

# 64 by 48 pixels of red with a camera's name, as phones write it (HEVC), made with pillow-heif.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAABoAAgAAAAAB/AABAAAAAAAAACwAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAA"
    "ABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAATm1kYXQAAAAWKAGvGYDvSaW//9/jH/X2r/imtaY+bgAAAAZFeGlmAABNTQAqAAAA"
    "CAABAQ8AAgAAAAgAAAAaAAAAAEEgcGhvbmUA"
)
ORIENTATION, CAMERA, GPS = 0x0112, 0x010F, 0x8825
NORTH, PLACE = 1, "N"


class MemoryFiles:
    """Files in a dictionary (ports.Files)."""

    def __init__(self):
        self.kept = {}

    async def put(self, key, chunks):
        self.kept[key] = b"".join([chunk async for chunk in chunks])

    async def open(self, key, start=0, length=None):
        if key not in self.kept:
            raise NotFound("这个文件已经不在了。")
        content = self.kept[key][start:]
        yield content if length is None else content[:length]

    async def delete(self, key):
        self.kept.pop(key, None)


class QuickMedia(DeskMedia):
    """Looks at the first bytes as the desk does, and shows every photo as the same small one."""

    async def shown(self, photo):
        return Shown("image/jpeg", 8, 6, b"shown " + photo[-4:])


async def stream(content, piece=1000):
    """The content as it comes over a network."""
    for place in range(0, len(content), piece):
        yield content[place : place + piece]


def photo(kind="JPEG", size=(40, 30), color=(200, 30, 30), mode="RGB", **more):
    """A photo of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **more)
    return out.getvalue()


def phone_photo(size=(40, 30), orientation=6):
    """What a phone makes: the camera held upright, with the place where it was."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[CAMERA] = orientation, "A phone"
    exif.get_ifd(GPS)[NORTH] = PLACE
    return photo(size=size, exif=exif, comment=b"at home", icc_profile=_profile())


def opened(data):
    """A picture from its bytes."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def _profile():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def box(kind, *contents):
    """A box of an MP4 or QuickTime file."""
    inside = b"".join(contents)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def video(width=640, height=360, *, brand=b"isom", turned=False, handler=b"vide", frames=b"x" * 500):
    """The smallest MP4 that tells of a picture; its header stands at the end, as phones write it."""
    matrix = (
        (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
        if turned
        else (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0)
    )
    track_header = b"\0" * 40 + struct.pack(">9i", *matrix) + struct.pack(">II", width << 16, height << 16)
    media = box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13))
    movie = box(b"moov", box(b"mvhd", b"\0" * 100), box(b"trak", box(b"tkhd", track_header), media))
    return box(b"ftyp", brand + b"\0\0\2\0isom") + box(b"mdat", frames) + movie


def webm(width=320, height=240, doctype=b"webm"):
    """The smallest WebM that tells of a picture."""
    header = element("1a45dfa3", element("4286", b"\1") + element("4282", doctype))
    picture = element("e0", element("b0", width.to_bytes(2)) + element("ba", height.to_bytes(2)))
    tracks = element("1654ae6b", element("ae", element("d7", b"\1") + picture))
    return header + element("18538067", element("1549a966", b"") + tracks + element("1f43b675", b"x" * 99))


def element(name, content):
    """An element of a WebM file."""
    return bytes.fromhex(name) + (len(content) | 1 << 28).to_bytes(4) + content
