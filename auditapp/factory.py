"""Build the application: settings in, rooms registered by one table, nothing happening at import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from auditapp import access, errors, formats, i18n, navigation, rooms, static_files, web
from auditapp.account import service as account
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.jobs import Jobs
from auditapp.storage import Storage
from checklists import lifecycle

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
TEXTS = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
]
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


PARTS = ("text/css", "text/javascript", "font/woff", "font/woff2", "application/manifest+json")
FOR_PARTS = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")


class ShortInteger(IntegerConverter):
    """Ids as the databases can hold them; anything longer is an address that does not exist."""

    regex = r"\d{1,9}"


class Sessions(SecureCookieSessionInterface):
    """Cookies, except beside files: those are kept for ever, by caches that people share too, and vary with nobody.

    Nor beside the phone's form and its worker unless something changed: with the cookie of before, the page that the
    browser has just loaded is the one that the service worker keeps, and it comes only once.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "assets.serve":
            super().save_session(app, session, response)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if request.endpoint in ("offline.form", "offline.worker"):
            return session.modified
        return super().should_set_cookie(app, session)


class App(Flask):
    """Flask with one transaction around each view: returning commits, raising rolls back.

    It wraps `dispatch_request` because an error raised in `after_request` would bypass the error handlers.
    """

    database: Database
    session_interface = Sessions()

    def dispatch_request(self, *args: Any) -> Any:
        if request.endpoint == "assets.serve":
            return super().dispatch_request(*args)
        with self.database.transaction(write=request.method not in SAFE_METHODS) as session:
            g.session = session
            try:
                return self.make_response(super().dispatch_request(*args))
            finally:
                g.pop("session", None)


def create_app(settings: Settings, clock: Callable[[], datetime] | None = None) -> App:
    """Return the application for one instance. `clock` gives the present instant, aware."""
    i18n.compile_catalogue()
    app = App("auditapp", static_folder=None)
    app.database = Database(settings.database_url)
    app.extensions["auditapp.settings"] = settings
    app.extensions["auditapp.database"] = app.database
    app.extensions["auditapp.storage"] = Storage.open(settings)
    app.extensions["auditapp.clock"] = clock = clock or (lambda: datetime.now(UTC))
    app.extensions["auditapp.jobs"] = Jobs(settings, app.database, app.extensions["auditapp.storage"], clock)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=settings.max_request,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-auditapp" if settings.secure_cookies else "auditapp",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=account.ABSOLUTE,
        WTF_CSRF_TIME_LIMIT=None,  # a visit takes longer than the default hour
        BABEL_DEFAULT_LOCALE="pl",
        BABEL_DEFAULT_TIMEZONE="Europe/Warsaw",
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        # Cookies are Lax, so no foreign page can make a browser fetch ours again and again and compare their sizes.
        COMPRESS_MIMETYPES=TEXTS,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_STREAMS=False,  # exports are streamed at the speed of the database
    )
    if settings.proxies:  # only whose address it is: the scheme and the name of the host are the settings' word
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(formats.FILTERS)
    CSRFProtect(app)
    Compress(app)
    Babel(app, locale_selector=web.choose_locale)
    app.url_map.converters["int"] = ShortInteger
    # An address with a slash too many does not exist: Werkzeug leads to the right one on whatever host was asked for.
    app.url_map.merge_slashes = app.url_map.strict_slashes = False
    login = LoginManager(app)
    login.session_protection = None  # our sessions are rows; see account.service
    login.user_loader(lambda token: account.find_signed_in(web.session(), token, web.now()))
    rooms.register(app)
    errors.register(app)
    static_files.register(app)
    app.context_processor(_page_values)
    app.after_request(_headers)
    app.after_request(_keep_session_alive)
    app.after_request(_note_arrival)
    app.teardown_request(_close_session)
    return app


def _page_values() -> dict[str, Any]:
    """Return what every template may use."""
    return {
        "actor": web.actor(),
        "locale": web.locale(),
        "languages": web.LANGUAGES,
        "Role": lifecycle.Role,
        "State": lifecycle.State,
        "menu": navigation.menu(),
        "asset": static_files.asset,
        "DESK": access.DESK,
    }


def _headers(response: Response) -> Response:
    # What is never a page of its own needs no rules for pages: on a slow network each header of each file counts.
    part = request.endpoint == "assets.serve" and response.mimetype in PARTS
    for name in FOR_PARTS if part else HEADERS:
        response.headers.setdefault(name, HEADERS[name])
    if web.settings().secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _keep_session_alive(response: Response) -> Response:
    """Note now and then that a session is in use, in a transaction of its own: a GET writes nothing else."""
    user = g.get("_login_user")  # what Flask-Login loaded, if anything asked for it
    if isinstance(user, account.SignedIn) and account.is_due(user, web.now()):
        with web.database().transaction() as session:
            account.touch(session, user.token, web.now())
    return response


def _note_arrival(response: Response) -> Response:
    """Note that somebody has come into a programme for the first time, apart from the GET that writes nothing."""
    actor = web.actor()
    if actor is not None and actor.newcomer:
        with web.database().transaction() as session:
            access.note_arrival(session, actor)
    return response


def _close_session(_error: BaseException | None) -> None:
    left = g.pop("session_to_close", None)
    if left is not None:
        left.close()
