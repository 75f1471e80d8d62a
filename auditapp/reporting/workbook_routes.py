"""The address of a quarter's workbook: the whole of it for the desk, their own part for managers."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import select

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow, locations_for, regions_for
from auditapp.models import Location, Programme, Region
from auditapp.reporting import workbook
from auditapp.reporting.desk import get_quarter, note_opened
from auditapp.reporting.quarter import gather
from auditapp.reporting.workbook_sheets import Part
from auditapp.workbooks import XLSX

bp = Blueprint("workbook", __name__, url_prefix="/p/<programme>")


@bp.get("/reports/<quarter>.xlsx")
@allow(*DESK, *MANAGERS)
def download(actor: Actor, quarter: str) -> Any:
    """Write the workbook of a quarter in the person's language."""
    asked = get_quarter(quarter)
    session = web.session()
    part = Part(
        locations=frozenset(session.scalars(locations_for(actor).with_only_columns(Location.code))),
        regions=tuple(session.scalars(regions_for(actor).with_only_columns(Region.path).order_by(Region.path))),
        network=actor.sees_network,
    )
    programme = session.scalars(select(Programme).where(Programme.id == actor.programme_id)).one()
    file = io.BytesIO()
    workbook.write(file, gather(session, programme, asked), part, web.locale(), web.now())
    note_opened(actor, "workbook", str(asked))
    response = Response(file.getvalue(), mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"{actor.programme}-{asked}.xlsx")
    response.headers["Cache-Control"] = "private, no-store"
    return response
