"""Routes of `review`: the quality desk's queue, the visit, and the decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from auditapp import mail, web
from auditapp.access import DESK, Actor, allow, get_visit
from auditapp.models import User, Visit
from auditapp.review import queries, service, sources
from auditapp.review.queries import Filters
from auditapp.visits import current_answers
from checklists.lifecycle import State
from checklists.model import Channel
from checklists.problems import Problem

bp = Blueprint("review", __name__, url_prefix="/p/<programme>")
NOTE = "note-"  # note-CODE asks about one item, note- about the whole visit


@bp.get("/review")
@allow(*DESK)
def queue(actor: Actor) -> Any:
    filters = _filters()
    return web.page(
        "review/queue.html",
        queue=queries.queue(web.session(), actor, filters),
        filters=filters,
        states=queries.STATES,
        channels=list(Channel),
    )


def _filters() -> Filters:
    status = request.args.get("status", "")
    channel = request.args.get("channel", "")
    return Filters(
        status=State(status) if status in queries.STATES else State.SUBMITTED,
        channel=channel if channel in list(Channel) else "",
        wave=request.args.get("wave", ""),
        text=request.args.get("q", "").strip()[:100],
        page=web.page_number(),
    )


@bp.get("/review/<int:visit_id>")
@allow(*DESK)
def visit(actor: Actor, visit_id: int) -> Any:
    return _visit(actor, get_visit(web.session(), actor, visit_id))


def _visit(actor: Actor, row: Visit, problem: Problem | None = None) -> Response:
    """Show the visit; after a refusal with what was typed still in its fields."""
    status = 200 if problem is None else 409 if problem.code in ("stale_form", "move_not_allowed") else 422
    came, answers = sources.sources_of(web.session(), web.storage(), row), current_answers(web.session(), row.id)
    file = queries.visit_file(web.session(), actor, row, web.locale())
    return web.page(
        "review/visit.html",
        status,
        file=file,
        visit=row,
        sources=came,
        measured=sources.beside(came, file.checklist, answers),
        odd=sources.odd_times(row, came, file.checklist, answers),
        problem=problem,
        typed=request.form,
    )


@bp.post("/review/<int:visit_id>/approve")
@allow(*DESK)
def approve(actor: Actor, visit_id: int) -> Any:
    def act(row: Visit) -> None:
        service.check_not_own(row, actor)
        if any(text.strip() for text in _notes().values()):
            raise Problem("question_not_sent")
        service.approve(web.session(), row, actor=actor, now=web.now())
        flash(_("%(visit)s is approved.", visit=row.code))

    return _decide(actor, visit_id, act)


@bp.post("/review/<int:visit_id>/return")
@allow(*DESK)
def return_visit(actor: Actor, visit_id: int) -> Any:
    def act(row: Visit) -> None:
        service.return_visit(web.session(), row, _notes(), actor=actor, now=web.now())
        _write_to_auditor(actor, row)
        flash(_("%(visit)s went back to the auditor with your questions.", visit=row.code))

    return _decide(actor, visit_id, act)


@bp.post("/review/<int:visit_id>/reject")
@allow(*DESK)
def reject(actor: Actor, visit_id: int) -> Any:
    def act(row: Visit) -> None:
        service.reject(web.session(), row, request.form.get("reason", ""), actor=actor, now=web.now())
        flash(_("%(visit)s is rejected and stays out of the results.", visit=row.code))

    return _decide(actor, visit_id, act)


@bp.post("/review/<int:visit_id>/reopen")
@allow(*DESK)
def reopen(actor: Actor, visit_id: int) -> Any:
    def act(row: Visit) -> None:
        service.reopen(web.session(), row, request.form.get("reason", ""), actor=actor, now=web.now())
        flash(_("%(visit)s stands in the queue again.", visit=row.code))

    return _decide(actor, visit_id, act, stay=True)


def _decide(actor: Actor, visit_id: int, act: Callable[[Visit], None], *, stay: bool = False) -> Response:
    """Do one act on a page that still shows the truth, then go on to the next visit that waits."""
    session, row = web.session(), get_visit(web.session(), actor, visit_id)
    try:
        service.check_seen(session, row, request.form.get("seen", ""))
        act(row)
    except Problem as problem:
        if problem.code in ("not_found", "not_yours", "own_visit"):
            raise
        return _visit(actor, row, problem)
    following = row.id if stay else queries.find_next(session, actor)
    if following is None:
        return web.see_other(".queue", programme=actor.programme)
    return web.see_other(".visit", programme=actor.programme, visit_id=following)


def _notes() -> dict[str, str]:
    """Return the questions typed on the page, by item, "" for the whole visit."""
    return {name.removeprefix(NOTE): text for name, text in request.form.items() if name.startswith(NOTE)}


def _write_to_auditor(actor: Actor, row: Visit) -> None:
    session, settings = web.session(), web.settings()
    auditor = session.get_one(User, row.auditor.user_id)
    with force_locale(auditor.locale):
        mail.post(
            session,
            web.jobs(),
            to=auditor.email,
            subject=_("Visit %(visit)s: please add something", visit=row.code),
            body=_(
                "The reviewer has questions about your visit %(visit)s (%(place)s).\n\nYour answers are kept. Open the "
                "visit, look at the marked questions and send it again:\n\n%(url)s\n",
                visit=row.code,
                place=row.location.name,
                url=settings.base_url + url_for("fieldwork.brief", programme=actor.programme, visit_id=row.id),
            ),
        )


@bp.route("/review/<int:visit_id>/correct/<item>", methods=["GET", "POST"])
@allow(*DESK)
def correct(actor: Actor, visit_id: int, item: str) -> Any:
    """Correct one answer, with a reason, as a new revision."""
    session, row = web.session(), get_visit(web.session(), actor, visit_id)
    service.check_not_own(row, actor)
    problem: Problem | None = None
    follow_ups = _follow_ups()
    if request.method == "POST":
        values = request.form.getlist("value")
        try:
            service.check_seen(session, row, request.form.get("seen", ""))
            changed = service.correct(
                session,
                row,
                item,
                ";".join(value for value in values if value != "*na"),
                na="*na" in values,
                reason=request.form.get("reason", ""),
                actor=actor,
                now=web.now(),
                follow_ups=follow_ups,
            )
        except Problem as refusal:
            if refusal.code in ("not_found", "not_yours", "own_visit"):
                raise
            problem = refusal
        else:
            flash(_("The answer is corrected and the visit scored again.") if changed else _("Nothing changed."))
            return web.see_other(".visit", programme=actor.programme, visit_id=row.id, _anchor=f"q-{item}")
    file = queries.visit_file(session, actor, row, web.locale())
    line = next((line for part in file.parts for line in part.lines if line.item.code == item), None)
    if line is None:
        raise Problem("not_found")
    opened = {other.code for other in problem.items} if isinstance(problem, service.FollowUpMissing) else set()
    further = [each.item for part in file.parts for each in part.lines if each.item.code in opened | follow_ups.keys()]
    status = 200 if problem is None else 409 if problem.code in ("stale_form", "move_not_allowed") else 422
    return web.page(
        "review/correct.html",
        status,
        file=file,
        visit=row,
        line=line,
        problem=problem,
        typed=request.form,
        further=further,
    )


def _follow_ups() -> dict[str, tuple[str, bool]]:
    """Return what was answered to the questions that a correction opens: value and N/A by code."""
    found = {}
    for name in request.form:
        if name.startswith("value-"):
            values = request.form.getlist(name)
            found[name.removeprefix("value-")] = (";".join(v for v in values if v != "*na"), "*na" in values)
    return found
