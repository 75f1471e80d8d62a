"""Style, scripts and fonts under addresses that carry the hash of their bytes, so that they can be kept for ever.

The fonts come from the package `font-source-sans-pro` and are cut down to the letters the pages use.
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, url_for
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


@cache
def _content(name: str) -> bytes | None:
    if name.startswith("font-"):
        weight = WEIGHTS.get(name.removeprefix("font-").removesuffix(".woff"))
        return _font(weight) if weight else None
    path = FOLDER / name
    return path.read_bytes() if path.is_file() and path.parent == FOLDER else None


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
    content = _content(name)
    if content is None:
        raise FileNotFoundError(name)
    return hashlib.sha256(content).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a static file; FileNotFoundError for a name that does not exist."""
    return url_for("assets.serve", digest=_digest(name), name=name)


@bp.get("/a/<digest>/<name>")
@allow(EVERYBODY)
def serve(digest: str, name: str) -> Response:
    """Send a static file with the headers of something that never changes."""
    content = _content(name)
    if content is None:
        abort(404)
    kind = "font/woff" if name.endswith(".woff") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(content, mimetype=kind)
    # An address with another hash is an old page in a car park: serve it, but let nobody keep it.
    # Fonts are named by the style sheet relative to its own address, and change with the package alone.
    kept = digest == _digest(name) or name.endswith(".woff")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    return response
