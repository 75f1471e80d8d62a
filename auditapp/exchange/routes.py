"""Routes of `exchange`: access, form, service or query, template."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from auditapp import results, web
from auditapp.access import Actor, allow
from auditapp.exchange import exports, forms, service
from auditapp.exchange.columns import COLUMNS, DOCUMENTS, IMPORTS
from auditapp.exchange.findings import Refused
from auditapp.exchange.readers import Upload
from auditapp.formats import quarter as quarter_label
from auditapp.models import Programme
from checklists.lifecycle import Role
from checklists.problems import Problem

bp = Blueprint("exchange", __name__, url_prefix="/p/<programme>")

MANAGE = (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)


@bp.get("/exchange")
@allow(*MANAGE)
def index(actor: Actor) -> Any:
    return _page(actor, forms.ImportForm(formdata=None), _export_form(actor, empty=True))


@bp.post("/exchange/import")
@allow(*MANAGE)
def bring_in(actor: Actor) -> Any:
    form = forms.ImportForm()
    if not form.validate():
        return _page(actor, form, _export_form(actor, empty=True), status=422)
    uploads = [Upload(file.filename, file.stream) for file in (*form.files.data, form.answers.data) if file]
    programme = web.session().get_one(Programme, actor.programme_id)
    try:
        result = service.import_files(
            web.session(),
            programme,
            form.kind.data,
            uploads,
            actor_id=actor.user_id,
            now=web.now(),
            dry_run=form.dry_run.data,
        )
    except Refused as refused:
        return _page(actor, form, _export_form(actor, empty=True), status=422, refused=refused)
    if form.dry_run.data:
        form.dry_run.data = False
        return _page(actor, form, _export_form(actor, empty=True), rehearsed=result)
    flash(
        _(
            "The import is stored: %(new)d new, %(changed)d changed, %(unchanged)d already there.",
            new=result.new,
            changed=result.changed,
            unchanged=result.unchanged,
        )
    )
    return web.see_other(".index", programme=actor.programme)


@bp.post("/exchange/export")
@allow(*MANAGE)
def take_out(actor: Actor) -> Any:
    form = _export_form(actor)
    if not form.validate():
        return _page(actor, forms.ImportForm(formdata=None), form, status=422)
    export = exports.prepare(
        web.session(),
        web.session().get_one(Programme, actor.programme_id),
        form.kind.data,
        quarter=form.quarter.data,
        spreadsheet=form.format.data == "xlsx",
        actor_id=actor.user_id,
        now=web.now(),
    )
    response = Response(exports.stream(web.database(), export), mimetype=exports.TYPES[export.format])
    response.headers.set("Content-Disposition", "attachment", filename=export.name)
    response.headers["Cache-Control"] = "no-store"
    return current_app.make_response(response)


def _export_form(actor: Actor, *, empty: bool = False) -> forms.ExportForm:
    form = forms.ExportForm(formdata=None) if empty else forms.ExportForm()
    quarters = results.quarters_with_results(web.session(), actor.programme_id)
    form.quarter.choices = [
        SelectChoice("", _("all quarters")),
        *(SelectChoice(str(each), quarter_label(str(each))) for each in reversed(quarters)),
    ]
    return form


def _page(actor: Actor, import_form: forms.ImportForm, export_form: forms.ExportForm, **values: Any) -> Response:
    refused = values.pop("refused", None)
    return web.page(
        "exchange/index.html",
        values.pop("status", 200),
        import_form=import_form,
        export_form=export_form,
        refused=refused,
        findings=[_finding(problem) for problem in refused.problems] if refused else [],
        rehearsed=values.pop("rehearsed", None),
        values=[(forms.KINDS[table], column, meanings) for table, column, meanings in forms.VALUES],
        tables=[(forms.INTO[kind], COLUMNS[kind]) for kind in IMPORTS if kind not in DOCUMENTS],
        here={"programme": actor.programme},
    )


def _finding(problem: Problem) -> dict[str, str]:
    """Return the cells of one line of the table of problems."""
    parts = dict(problem.place.parts) if problem.place else {}
    named = {name: parts.pop(name, "") for name in ("file", "row", "column")}
    return {
        **named,
        "column": named["column"] or ", ".join(parts.values()),
        "value": str(problem.arguments.get("value", problem.arguments.get("code", ""))),
        "sentence": problem.sentence(web.locale()),
    }
