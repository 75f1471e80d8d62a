"""Documents that were sent with right and could not be applied: nothing is lost, the office decides."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.models import Parked, Visit

REASONS = (
    "unreadable", "reassigned", "old_round", "unknown_round", "other_version", "incomplete", "already_sent",
    "other_phone", "replaced", "used_id", "submitted", "approved", "rejected", "cancelled",
)  # fmt: skip


def park(
    session: Session,
    visit: Visit,
    *,
    submission_id: UUID,
    sender_id: int,
    body: bytes,
    reason: str,
    now: datetime,
    round_: int | None = None,
    rev: int | None = None,
    device: str = "",
    skew: float | None = None,
) -> Parked:
    """Keep the bytes of a document with the reason; the same bytes for the same visit again are the same row."""
    sha = hashlib.sha256(body).hexdigest()
    row = session.scalar(select(Parked).where(Parked.visit_id == visit.id, Parked.sha256 == sha))
    if row is None:
        row = Parked(
            programme_id=visit.programme_id,
            visit_id=visit.id,
            sender_id=sender_id,
            submission_id=submission_id,
            round=round_,
            rev=rev,
            device=device,
            reason=reason,
            body=body,
            sha256=sha,
            received_at=now,
            skew=skew,
        )
        session.add(row)
        session.flush()
    return row
