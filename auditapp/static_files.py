"""Style, scripts and fonts under addresses that carry the hash of their bytes, so that they can be kept for ever.

The fonts come from the package `font-source-sans-pro` and are cut down to the letters the pages use.
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for
from font_source_sans_pro import font_directory
from fontTools import subset
from fontTools.ttLib import TTFont

from auditapp.access import EVERYBODY, allow

FOLDER = Path(__file__).parent / "static"
WEIGHTS = {"light": "Light", "regular": "Regular", "semibold": "Semibold"}
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2027),
    *range(0x2030, 0x203B),
    0x20AC,
    0x2212,
    *range(0x2190, 0x2194),
    0x25B2,
    0x25BC,
    0x25CF,
    0x2713,
    0x2715,
    0x2248,
    0x2264,
    0x2265,
]

bp = Blueprint("assets", __name__)


def register(app: Flask) -> None:
    """Serve /a/<hash>/<name>."""
    app.register_blueprint(bp)


NAMES = frozenset(path.name for path in FOLDER.iterdir()) | {f"font-{weight}.woff" for weight in WEIGHTS}


@cache
def read(name: str) -> bytes:
    """Return the bytes of a static file."""
    if name.endswith(".woff"):
        return _font(WEIGHTS[name.removeprefix("font-").removesuffix(".woff")])
    return (FOLDER / name).read_bytes()


def _font(weight: str) -> bytes:
    with TTFont(Path(font_directory) / f"SourceSansPro-{weight}.ttf") as font:
        options = subset.Options(flavor="woff", layout_features=["kern", "liga", "tnum", "mark", "ccmp", "locl"])
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LETTERS)
        cutter.subset(font)
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(read(name)).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a static file; KeyError for a name that does not exist."""
    if name not in NAMES:
        raise KeyError(name)
    return url_for("assets.serve", digest=_digest(name), name=name)


@bp.get("/a/<digest>/<name>")
@allow(EVERYBODY)
def serve(digest: str, name: str) -> Response:
    """Send a static file with the headers of something that never changes."""
    if name not in NAMES:  # before anything is read or remembered
        abort(404)
    content = read(name)
    kind = "font/woff" if name.endswith(".woff") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(content, mimetype=kind)
    # An address with another hash is an old page in a car park: serve it, but let nobody keep it.
    # Fonts and the icon are named by style sheet and manifest relative to their own addresses, and hardly ever change.
    kept = digest == _digest(name) or name.endswith((".woff", ".svg"))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    # A browser asks again for what a fresh service worker imports, however long it may be kept.
    response.set_etag(_digest(name))
    response.make_conditional(request)
    return response
