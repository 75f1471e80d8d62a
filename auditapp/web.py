"""What every page needs from its request: the session, the clock, the actor, the language, the ways out."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

from flask import Response, current_app, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from auditapp.actor import Actor
    from auditapp.config import Settings
    from auditapp.db import Database
    from auditapp.jobs import Jobs
    from auditapp.storage import Storage

LANGUAGES = {"pl": "Polski", "en": "English"}


def session() -> Session:
    """Return the request's session. Outside the view (an error page) it is a fresh one for reading."""
    if "session" not in g:
        g.session = database().reading()
        g.session_to_close = g.session
    return cast(Session, g.session)


def database() -> Database:
    return cast("Database", current_app.extensions["auditapp.database"])


def settings() -> Settings:
    return cast("Settings", current_app.extensions["auditapp.settings"])


def storage() -> Storage:
    return cast("Storage", current_app.extensions["auditapp.storage"])


def jobs() -> Jobs:
    return cast("Jobs", current_app.extensions["auditapp.jobs"])


def now() -> datetime:
    """Return the present instant (aware, UTC). The one place where a request reads the clock."""
    return cast(datetime, current_app.extensions["auditapp.clock"]())


def remember_actor(actor: Actor) -> None:
    g.actor = actor


def actor() -> Actor | None:
    return cast("Actor | None", g.get("actor"))


def locale() -> str:
    """Return "pl" or "en", the language of this response."""
    return str(get_locale() or "pl")


def choose_locale() -> str:
    """Read the language: what was last chosen here, else the user's own, else Polish first."""
    chosen = cookie.get("locale")
    if chosen in LANGUAGES:
        return str(chosen)
    if current_user and current_user.is_authenticated:
        return str(current_user.row.locale)
    return api_locale()


def api_locale() -> str:
    """Return the language of an answer to a phone: what its browser asks for. No cookie is looked at."""
    return request.accept_languages.best_match(["pl", "en"], "pl") or "pl"


def page_number() -> int:
    """Return which page of a list is asked for, counted from 1."""
    return min(max(1, request.args.get("page", 1, type=int)), 100_000)


def local_path(target: str | None) -> str | None:
    """Return `target` when it is a path on this site, else None: no open redirects."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return target if not parts.netloc and not parts.scheme and not any(c in target for c in "\r\n\t") else None


def login_redirect() -> Response:
    """Send to the log-in page and remember where the person was going."""
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return cast(Response, redirect(url_for("account.login", next=target), 303))


def see_other(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST."""
    return cast(Response, redirect(url_for(endpoint, **values), 303))


def to_path(path: str) -> Response:
    """Redirect to a path of this site."""
    return cast(Response, redirect(path, 303))


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Render a template as a response that is never cached."""
    response = current_app.make_response((render_template(template, **values), status))
    response.headers["Cache-Control"] = "no-store"
    return response


def json(values: dict[str, Any], status: int = 200) -> Response:
    """Return plain values as JSON that is never cached."""
    response = cast(Response, current_app.json.response(values))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def picture(svg: bytes) -> Response:
    """Return a drawn picture. Its own policy allows the styles inside it and nothing else."""
    response = current_app.make_response(svg)
    response.mimetype = "image/svg+xml"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def attach(response: Response, name: str) -> None:
    """Have a response saved under `name`; a header holds plain letters only, so the others stand beside (RFC 8187)."""
    split = unicodedata.normalize("NFKD", name.translate(str.maketrans("łŁ", "lL")))
    plain = split.encode("ascii", "ignore").decode()
    whole = {} if plain == name else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    response.headers.set("Content-Disposition", "attachment", filename=plain, **whole)


def as_it_came(data: bytes, name: str) -> Response:
    """Return what somebody sent as a plain file that no browser opens as a page: anybody may have written it."""
    response = current_app.make_response(data)
    response.mimetype = "text/plain"
    attach(response, name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
