"""What phones call: PUT and POST with the token of one visit, JSON back. No cookie, no redirect, nothing cached."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial, wraps
from math import isfinite
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState

from auditapp import web
from auditapp.access import BY_TOKEN, allow
from auditapp.evidence import preparing
from auditapp.evidence import service as evidence
from auditapp.evidence.photos import check_photo
from auditapp.fieldwork import sending
from auditapp.fieldwork.sending import Outcome, Sender, Sent
from auditapp.group_commit import GroupCommit
from checklists.problems import Problem, at

Intake = GroupCommit[Sent, Outcome]

bp = Blueprint("sending", __name__, url_prefix="/api/v1")
INTAKE = "auditapp.intake"
DOCUMENT_LIMIT = 2**20
LOG_LIMIT = 2**16
ITEM_LENGTH = 40
LONGEST_SKEW = 10**9  # seconds, some thirty years


@bp.record
def _open_intake(state: BlueprintSetupState) -> None:
    """Give the application one place where the documents of all its threads meet; see `GroupCommit`."""
    database = state.app.extensions["auditapp.database"]
    state.app.extensions[INTAKE] = Intake(partial(sending.take_in, database), key=lambda sent: sent.sender.visit_id)


def by_token(view: Callable[..., Response]) -> Callable[..., Response]:
    """Declare a route for phones: the view receives the `Sender` of the token first. Problem token."""

    @allow(BY_TOKEN)
    @wraps(view)
    def guarded(**parts: Any) -> Response:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Problem("token")
        sender = sending.read_token(web.settings().secret_key, token)
        if parts.get("visit_id", sender.visit_id) != sender.visit_id:
            raise Problem("token")
        return view(sender, **parts)

    return guarded


@bp.put("/submissions/<uuid:submission_id>")
@by_token
def document(sender: Sender, submission_id: UUID) -> Response:
    sent = Sent(sender, submission_id, _body(DOCUMENT_LIMIT), _skew(), web.now())
    intake: Intake = current_app.extensions[INTAKE]
    outcome = intake.do(sent)
    missing = [{"item": item, "sha": sha} for item, sha in outcome.missing]
    if outcome.parked:
        return web.json({"error": outcome.parked, "parked": True, "missing": missing}, 409)
    answer: dict[str, Any] = {"rev": outcome.rev, "missing": missing, "flags": list(outcome.flags)}
    if outcome.receipt is not None:
        receipt = outcome.receipt
        answer["receipt"] = {"id": str(receipt.id), "sha": receipt.sha, "at": receipt.at.isoformat()}
    return web.json(answer)


@bp.put("/visits/<int:visit_id>/photos/<item>/<sha>")
@by_token
def photo(sender: Sender, visit_id: int, item: str, sha: str) -> Response:
    """Take in one photo; a job makes the picture that is kept.

    The bytes are read and stored before the database is asked to write, so that nobody waits for that.
    """
    if not 0 < len(item) <= ITEM_LENGTH or not item.isprintable():
        raise Problem("not_found")
    limits = web.settings()
    body = _body(limits.max_photo)
    if hashlib.sha256(body).hexdigest() != sha:
        raise Problem("photo_damaged", at(item=item))
    with web.database().transaction(write=False) as reading:
        known = evidence.find_photo(reading, visit_id, item, sha) is not None
        if not known:
            sending.check_photo_item(reading, visit_id, item, sha)
    if known:
        sending.put_photo(web.session(), web.storage(), sender, item, sha, None, web.now())
        return web.json({"sha": sha}, 200)
    checked = check_photo(body, limit=limits.max_photo, max_pixels=limits.max_photo_pixels)
    preparing.keep_sent(web.storage(), visit_id, item, sha, body)
    try:
        sending.put_photo(web.session(), web.storage(), sender, item, sha, checked, web.now())
    except Problem:
        preparing.drop_sent(web.storage(), visit_id, item, sha)
        raise
    preparing.ask(web.jobs(), web.session(), visit_id, item, sha)
    return web.json({"sha": sha}, 201)


@bp.post("/logs")
@by_token
def log(sender: Sender) -> Response:
    text = _body(LOG_LIMIT).decode(errors="replace")
    sending.add_log(web.session(), sender, text, request.headers.get("X-Device", ""), web.now())
    return web.json({}, 201)


def _body(limit: int) -> bytes:
    request.max_content_length = limit
    return request.get_data(cache=False)


def _skew() -> float | None:
    """Return by how many seconds the phone's clock is behind ours; None when it does not say."""
    try:
        skew = web.now().timestamp() - float(request.headers["X-Device-Now"]) / 1000
    except (KeyError, ValueError):
        return None
    return skew if isfinite(skew) and abs(skew) < LONGEST_SKEW else None
