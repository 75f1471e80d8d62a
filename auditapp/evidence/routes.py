"""The one route through which a photo leaves the house."""

from __future__ import annotations

from flask import Blueprint, Response

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow
from auditapp.evidence import service
from checklists.lifecycle import Role

bp = Blueprint("evidence", __name__, url_prefix="/p/<programme>")


@bp.get("/evidence/<int:evidence_id>")
@allow(*DESK, *MANAGERS, Role.AUDITOR)
def photo(actor: Actor, evidence_id: int) -> Response:
    """Send one photo, so that no browser takes it for anything but a picture and none keeps it."""
    row = service.get_photo(web.session(), actor, evidence_id)
    response = Response(web.storage().get(service.KIND, row.sha256), mimetype="image/jpeg")
    response.headers["Content-Disposition"] = f'inline; filename="photo-{row.id}.jpg"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
