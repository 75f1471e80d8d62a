"""The one table of blueprints: every room of the application that answers HTTP."""

from __future__ import annotations

from flask import Flask

from auditapp.account.routes import bp as account
from auditapp.evidence.routes import bp as evidence
from auditapp.exchange.routes import bp as exchange
from auditapp.fieldwork.api import bp as sending
from auditapp.fieldwork.contact_routes import bp as contact
from auditapp.fieldwork.offline import bp as offline
from auditapp.fieldwork.parked_routes import bp as parked
from auditapp.fieldwork.routes import bp as fieldwork
from auditapp.handbook.routes import bp as handbook
from auditapp.insight.routes import bp as insight
from auditapp.programme.routes import bp as programme
from auditapp.reporting.routes import bp as reporting
from auditapp.reporting.verify_routes import bp as verification
from auditapp.reporting.workbook_routes import bp as workbook
from auditapp.review.routes import bp as review

ROOMS = (
    account, handbook, programme, exchange, evidence, fieldwork, contact, offline, sending, parked, review, insight,
    reporting, verification, workbook,
)  # fmt: skip


def register(app: Flask) -> None:
    """Attach every room to the application."""
    for room in ROOMS:
        app.register_blueprint(room)
    app.extensions["csrf"].exempt(sending)  # no cookie goes along with what a phone sends, so nothing can be forged
