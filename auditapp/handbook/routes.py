"""Routes of `handbook`: the standard and its checklists, for reading."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from auditapp import web
from auditapp.access import DESK, Actor, allow
from auditapp.convert import checklist_of, standard_of
from auditapp.handbook import queries
from checklists.lifecycle import Role

bp = Blueprint("handbook", __name__, url_prefix="/p/<programme>")


@bp.get("/standard")
@allow(*Role)
def show(actor: Actor) -> Any:
    """Show the standard as a handbook: the newest version, or the one asked for."""
    rows = queries.standards(web.session(), actor.programme_id)
    asked = request.args.get("version", type=int)
    chosen = next((row for row in rows if row.version == asked), rows[0] if rows else None)
    return web.page(
        "handbook/show.html",
        rows=rows,
        chosen=chosen,
        standard=standard_of(chosen) if chosen else None,
        checklists=queries.checklists(web.session(), actor.programme_id) if actor.sees_network else [],
    )


@bp.get("/standard/checklists/<code>/<int:version>")
@allow(*DESK)
def checklist(actor: Actor, code: str, version: int) -> Any:
    """Show a checklist with everything an auditor is told."""
    row = queries.get_checklist(web.session(), actor.programme_id, code, version)
    parsed = checklist_of(row)
    sections = [
        (section, [item for item in parsed.items if item.section == section.code]) for section in parsed.sections
    ]
    return web.page("handbook/checklist.html", row=row, checklist=parsed, sections=sections)
