"""Keep photos with the answers of a visit. A removed photo leaves the visit, not the storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.access import Actor, visits_for
from auditapp.evidence.photos import Photo
from auditapp.models import Evidence, Visit
from auditapp.storage import Storage
from checklists.problems import Problem

KIND = "photo"


def keep_photo(session: Session, storage: Storage, visit: Visit, item: str, photo: Photo, now: datetime) -> Evidence:
    """Store a photo of one item and return its row; the same photo again is the same row."""
    digest = storage.put(KIND, photo.data)
    row = session.scalar(
        select(Evidence).where(Evidence.visit_id == visit.id, Evidence.item == item, Evidence.sha256 == digest)
    )
    if row is None:
        row = Evidence(
            visit_id=visit.id,
            item=item,
            sha256=digest,
            size=len(photo.data),
            width=photo.width,
            height=photo.height,
            taken_at=photo.taken_at,
            lat=photo.lat,
            lon=photo.lon,
            created_at=now,
        )
        session.add(row)
    row.removed_at = None
    session.flush()
    return row


def remove_photo(session: Session, visit: Visit, item: str, digest: str, now: datetime) -> None:
    """Take a photo out of the visit; harmless when it is not there."""
    row = session.scalar(
        select(Evidence).where(Evidence.visit_id == visit.id, Evidence.item == item, Evidence.sha256 == digest)
    )
    if row is not None and row.removed_at is None:
        row.removed_at = now
        session.flush()


def photos_of(session: Session, visit_id: int) -> dict[str, Sequence[Evidence]]:
    """Return the photos that stand in the visit by item, in the order they came."""
    rows = session.scalars(
        select(Evidence).where(Evidence.visit_id == visit_id, Evidence.removed_at.is_(None)).order_by(Evidence.id)
    )
    photos: dict[str, list[Evidence]] = {}
    for row in rows:
        photos.setdefault(row.item, []).append(row)
    return {item: tuple(found) for item, found in photos.items()}


def get_photo(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    """Return the photo when its visit is in the actor's scope; Problem not_found otherwise."""
    row = session.scalar(
        select(Evidence).where(
            Evidence.id == evidence_id,
            Evidence.removed_at.is_(None),
            Evidence.visit_id.in_(visits_for(actor).with_only_columns(Visit.id)),
        )
    )
    if row is None:
        raise Problem("not_found")
    return row
