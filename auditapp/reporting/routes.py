"""Routes of `reporting`: access, form, service or query, template."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from auditapp import results, web
from auditapp.access import DESK, MANAGERS, Actor, allow, get_location, locations_for
from auditapp.formats import quarter as quarter_label
from auditapp.models import Location, Programme
from auditapp.reporting import forms, queries, service
from checklists.lifecycle import Role
from checklists.problems import Problem
from reports.pdf import ReportProblem
from reports.periods import Quarter

bp = Blueprint("reporting", __name__, url_prefix="/p/<programme>")
ISSUERS = (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)

log = logging.getLogger("auditapp.reporting")


@bp.get("/reports")
@allow(*DESK, *MANAGERS)
def index(actor: Actor) -> Any:
    return _page(actor, _form(actor, empty=True))


@bp.post("/reports")
@allow(*ISSUERS)
def issue(actor: Actor) -> Any:
    """Issue one report and show it in the list; what the same figures gave before stays as it is."""
    form = _form(actor)
    if form is None or not form.validate():
        return _page(actor, form, 422)
    session = web.session()
    location = get_location(session, actor, form.location.data) if form.kind.data == "location" else None
    try:
        issued = service.issue_report(
            session,
            web.storage(),
            session.get_one(Programme, actor.programme_id),
            Quarter.parse(form.quarter.data),
            location,
            form.locale.data,
            actor_id=actor.user_id,
            now=web.now(),
        )
    except Problem as problem:
        form.form_errors.append(problem.text(web.locale()))
        return _page(actor, form, 422)
    except ReportProblem:
        log.exception("a report could not be printed")
        form.form_errors.append(_("The report could not be printed. Nothing was issued; the reason is in the log."))
        return _page(actor, form, 422)
    if issued.new:
        flash(_("The report %(number)s is issued.", number=issued.report.number))
    else:
        flash(_("Nothing has changed since: the report %(number)s stands.", number=issued.report.number))
    return web.see_other(".index", programme=actor.programme, quarter=form.quarter.data)


@bp.get("/reports/<number>.pdf")
@allow(*DESK, *MANAGERS)
def download(actor: Actor, number: str) -> Any:
    """Send the bytes as they were issued; nothing on the way keeps them."""
    report = queries.get_issued(web.session(), actor, number)
    response = Response(web.storage().get(service.KIND, report.sha256), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{report.number}.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _form(actor: Actor, *, empty: bool = False) -> forms.IssueForm | None:
    """Return the form for those who may issue; None for the others and while there are no results."""
    if not actor.has(*ISSUERS):
        return None
    session = web.session()
    quarters = results.quarters_with_results(session, actor.programme_id)
    if not quarters:
        return None
    first = results.default_quarter(quarters, web.now().date())
    form = (
        forms.IssueForm(formdata=None, data={"quarter": str(first), "locale": web.locale()})
        if empty
        else forms.IssueForm()
    )
    rows = session.execute(locations_for(actor).with_only_columns(Location.code, Location.name).order_by(Location.code))
    form.location.choices = [
        SelectChoice("", _("– choose –")),
        *(SelectChoice(code, f"{code} {name}") for code, name in rows),
    ]
    form.quarter.choices = [SelectChoice(str(each), quarter_label(str(each))) for each in reversed(quarters)]
    return form


def _page(actor: Actor, form: forms.IssueForm | None, status: int = 200) -> Response:
    listed = queries.issued_page(
        web.session(),
        actor,
        quarter=request.args.get("quarter", ""),
        page=web.page_number(),
    )
    return web.page("reporting/index.html", status, listed=listed, form=form, here={"programme": actor.programme})
