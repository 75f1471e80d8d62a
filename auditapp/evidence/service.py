"""Keep photos with the answers of a visit. A removed photo leaves the visit, not the storage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session, joinedload

from auditapp.access import Actor, visits_for
from auditapp.convert import checklist_of
from auditapp.evidence.photos import Photo
from auditapp.models import Evidence, Visit
from auditapp.storage import Storage
from checklists.model import Item
from checklists.problems import Problem, at

KIND = "photo"
PER_VISIT, PER_ITEM = 60, 20
EVER = 300  # photos of one visit, those that were taken out included
_ARRIVED = select(Evidence.item, Evidence.sent_sha256, Evidence.id, Evidence.removed_at).where(
    Evidence.visit_id == bindparam("visit")
)


def keep_photo(
    session: Session, storage: Storage, visit: Visit, item: str, photo: Photo, now: datetime, *, named: bool = True
) -> Evidence:
    """Store a photo of one item and return its row; the same photo again is the same row.

    `named`: the visit's newest document names it. One that is not named is kept and not part of the visit. A photo
    whose picture has yet to be made stands without one. Problem too_many_photos.
    """
    row = find_photo(session, visit.id, item, photo.sent_sha256)
    if row is None:
        _check_room(session, visit.id, item)
        row = Evidence(
            visit_id=visit.id,
            item=item,
            sent_sha256=photo.sent_sha256,
            sha256=None if photo.data is None else storage.put(KIND, photo.data),
            size=photo.size,
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
    return {photo for photo, _id, _stands in _arrived(session, visit_id)} & set(named)


def follow(session: Session, visit_id: int, named: Collection[tuple[str, str]], now: datetime) -> set[tuple[str, str]]:
    """Make the photos that a document names part of the visit, and no others; returns those that have arrived."""
    arrived = _arrived(session, visit_id)
    come = [id_ for photo, id_, stands in arrived if photo in named and not stands]
    gone = [id_ for photo, id_, stands in arrived if photo not in named and stands]
    for ids, removed_at in ((come, None), (gone, now)):
        if ids:
            session.execute(update(Evidence).where(Evidence.id.in_(ids)).values(removed_at=removed_at))
    return {photo for photo, _id, _stands in arrived} & set(named)


def _arrived(session: Session, visit_id: int) -> list[tuple[tuple[str, str], int, bool]]:
    rows = session.execute(_ARRIVED, {"visit": visit_id})
    return [((item, sent), id_, removed_at is None) for item, sent, id_, removed_at in rows]


def photos_of(session: Session, visit_id: int) -> dict[str, Sequence[Evidence]]:
    """Return the photos that stand in the visit by item, in the order they came."""
    return photos_of_visits(session, [visit_id]).get(visit_id, {})


def photos_of_visits(session: Session, visit_ids: Collection[int]) -> dict[int, dict[str, Sequence[Evidence]]]:
    """Return the photos that stand in each of the visits by item, in the order they came."""
    rows = session.scalars(
        select(Evidence).where(Evidence.visit_id.in_(visit_ids), Evidence.removed_at.is_(None)).order_by(Evidence.id)
    )
    photos: dict[int, dict[str, list[Evidence]]] = {}
    for row in rows:
        photos.setdefault(row.visit_id, {}).setdefault(row.item, []).append(row)
    return {visit_id: {item: tuple(each) for item, each in found.items()} for visit_id, found in photos.items()}


def get_photo(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    """Return the photo when its visit is in the actor's scope and the photo for their eyes; Problem not_found."""
    row = session.scalar(
        select(Evidence).where(
            Evidence.id == evidence_id,
            Evidence.removed_at.is_(None),
            Evidence.visit_id.in_(visits_for(actor).with_only_columns(Visit.id)),
        )
    )
    if row is None:
        raise Problem("not_found")
    if not actor.sees_auditors:
        visit = session.get_one(Visit, row.visit_id, options=[joinedload(Visit.checklist_version)])
        if not may_see(actor, visit, checklist_of(visit.checklist_version).item(row.item)):
            raise Problem("not_found")
    return row


def may_see(actor: Actor, visit: Visit, item: Item) -> bool:
    """Tell whether somebody who may open a visit sees the photos of one item.

    What only proves that a visit was made, as a receipt does, would tell a location by its hour who came.
    """
    own = actor.auditor_id is not None and visit.auditor_id == actor.auditor_id
    return actor.sees_auditors or own or item.scored
