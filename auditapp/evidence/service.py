"""Keep photos with the answers of a visit. A removed photo leaves the visit, not the storage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from auditapp.access import Actor, visits_for
from auditapp.evidence.photos import Photo
from auditapp.models import Evidence, Visit
from auditapp.storage import Storage
from checklists.problems import Problem, at

KIND = "photo"
PER_VISIT, PER_ITEM = 60, 20
EVER = 300  # photos of one visit, those that were taken out included


def keep_photo(
    session: Session, storage: Storage, visit: Visit, item: str, photo: Photo, now: datetime, *, named: bool = True
) -> Evidence:
    """Store a photo of one item and return its row; the same photo again is the same row.

    `named`: the visit's newest document names it. One that is not named is kept and not part of the visit. Problem
    too_many_photos.
    """
    row = find_photo(session, visit.id, item, photo.sent_sha256)
    if row is None:
        _check_room(session, visit.id, item)
        row = Evidence(
            visit_id=visit.id,
            item=item,
            sent_sha256=photo.sent_sha256,
            sha256=storage.put(KIND, photo.data),
            size=len(photo.data),
            width=photo.width,
            height=photo.height,
            taken_at=photo.taken_at,
            lat=photo.lat,
            lon=photo.lon,
            created_at=now,
            removed_at=None if named else now,
        )
        session.add(row)
    elif named:
        row.removed_at = None
    session.flush()
    return row


def _check_room(session: Session, visit_id: int, item: str) -> None:
    stands = Evidence.removed_at.is_(None)
    ever, whole, of_item = session.execute(
        select(func.count(), func.count().filter(stands), func.count().filter(stands, Evidence.item == item)).where(
            Evidence.visit_id == visit_id
        )
    ).one()
    if ever >= EVER or whole >= PER_VISIT or of_item >= PER_ITEM:
        raise Problem("too_many_photos", at(item=item), visit=PER_VISIT, item=PER_ITEM)


def find_photo(session: Session, visit_id: int, item: str, sent: str) -> Evidence | None:
    """Return the kept photo by the hash it was sent with, part of the visit or not."""
    return session.scalar(
        select(Evidence).where(Evidence.visit_id == visit_id, Evidence.item == item, Evidence.sent_sha256 == sent)
    )


def remove_photo(session: Session, visit: Visit, item: str, sent: str, now: datetime) -> None:
    """Take a photo out of the visit; harmless when it is not there."""
    row = find_photo(session, visit.id, item, sent)
    if row is not None and row.removed_at is None:
        row.removed_at = now
        session.flush()


def kept(session: Session, visit_id: int, named: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the (item, hash as sent) that have arrived, in whatever round."""
    if not named:
        return set()
    rows = session.execute(select(Evidence.item, Evidence.sent_sha256).where(Evidence.visit_id == visit_id))
    return {(item, sent) for item, sent in rows} & set(named)


def follow(session: Session, visit_id: int, named: Collection[tuple[str, str]], now: datetime) -> None:
    """Make the photos that a document names part of the visit, and no others."""
    is_named = tuple_(Evidence.item, Evidence.sent_sha256).in_(list(named))
    photos = update(Evidence).where(Evidence.visit_id == visit_id)
    for change in (
        photos.where(is_named, Evidence.removed_at.is_not(None)).values(removed_at=None),
        photos.where(~is_named, Evidence.removed_at.is_(None)).values(removed_at=now),
    ):
        session.execute(change)


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
