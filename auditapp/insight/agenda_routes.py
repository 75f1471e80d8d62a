"""The route of the page that says what went well and what needs somebody."""

from __future__ import annotations

from typing import Any

from flask import request

from auditapp import web
from auditapp.access import DESK, Actor, allow
from auditapp.insight import agenda, agenda_sheet, agenda_words, desk, sheets
from auditapp.insight.desk import bp
from checklists.lifecycle import Role


@bp.get("/results/agenda", endpoint="agenda")
@allow(*DESK, Role.REGIONAL_MANAGER)
def show_agenda(actor: Actor) -> Any:
    """Show what went well and what needs the person, in all they look after or in one region of it."""
    page = agenda.agenda_page(
        *desk.ground(actor),
        region=desk.region(actor),
        today=web.now().date(),
        everything=desk.csv() or "all" in request.args,
    )
    if desk.csv():
        rows = agenda_sheet.rows(page, web.locale())
        return sheets.respond(agenda_sheet.COLUMNS, rows, f"agenda-{page.period.quarter}")
    return desk.show("insight/agenda.html", page, sentences=agenda_words)
