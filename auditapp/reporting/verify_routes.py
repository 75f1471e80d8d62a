"""The page where anybody can check a report: by the file, which proves it, or by its number, which does not."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import FileStorage

from auditapp import attempts, web
from auditapp.access import EVERYBODY, allow
from auditapp.reporting import verification
from checklists.problems import Problem

bp = Blueprint("verification", __name__)
LONGEST = 60  # characters of a number


@bp.get("/verify")
@allow(EVERYBODY)
def verify() -> Any:
    """Ask for a file or a number; an address may bring a number along."""
    number = request.args.get("number", "")[:LONGEST]
    return web.page("reporting/verify.html", by="", found=None, problem=None, number=number)


@bp.post("/verify")
@allow(EVERYBODY)
def check() -> Any:
    """Say what is known. Of a file nothing is read but its hash, and nothing is kept."""
    file, number = request.files.get("file"), request.form.get("number", "").strip()
    found, by = None, "number" if file is None else "file"
    problem: Problem | None = None
    try:
        found = _of_file(file) if file is not None else _of_number(number)
    except Problem as refused:
        problem = refused
    status = 200 if problem is None else 429 if problem.code == "too_many_attempts" else 422
    return web.page("reporting/verify.html", status, by=by, found=found, problem=problem, number=number[:LONGEST])


def _of_file(file: FileStorage) -> verification.Standing | None:
    if not file.filename:
        raise Problem("empty_value")
    sha256 = hashlib.sha256()
    while part := file.stream.read(2**20):
        sha256.update(part)
    return verification.find_by_bytes(web.session(), sha256.hexdigest())


def _of_number(number: str) -> verification.Standing | None:
    """Return what is known of a number. Whoever asks for several that do not exist has to wait."""
    if not number:
        raise Problem("empty_value")
    if len(number) > LONGEST:
        raise Problem("text_too_long", length=len(number), limit=LONGEST)
    session, limit = web.session(), attempts.of_report_numbers(request.remote_addr)
    attempts.check_attempts(session, limit, now=web.now())
    found = verification.find_by_number(session, number)
    if found is None:
        attempts.record_failure(session, limit, now=web.now())
    return found
