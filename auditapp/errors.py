"""One place where a refusal becomes an HTTP answer: never a stack trace, always what to do next."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from auditapp import web
from checklists.problems import Problem, Problems

STATUS = {
    "not_found": 404,
    "forbidden": 403,
    "not_yours": 403,
    "own_visit": 403,
    "sign_in_required": 401,
    "token": 401,
    "stale_form": 409,
    "already_submitted": 409,
    "move_not_allowed": 409,
    "immutable_version": 409,
    "too_many_attempts": 429,
    "upload_too_large": 413,
    "photo_too_large": 413,
    "no_space": 507,
    "unexpected": 500,
}
FROM_HTTP = {400: "stale_form", 401: "sign_in_required", 403: "forbidden", 404: "not_found", 405: "not_found"}

log = logging.getLogger("auditapp")


def register(app: Flask) -> None:
    """Attach the handlers to the application."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(Problems, _problems)
    app.register_error_handler(CSRFError, lambda _error: _answer((Problem("stale_form"),), 400))
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _unexpected)
    app.register_error_handler(FileNotFoundError, _lost)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _problem(problem: Problem) -> Response:
    return _answer((problem,), STATUS.get(problem.code, 422))


def _problems(problems: Problems) -> Response:
    return _answer(problems.problems, 422)


def _integrity(error: IntegrityError) -> Response:
    # Two people did the same thing at once and the database, the last guard, let one of them through.
    log.warning("refused by the database: %s", error.orig)
    return _answer((Problem("stale_form"),), 409)


def _lost(error: FileNotFoundError) -> Response:
    # A row names bytes that storage does not have: a restore without its files, say. Somebody has to look.
    log.error("storage has lost a file: %s", error)
    return _answer((Problem("not_found"),), 404)


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status == 405 and not _is_api() and request.method in {"GET", "HEAD"}:
        # The address of an act, reached by reload, Back or a language switch after a refusal: lead to its page.
        return web.to_path(request.path.rpartition("/")[0] or "/")
    if status < 400:
        return error
    if status == 413:
        limit = request.max_content_length or web.settings().max_request
        return _answer((Problem("upload_too_large", limit=limit // 2**20),), 413)
    return _answer((Problem(FROM_HTTP.get(status, "unexpected")),), status)


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected error", exc_info=error)
    return _answer((Problem("unexpected"),), 500)


def _answer(problems: tuple[Problem, ...], status: int) -> Response:
    if _is_api():
        return web.json({"error": problems[0].code, "sentence": problems[0].sentence(web.api_locale())}, status)
    return web.page("error.html", status, problems=problems, status_code=status)


def _is_api() -> bool:
    return request.path.startswith("/api/")
