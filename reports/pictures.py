"""Photos and logos on paper: read to the end, turned upright, small, and with nothing in them but pixels.

A picture goes into the template as SVG text that holds it, so that printing writes no files.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree
from xml.parsers import expat

from PIL import Image, ImageOps

EDGE = 800  # pixels: 250 to the inch at the width of half a page
QUALITY = 80
MOST_PIXELS = 60_000_000
LOGO_BYTES, LOGO_EDGE = 512 * 1024, 1_000
LOGO_DEPTH = 50  # shapes inside shapes: writing them out again takes a call for each
_SHAPES = re.compile(
    "svg|g|defs|title|desc|path|rect|circle|ellipse|"
    "line|polyline|polygon|linearGradient|radialGradient|stop|clipPath|style"
)
_SVG = "http://www.w3.org/2000/svg"


def wrap(data: bytes, kind: str, width: int, height: int) -> str:
    """Return an SVG text that shows a picture; a JPEG stays byte for byte what it was."""
    code = base64.b64encode(data).decode()
    return (
        f'<svg xmlns="{_SVG}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/{kind};base64,{code}"/></svg>'
    )


def read_photo(data: bytes) -> str | None:
    """Return a photo as SVG text; None where it cannot be read to its end, or is larger than anybody needs."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (EDGE, EDGE))  # a JPEG is read at a fraction of its size: a tenth of the time
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((EDGE, EDGE))
            out = io.BytesIO()
            upright.convert("RGB").save(out, "JPEG", quality=QUALITY)
            return wrap(out.getvalue(), "jpeg", *upright.size)
    except Exception:  # a decoder fed with broken bytes may raise anything at all
        return None


def read_photos(keys: Sequence[str], pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Return the photos that can be printed, as SVG by key."""
    read = {key: read_photo(pictures[key]) for key in keys if key in pictures}
    return {key: svg for key, svg in read.items() if svg is not None}


def read_logo(data: bytes) -> str | None:
    """Return a logo, PNG or SVG, as SVG text; None where it cannot be printed.

    An SVG may hold shapes only: no text (its face is not ours), no pictures, no scripts, nothing from elsewhere.
    """
    if len(data) > LOGO_BYTES:
        return None
    if data.startswith(b"\x89PNG"):
        return _read_png(data)
    return _read_svg(data)


def _read_png(data: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            plain = image.convert("RGBA")
            plain.thumbnail((LOGO_EDGE, LOGO_EDGE))
            fresh = Image.new("RGBA", plain.size)
            fresh.paste(plain)
            out = io.BytesIO()
            fresh.save(out, "PNG")
            return wrap(out.getvalue(), "png", *fresh.size)
    except Exception:  # as above
        return None


def _read_svg(data: bytes) -> str | None:
    if b"<!" in data.replace(b"<!--", b""):  # a document type may bring entities, and those anything
        return None
    if not _is_flat(data):
        return None
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 (without a document type there is nothing to expand)
    except ElementTree.ParseError:
        return None
    if root.tag != f"{{{_SVG}}}svg" or not ("viewBox" in root.attrib or {"width", "height"} <= root.attrib.keys()):
        return None
    for node in root.iter():
        values = [node.text or "", *node.attrib.values()]
        outside = any("url(" in value.replace("url(#", "") or "@import" in value for value in values)
        links = any(name.endswith("href") for name in node.attrib)
        shape = _SHAPES.fullmatch(str(node.tag).removeprefix(f"{{{_SVG}}}"))
        if shape is None or outside or links:
            return None
    return ElementTree.tostring(root, encoding="unicode")


def _is_flat(data: bytes) -> bool:
    """Tell whether the bytes are XML whose elements do not lie too deep in each other."""
    depth = deepest = 0

    def begin(_tag: str, _attributes: object) -> None:
        nonlocal depth, deepest
        depth += 1
        deepest = max(depth, deepest)

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return False
    return deepest <= LOGO_DEPTH
