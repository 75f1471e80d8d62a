"""The addresses of a quarter's workbooks: the whole of them for the desk, their own part for managers."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import select

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow
from auditapp.models import Programme
from auditapp.reporting import queries, workbook, workbook_edition
from auditapp.reporting.desk import get_quarter, note_opened
from auditapp.reporting.quarter import gather
from auditapp.workbooks import XLSX

bp = Blueprint("workbook", __name__, url_prefix="/p/<programme>")


@bp.get("/reports/<quarter>.xlsx")
@allow(*DESK, *MANAGERS)
def download(actor: Actor, quarter: str) -> Any:
    """Write the workbook of a quarter from the figures of this moment, in the person's language."""
    asked, session, file = get_quarter(quarter), web.session(), io.BytesIO()
    gathered = gather(session, _programme(actor), asked)
    part = workbook_edition.part_of(session, actor)
    workbook.write(file, gathered, part, web.locale(), web.now())
    note_opened(actor, "workbook", str(asked))
    return _answer(file.getvalue(), f"{actor.programme}-{asked}.xlsx")


@bp.get("/reports/<quarter>/edition-<int:edition>.xlsx")
@allow(*DESK, *MANAGERS)
def of_edition(actor: Actor, quarter: str, edition: int) -> Any:
    """Send the workbook of an edition as it was frozen, or the person's part of it."""
    session, asked = web.session(), get_quarter(quarter)
    publication = queries.get_publication(session, actor, str(asked), edition)
    part = workbook_edition.part_of(session, actor)
    data = workbook_edition.read(session, web.storage(), _programme(actor), publication, part, web.locale())
    note_opened(actor, "workbook", str(asked), edition=edition)
    return _answer(data, f"{actor.programme}-{asked}-{edition}.xlsx")


def _programme(actor: Actor) -> Programme:
    return web.session().scalars(select(Programme).where(Programme.id == actor.programme_id)).one()


def _answer(data: bytes, name: str) -> Response:
    response = Response(data, mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
