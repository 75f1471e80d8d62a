"""Routes of `reporting`: access, form, service or query, template."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from flask import Blueprint, Response, flash, request, send_file
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow, get_region, locations_for, regions_for
from auditapp.models import Location, Programme, Region
from auditapp.reporting import delivery, forms, printing, publishing, queries, record
from auditapp.reporting.desk import get_quarter, note_opened
from auditapp.reporting.publishing import Wanted
from checklists.lifecycle import Role
from checklists.problems import Problem
from reports.pdf import ReportProblem

bp = Blueprint("reporting", __name__, url_prefix="/p/<programme>")
PUBLISHERS = (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)
IN_MEMORY = 16 * 1024 * 1024  # bytes of a packed file; a larger one lies on the disk while it is sent

PIECE = 256 * 1024

log = logging.getLogger("auditapp.reporting")


@bp.get("/reports")
@allow(*DESK, *MANAGERS)
def index(actor: Actor) -> Any:
    return _page(actor)


@bp.post("/reports")
@allow(*PUBLISHERS)
def publish(actor: Actor) -> Any:
    """Make a quarter public and order its reports."""
    form = forms.PublishForm()
    form.what.choices = _choices(actor)
    if not form.validate():
        return _page(actor, form, 422)
    session = web.session()
    try:
        publishing.publish(
            session,
            web.jobs(),
            session.get_one(Programme, actor.programme_id),
            get_quarter(form.quarter.data),
            _wanted(form.what.data, form.locales()),
            note=form.note.data or "",
            actor_id=actor.user_id,
            now=web.now(),
        )
    except Problem as problem:
        form.form_errors.append(problem.text(web.locale()))
        return _page(actor, form, 422)
    flash(_("The reports are being prepared. You need not wait here."))
    return web.see_other(".index", programme=actor.programme, quarter=form.quarter.data)


@bp.post("/reports/<quarter>/again")
@allow(*PUBLISHERS)
def again(actor: Actor, quarter: str) -> Any:
    """Try to print once more what could not be printed."""
    session = web.session()
    publication = publishing.find_last(session, actor.programme_id, get_quarter(quarter))
    if publication is None:
        raise Problem("not_found")
    publishing.print_again(session, web.jobs(), publication)
    flash(_("The reports that could not be printed are tried again."))
    return web.see_other(".index", programme=actor.programme, quarter=quarter)


@bp.get("/reports/preview.pdf")
@allow(*DESK)
def preview(actor: Actor) -> Any:
    """Show a report as it would be issued from the figures of this moment; nothing is kept."""
    form = forms.PreviewForm(request.args)
    form.what.choices = [choice for choice in _choices(actor) if choice.value != "all"]
    if not form.validate():
        raise Problem("not_found")
    session = web.session()
    programme = session.get_one(Programme, actor.programme_id)
    wanted = _wanted(form.what.data, (form.locale.data,))
    if wanted.region:
        wanted = replace(wanted, kinds=("region",))  # its own report, which comes before those of what lies in it
    try:
        data = publishing.preview(session, web.jobs(), programme, get_quarter(form.quarter.data), wanted)
    except ReportProblem as error:
        log.exception("a report could not be printed")
        raise Problem("not_printable", number=_("preview")) from error
    response = Response(data, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{form.quarter.data}-preview.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/reports/<number>.pdf")
@allow(*DESK, *MANAGERS)
def download(actor: Actor, number: str) -> Any:
    """Send the bytes as they were issued; nothing on the way keeps them. The journal knows who opened what."""
    report = queries.get_issued(web.session(), actor, number)
    data = web.storage().get(printing.KIND, report.sha256)
    note_opened(actor, "report", report.number)
    response = Response(data, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{report.number}.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/reports/<quarter>.zip")
@allow(*DESK, *MANAGERS)
def packed(actor: Actor, quarter: str) -> Any:
    """Send all reports in force that the actor may read, of one region where `region` names it, in one file."""
    session, path = web.session(), request.args.get("region", "")
    region = get_region(session, actor, path) if path else None
    reports = queries.in_force(session, actor, str(get_quarter(quarter)), region)
    if not reports:
        raise Problem("not_found")
    out = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed when it is sent)
    delivery.write_zip(web.storage(), reports, out)
    note_opened(actor, "reports", quarter, region=path, count=len(reports))
    name = f"{actor.programme}-{quarter}{'-' + region.name if region else ''}.zip"
    response = Response(_pieces(out), mimetype="application/zip")
    web.attach(response, name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/reports/<quarter>/record-<int:edition>.json.gz")
@allow(*DESK)
def frozen(actor: Actor, quarter: str, edition: int) -> Any:
    """Send what an edition of a quarter was made of: parameters, versions, visits counted and left out."""
    publication = queries.get_publication(web.session(), actor, quarter, edition)
    data = io.BytesIO(web.storage().get(record.KIND, publication.record))
    name = f"{actor.programme}-{quarter}-{edition}.json.gz"
    response = send_file(data, mimetype="application/gzip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _wanted(what: str, locales: tuple[str, ...]) -> Wanted:
    kind, _colon, place = what.partition(":")
    if kind == "network":
        return Wanted(locales, kinds=("network",))
    if kind == "region":
        return Wanted(locales, region=place)
    return Wanted(locales, kinds=("location",), location=place) if kind == "location" else Wanted(locales)


def _choices(actor: Actor) -> list[SelectChoice]:
    session = web.session()
    regions = session.execute(regions_for(actor).with_only_columns(Region.path).order_by(Region.path))
    places = session.execute(
        locations_for(actor).with_only_columns(Location.code, Location.name).order_by(Location.code)
    )
    return [
        SelectChoice("all", _("everything: network, regions, locations")),
        SelectChoice("network", _("the whole network")),
        *(SelectChoice(f"region:{path}", path, optgroup=_("Regions")) for (path,) in regions),
        *(SelectChoice(f"location:{code}", f"{code} {name}", optgroup=_("Locations")) for code, name in places),
    ]


def _page(actor: Actor, form: forms.PublishForm | None = None, status: int = 200) -> Response:
    publishes = actor.has(*PUBLISHERS)
    listed = queries.issued_page(
        web.session(),
        actor,
        quarter=(form.quarter.data if form else None) or request.args.get("quarter", ""),
        now=web.now(),
        publishes=publishes,
        page=web.page_number(),
    )
    shown = None
    if publishes and listed.quarter:
        choices = _choices(actor)
        form = form or forms.PublishForm(formdata=None, data={"quarter": listed.quarter, "what": "all"})
        form.what.choices = choices
        shown = forms.PreviewForm(formdata=None, data={"quarter": listed.quarter, "locale": web.locale()})
        shown.what.choices = [choice for choice in choices if choice.value != "all"]
    return web.page(
        "reporting/index.html",
        status,
        listed=listed,
        form=form if publishes and listed.quarter else None,
        shown=shown,
        publishes=publishes,
        here={"programme": actor.programme},
    )
