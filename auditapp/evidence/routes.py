"""The one route through which a photo leaves the house; the bytes that a phone sent never do."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow
from auditapp.evidence import service
from checklists.lifecycle import Role

bp = Blueprint("evidence", __name__, url_prefix="/p/<programme>")


@bp.get("/evidence/<int:evidence_id>")
@allow(*DESK, *MANAGERS, Role.AUDITOR)
def photo(actor: Actor, evidence_id: int) -> Response:
    """Send one photo, so that no browser takes it for anything but a picture and none keeps it.

    While its picture is being made, or when it cannot be, a drawing says so.
    """
    row = service.get_photo(web.session(), actor, evidence_id)
    if row.sha256 is None:
        words = _("Cannot\nbe shown") if row.refused else _("Being\nprepared")
        drawn = web.picture(render_template("evidence/waiting.svg", words=words).encode())
        drawn.headers["Cache-Control"] = "private, no-store"
        return drawn
    response = Response(web.storage().get(service.KIND, row.sha256), mimetype="image/jpeg")
    response.headers["Content-Disposition"] = f'inline; filename="photo-{row.id}.jpg"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
