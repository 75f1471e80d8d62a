"""Turn an uploaded file into a photo that is safe to keep: small, baseline JPEG, nothing but pixels in it.

What the camera wrote into the file (time, position) is returned beside the bytes and never stays inside them. Looking
whether a file is a photo goes the same way at the smallest scale, for a tenth of the time.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from math import ceil, isfinite
from threading import Lock

import pi_heif
from PIL import ExifTags, Image, ImageOps

from checklists.problems import Problem

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LONG_EDGE = 1600
SMALLEST = 64
QUALITY = 85
MEGA = 1_000_000
# A JPEG is read at a fraction of its size; these are laid out whole, and a picture of one colour has a few bytes. HEIC
# is as well, but phones take photos of 48 megapixels in it: it only waits for its turn.
WHOLE = ("PNG", "WEBP")
WHOLE_SHARE = 2  # these may have one pixel of so many
LARGE = 4 * MEGA  # pixels: smaller pictures, as phones send them, wait for nobody

pi_heif.register_heif_opener()
# Pillow's own limit answers without the size. Ours is checked as soon as the header is read, before any pixel is.
Image.MAX_IMAGE_PIXELS = None

_one_at_a_time = Lock()  # a large picture takes up to half a gigabyte while it is read

_TAKEN_AT = re.compile(r"[0-9]{4}:[0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Photo:
    """An accepted photo. `taken_at` are the camera's words, "" when it had none.

    `data` is a JPEG without metadata, None when it has yet to be made; `size` is in bytes of what there is.
    `sent_sha256` is the hash of the bytes as they came.
    """

    data: bytes | None
    sent_sha256: str
    size: int
    width: int
    height: int
    taken_at: str
    lat: float | None
    lon: float | None


def check_photo(data: bytes, *, limit: int, max_pixels: int) -> Photo:
    """Return what the file says of itself, once it has been read to its end; its picture is yet to be made.

    `limit` is in bytes. Problem photo_too_large, photo_too_many_pixels or photo_not_an_image (also for a file that
    breaks off in the middle).
    """
    with _opened(data, limit, max_pixels) as image:
        shrink = min(1.0, LONG_EDGE / max(image.size))
        width, height = (max(1, round(edge * shrink)) for edge in image.size)
        capture = _capture(image)
        seen = _upright(image, SMALLEST)
    if (width > height) != (seen.width > seen.height):
        width, height = height, width
    return Photo(None, hashlib.sha256(data).hexdigest(), len(data), width, height, *capture)


def accept_photo(data: bytes, *, limit: int, max_pixels: int) -> Photo:
    """Return the photo in `data`, upright, at most 1600 px long, re-encoded. Problems as of `check_photo`."""
    with _opened(data, limit, max_pixels) as image:
        capture = _capture(image)
        upright = _upright(image, LONG_EDGE)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    sent = hashlib.sha256(data).hexdigest()
    return Photo(out.getvalue(), sent, len(out.getvalue()), upright.width, upright.height, *capture)


@contextmanager
def _opened(data: bytes, limit: int, max_pixels: int) -> Iterator[Image.Image]:
    """Yield the picture with its header read; whatever a decoder raises becomes a Problem."""
    if len(data) > limit:
        raise Problem("photo_too_large", size=f"{len(data) / 2**20:.1f}", limit=limit // 2**20)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            pixels = image.width * image.height
            most = max_pixels // WHOLE_SHARE if image.format in WHOLE else max_pixels
            if pixels > most:
                raise Problem("photo_too_many_pixels", pixels=ceil(pixels / MEGA), limit=round(most / MEGA))
            with _one_at_a_time if pixels > LARGE else nullcontext():
                yield image
    except Problem:
        raise
    except Exception as error:  # a decoder fed with hostile bytes may raise anything at all
        raise Problem("photo_not_an_image") from error


def _upright(image: Image.Image, edge: int) -> Image.Image:
    """Return the picture turned as it was seen, in RGB on white, on a fresh canvas that carries no metadata along."""
    image.draft("RGB", (edge, edge))  # a JPEG is read at a fraction of its size: less memory
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((edge, edge))
    canvas = Image.new("RGB", turned.size, "white")
    if turned.has_transparency_data:
        turned = turned.convert("RGBA")
        canvas.paste(turned, mask=turned.getchannel("A"))
    else:
        canvas.paste(turned.convert("RGB"))
    return canvas


def _capture(image: Image.Image) -> tuple[str, float | None, float | None]:
    """Return when and where the camera says it was; what cannot be read counts as not said."""
    taken_at, lat, lon = "", None, None
    with suppress(Exception):
        exif = image.getexif()
        said = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        if isinstance(said, str) and _TAKEN_AT.fullmatch(said):
            taken_at = said
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] == "S", 90)
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef] == "W", 180)
    return (taken_at, lat, lon) if lat is not None and lon is not None else (taken_at, None, None)


def _degrees(parts: tuple[float, float, float], negative: bool, most: int) -> float | None:
    degrees, minutes, seconds = map(float, parts)
    value = degrees + minutes / 60 + seconds / 3600
    return (-value if negative else value) if isfinite(value) and 0 <= value <= most else None
