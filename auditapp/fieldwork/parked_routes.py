"""What phones sent and could not be applied: the list, a document beside its visit, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from auditapp import errors, parked, web
from auditapp.access import Actor, allow
from auditapp.fieldwork import documents, parking
from auditapp.models import Parked
from checklists.lifecycle import Role
from checklists.problems import Problem

bp = Blueprint("parked", __name__, url_prefix="/p/<programme>")
MANAGE = (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)


@bp.get("/parked")
@allow(*MANAGE)
def index(actor: Actor) -> Any:
    session, page = web.session(), web.page_number()
    number = parked.count_waiting(session, actor)
    rows = [(row, documents.find(row.body)) for row in parked.waiting(session, actor, page)]
    return web.page(
        "fieldwork/parked.html",
        number=number,
        rows=[(row, document, len(documents.wanted(document)) if document else 0) for row, document in rows],
        page=page,
        more=number > page * parked.PER_PAGE,
        unfinished=parking.unfinished(session, actor),
        resolved=parked.resolved(session, actor),
        logs=parking.phone_logs(session, actor),
    )


@bp.get("/parked/logs/<int:log_id>")
@allow(*MANAGE)
def log(actor: Actor, log_id: int) -> Any:
    """Show what a phone noted about its own saving and sending."""
    return web.page("fieldwork/phone_log.html", log=parking.get_log(web.session(), actor, log_id))


@bp.get("/parked/<int:parked_id>")
@allow(*MANAGE)
def show(actor: Actor, parked_id: int) -> Any:
    return _show(parked.read_parked(web.session(), actor, parked_id))


def _show(row: Parked, problem: Problem | None = None) -> Response:
    """Show a document; after a refusal with the reason that was typed still in its field."""
    session = web.session()
    return web.page(
        "fieldwork/parked_document.html",
        200 if problem is None else errors.STATUS.get(problem.code, 422),
        row=row,
        opened=parking.open_parked(session, row, web.locale()),
        decision=parked.find_decision(session, row),
        problem=problem,
        typed=request.form,
    )


@bp.post("/parked/visits/<int:visit_id>")
@allow(*MANAGE)
def set_aside(actor: Actor, visit_id: int) -> Any:
    """Lead to the decision about a final whose photos do not come."""
    row = parking.set_waiting_aside(web.session(), actor, visit_id, web.now())
    return web.see_other(".show", programme=actor.programme, parked_id=row.id)


@bp.get("/parked/<int:parked_id>/bytes")
@allow(*MANAGE)
def download(actor: Actor, parked_id: int) -> Any:
    """Return exactly what the phone sent."""
    row = parked.read_parked(web.session(), actor, parked_id)
    return web.as_it_came(row.body, f"{row.visit.code}-{row.id}.txt")


@bp.post("/parked/<int:parked_id>/apply")
@allow(*MANAGE)
def apply(actor: Actor, parked_id: int) -> Any:
    def act() -> str:
        parking.apply_parked(web.session(), actor, parked_id, new_id=uuid4(), now=web.now())
        return str(_("The document has become the visit's answers. The visit waits in the review."))

    return _decide(actor, parked_id, act)


@bp.post("/parked/<int:parked_id>/dismiss")
@allow(*MANAGE)
def dismiss(actor: Actor, parked_id: int) -> Any:
    def act() -> str:
        parked.dismiss(web.session(), actor, parked_id, request.form.get("reason", ""), now=web.now())
        return str(_("The document is set aside. It stays kept, with your reason."))

    return _decide(actor, parked_id, act)


def _decide(actor: Actor, parked_id: int, act: Callable[[], str]) -> Response:
    """Do one act whole or not at all, then go back to the list; a refusal stands on the document's page."""
    row = parked.read_parked(web.session(), actor, parked_id)
    try:
        with web.session().begin_nested():
            said = act()
    except Problem as problem:
        return _show(row, problem)
    flash(f"{row.visit.code}: {said}")
    return web.see_other(".index", programme=actor.programme)
