"""Makes the shown copy of one photo: a program of its own, because it decodes what strangers send.

Run as `python -I reduce_photo.py PIXELS SIDE < photo > copy`: the copy comes after one line of JSON with its
type, width and height. It ends with status 3 and a word (`damaged`, `large`) if there is nothing to show. It
is given no environment, limits its own memory and time, and imports nothing of the desk.
"""

import io
import json
import sys
import warnings
from contextlib import suppress

import pi_heif
from PIL import GifImagePlugin, Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

REFUSED = 3
FORMATS = (
    JpegImagePlugin.JpegImageFile.format,  # MPO too, the JPEG of phones that holds further pictures
    PngImagePlugin.PngImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    GifImagePlugin.GifImageFile.format,
    "HEIF",
)
_MEMORY, _SECONDS = 2 * 1024**3, 30
_JPEG_QUALITY, _WEBP_QUALITY = 85, 85
_PHOTOGRAPHS = frozenset({"JPEG", "MPO", "HEIF"})  # others are often screenshots: JPEG smears text


def limit() -> None:
    """No more memory and seconds of computing than a photo needs; where the system knows such limits."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reduced(photo: bytes, most_pixels: int, side: int) -> tuple[dict[str, object], bytes]:
    """The copy and what it is. Image.DecompressionBombWarning (raised here) for more than `most_pixels`."""
    Image.MAX_IMAGE_PIXELS = most_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(photo), formats=FORMATS) as found:
        kind = found.format
        found.draft("RGB", (side, side))  # JPEG is decoded at a fraction of its size where that is enough
        found.load()
        picture = ImageOps.exif_transpose(found)
    picture = _plain(picture)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if kind in _PHOTOGRAPHS and picture.mode == "RGB":
        media_type = "image/jpeg"
        picture.save(out, "JPEG", quality=_JPEG_QUALITY, optimize=True, progressive=True)
    else:
        media_type = "image/webp"
        picture.save(out, "WEBP", quality=_WEBP_QUALITY)
    return {"type": media_type, "width": picture.width, "height": picture.height}, out.getvalue()


def _plain(picture: Image.Image) -> Image.Image:
    """Nothing but the picture: in sRGB, and without what was written beside it."""
    profile = picture.info.get("icc_profile")
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):  # a profile that can't be read changes nothing
            ours = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if picture.mode == "RGBA" else "RGB"
            turned = ImageCms.profileToProfile(picture, ours, ImageCms.createProfile("sRGB"), outputMode=mode)
            picture = turned or picture
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.info = {}
    plain.getexif().clear()
    return plain


def main() -> int:
    """The program."""
    limit()
    most_pixels, side = (int(number) for number in sys.argv[1:])
    pi_heif.register_heif_opener()
    try:
        about, copy = reduced(sys.stdin.buffer.read(), most_pixels, side)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
        print("large")  # noqa: T201 -- how a program answers
        return REFUSED
    except Exception:  # noqa: BLE001 -- decoders fail in many ways, and each means the same
        print("damaged")  # noqa: T201 -- the same
        return REFUSED
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + copy)
    return 0


if __name__ == "__main__":
    sys.exit(main())
