"""Routes of `fieldwork`: the auditor's phone. Every page works without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import ngettext, refresh
from flask_login import current_user

from auditapp import web
from auditapp.access import Actor, allow, get_own_visit
from auditapp.evidence import service as evidence
from auditapp.evidence.photos import accept_photo
from auditapp.fieldwork import forms, queries, service, words
from auditapp.fieldwork.documents import Taken
from auditapp.models import User, Visit
from checklists.lifecycle import Role, State
from checklists.problems import Problem

bp = Blueprint("fieldwork", __name__, url_prefix="/p/<programme>")
UNDER_WAY = (State.IN_PROGRESS, State.RETURNED)


@bp.get("/visits")
@allow(Role.AUDITOR)
def visits(actor: Actor) -> Any:
    page = web.page_number()
    response = web.page(
        "fieldwork/visits.html",
        errands=queries.errands(web.session(), actor, page),
        page=page,
        words=words.of_list(),
        plurals=words.plurals_of_list(),
    )
    response.headers["X-Page"] = "list"  # what the service worker may keep
    return response


@bp.get("/visits/<int:visit_id>")
@allow(Role.AUDITOR)
def brief(actor: Actor, visit_id: int) -> Any:
    """Show the brief before the start, the list of sections once started, the receipt once sent."""
    visit = get_own_visit(web.session(), actor, visit_id)
    local = web.now().astimezone(ZoneInfo(visit.location.timezone))
    form = forms.StartForm(data={"started_on": local.date(), "started_at": local.time()})
    return _brief(visit, form, 200)


def _brief(visit: Visit, form: forms.StartForm, status: int) -> Response:
    shown = queries.brief(web.session(), visit)
    return web.page("fieldwork/brief.html", status, brief=shown, visit=visit, form=form)


@bp.post("/visits/<int:visit_id>/start")
@allow(Role.AUDITOR)
def start(actor: Actor, visit_id: int) -> Any:
    visit = get_own_visit(web.session(), actor, visit_id)
    form = forms.StartForm()
    if form.validate_on_submit():
        try:
            service.start(
                web.session(),
                visit,
                started_at=form.began(visit.location.timezone),
                new_id=uuid4(),
                actor_id=actor.user_id,
                now=web.now(),
            )
        except Problem as problem:
            if problem.place is None:
                raise
            _refuse(form, problem)
        else:
            first = queries.brief(web.session(), visit).next_section
            return web.see_other(".section", programme=actor.programme, visit_id=visit.id, code=first)
    return _brief(visit, form, 422)


def _refuse(form: Any, problem: Problem) -> None:
    name = problem.place.find("field") if problem.place else None
    if name is None:
        form.form_errors.append(problem.text(web.locale()))
    else:
        form[name].errors = [*form[name].errors, problem.sentence(web.locale())]


@bp.get("/visits/<int:visit_id>/sections/<code>")
@allow(Role.AUDITOR)
def section(actor: Actor, visit_id: int, code: str) -> Any:
    visit = get_own_visit(web.session(), actor, visit_id)
    if visit.status not in UNDER_WAY:
        return _to(actor, visit, ".brief")
    page = queries.section_page(web.session(), visit, code, locale=web.locale())
    return _section(page, 200)


@bp.post("/visits/<int:visit_id>/sections/<code>")
@allow(Role.AUDITOR)
def save_section(actor: Actor, visit_id: int, code: str) -> Any:
    """Save what was typed and go where the pressed button leads; what cannot be saved comes back as it was typed."""
    session, visit = web.session(), get_own_visit(web.session(), actor, visit_id)
    if visit.status not in UNDER_WAY:
        return _to(actor, visit, ".brief")  # sent from another tab meanwhile
    before = queries.section_page(session, visit, code, locale=web.locale())
    typed = forms.read_typed(request.form)
    added, file_errors = _photos(visit, set(typed))
    item, _colon, sha = request.form.get("remove", "").partition(":")
    saved = service.save_section(
        session,
        visit,
        code,
        typed,
        rev=request.form.get("rev", -1, type=int),
        added=added,
        removed=(item, sha) if sha else None,
        new_id=uuid4(),
        now=web.now(),
    )
    _switch_language(request.form.get("language", ""))
    if saved.errors or saved.stale or file_errors:
        page = queries.section_page(session, visit, code, locale=web.locale(), typed=typed, errors=saved.errors)
        status = 409 if saved.stale else 422
        return _section(page, status, stale=saved.stale, file_errors=file_errors)
    if request.form.get("go", "").startswith("photo:") and not added:
        flash(_("Choose a photo first, then add it."))
    return _onward(actor, visit, before, saved.appeared)


def _section(
    page: queries.SectionPage, status: int, *, stale: bool = False, file_errors: Sequence[tuple[str, Problem]] = ()
) -> Response:
    to_check = request.values.get("check") == "1"  # came from the check, and wants to go back there
    return web.page(
        "fieldwork/section.html",
        status,
        page=page,
        visit=page.visit,
        stale=stale,
        file_errors=file_errors,
        to_check=to_check,
    )


def _photos(visit: Visit, shown: set[str]) -> tuple[list[Taken], list[tuple[str, Problem]]]:
    """Keep the photos that came with the form; returns them and, by item, what was wrong with the others."""
    added: list[Taken] = []
    wrong: list[tuple[str, Problem]] = []
    limits = web.settings()
    for field, files in request.files.lists():
        item = field.removeprefix("p-")
        for file in files:
            if not file.filename or item not in shown:
                continue
            try:
                photo = accept_photo(file.read(), limit=limits.max_photo, max_pixels=limits.max_photo_pixels)
                row = evidence.keep_photo(web.session(), web.storage(), visit, item, photo, web.now())
            except Problem as problem:
                wrong.append((item, problem))
                continue
            added.append(Taken(item, row.sent_sha256, row.taken_at))
    return added, wrong


def _switch_language(chosen: str) -> None:
    if chosen in web.LANGUAGES:
        cookie["locale"] = chosen
        web.session().get_one(User, current_user.row.id).locale = chosen
        refresh()  # the rest of this answer reads in the new language


def _onward(actor: Actor, visit: Visit, page: queries.SectionPage, appeared: int) -> Response:
    """Lead to the next page after a section was saved."""
    here: dict[str, Any] = {"programme": actor.programme, "visit_id": visit.id, "code": page.section.code}
    pressed, anchor = request.form.get("go", ""), request.form.get("remove", "").partition(":")[0]
    if pressed.startswith("photo:"):
        anchor = pressed.removeprefix("photo:")
    if anchor in {question.item.code for question in page.questions}:
        return web.see_other(".section", **here, _anchor=f"q-{anchor}")
    if request.form.get("language"):
        return web.see_other(".section", **here)
    if appeared:
        flash(
            ngettext(
                "One more question appeared because of your answers.",
                "%(num)d more questions appeared because of your answers.",
                appeared,
            )
        )
        return web.see_other(".section", **here)
    neighbour = None if pressed == "check" else page.previous if pressed == "back" else page.following
    if neighbour is not None:
        return web.see_other(".section", **{**here, "code": neighbour.code})
    return _to(actor, visit, ".brief" if pressed == "back" else ".check")


@bp.get("/visits/<int:visit_id>/check")
@allow(Role.AUDITOR)
def check(actor: Actor, visit_id: int) -> Any:
    visit = get_own_visit(web.session(), actor, visit_id)
    if visit.status not in UNDER_WAY:
        return _to(actor, visit, ".brief")
    page = queries.check_page(web.session(), visit, web.locale())
    zone = ZoneInfo(visit.location.timezone)
    began = page.document.started_at.astimezone(zone)
    ended = page.document.ended_at.astimezone(zone) if page.document.ended_at else None
    form = forms.SubmitForm(
        data={
            "started_on": began.date(),
            "started_at": began.time(),
            "ended_on": (ended or began).date(),
            "ended_at": ended.time() if ended else None,
            "recognised": page.document.recognised,
            "conflict": page.document.conflict,
            "reply": page.document.reply,
        }
    )
    return _check(page, form, 200)


def _check(page: queries.CheckPage, form: forms.SubmitForm, status: int, *, stale: bool = False) -> Response:
    return web.page(
        "fieldwork/check.html", status, page=page, visit=page.visit, form=form, stale=stale, refused=status != 200
    )


@bp.post("/visits/<int:visit_id>/submit")
@allow(Role.AUDITOR)
def submit(actor: Actor, visit_id: int) -> Any:
    """Send the visit once; sending the same form again shows the same confirmation."""
    session, visit = web.session(), get_own_visit(web.session(), actor, visit_id)
    if service.find_receipt(session, visit.id, request.form.get("round", 0, type=int)) is not None:
        return _to(actor, visit, ".sent")
    if visit.status not in UNDER_WAY:
        return _to(actor, visit, ".brief")
    form = forms.SubmitForm()
    page = queries.check_page(session, visit, web.locale())
    if request.form.get("rev", -1, type=int) != page.document.rev:
        return _check(page, form, 409, stale=True)
    if not form.validate_on_submit() or page.missing:
        return _check(page, form, 422)
    zone = visit.location.timezone
    try:
        service.submit(
            session,
            visit,
            started_at=form.began(zone),
            ended_at=form.ended(zone),
            recognised=form.recognised.data,
            conflict=form.conflict.data or "",
            reply=form.reply.data or "",
            new_id=uuid4(),
            actor_id=actor.user_id,
            now=web.now(),
        )
    except Problem as problem:
        if problem.code == "move_not_allowed":
            return _to(actor, visit, ".sent")  # the same form, sent twice at once: the other one was first
        if problem.place is None:
            raise
        _refuse(form, problem)
        return _check(page, form, 422)
    return _to(actor, visit, ".sent")


@bp.get("/visits/<int:visit_id>/sent")
@allow(Role.AUDITOR)
def sent(actor: Actor, visit_id: int) -> Any:
    visit = get_own_visit(web.session(), actor, visit_id)
    receipt = queries.sent_visit(web.session(), visit)
    if receipt is None:
        return _to(actor, visit, ".brief")
    return web.page("fieldwork/sent.html", visit=visit, receipt=receipt)


def _to(actor: Actor, visit: Visit, endpoint: str) -> Response:
    return web.see_other(endpoint, programme=actor.programme, visit_id=visit.id)
