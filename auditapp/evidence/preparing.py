"""The job that makes the kept picture of a photo out of the bytes a phone sent.

Until it is done the bytes lie in storage under a name of their own, which no route knows.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from auditapp.evidence.photos import accept_photo
from auditapp.evidence.service import KIND
from auditapp.jobs import Jobs, Kind
from auditapp.models import Evidence, Submission, Visit
from auditapp.storage import Storage

SENT = "sent"


def keep_sent(storage: Storage, visit_id: int, item: str, sent: str, data: bytes) -> None:
    """Keep the bytes of one photo as they came. They belong to this item of this visit alone."""
    storage.put_as(SENT, _name(visit_id, item, sent), data)


def drop_sent(storage: Storage, visit_id: int, item: str, sent: str) -> None:
    """Remove what `keep_sent` kept."""
    storage.delete(SENT, _name(visit_id, item, sent))


def ask(jobs: Jobs, session: Session, visit_id: int, item: str, sent: str) -> None:
    """Have the picture made once the transaction is committed."""
    key, programme_id, made = session.execute(
        select(Evidence.id, Visit.programme_id, Evidence.sha256)
        .join(Visit, Visit.id == Evidence.visit_id)
        .where(Evidence.visit_id == visit_id, Evidence.item == item, Evidence.sent_sha256 == sent)
    ).one()
    if made is None:
        jobs.ask(session, "photo", str(key), programme_id=programme_id)
    else:  # the same photo came twice at once, and the other one is done
        drop_sent(jobs.storage, visit_id, item, sent)


def prepare(jobs: Jobs, key: str) -> None:
    """Make the picture, note what the camera said, and let the sent bytes go. Done already: nothing happens.

    Problem photo_not_an_image (and the others of `accept_photo`) when the bytes hold no picture after all.
    """
    with jobs.database.transaction(write=False) as session:
        row = session.get(Evidence, int(key))
        if row is None:
            return
        told = _told_by_document(session, row)
    if row.sha256 is None:
        sent = jobs.storage.get(SENT, _name(row.visit_id, row.item, row.sent_sha256))
        photo = accept_photo(sent, limit=jobs.settings.max_request, max_pixels=jobs.settings.max_photo_pixels)
        made = {name: getattr(photo, name) for name in ("size", "width", "height", "lat", "lon")}
        made["taken_at"] = photo.taken_at or told
        sha256 = jobs.storage.put(KIND, photo.data or b"")
        with jobs.database.transaction() as session:
            session.execute(
                update(Evidence)
                .where(Evidence.id == row.id, Evidence.sha256.is_(None))
                .values(sha256=sha256, refused="", **made)
            )
    drop_sent(jobs.storage, row.visit_id, row.item, row.sent_sha256)


def _told_by_document(session: Session, row: Evidence) -> str:
    """Return when the phone's document says that the photo was taken, as a camera there would; "" when it does not.

    A phone shrinks its photos, and that takes the camera's own words out of the file.
    """
    visit = session.get_one(Visit, row.visit_id)
    for submission in session.scalars(select(Submission).where(Submission.visit_id == row.visit_id)):
        for photo in submission.document.get("photos", ()):
            if (photo["item"], photo["sha"]) == (row.item, row.sent_sha256):
                with suppress(ValueError, OverflowError):
                    at = datetime.fromisoformat(photo.get("taken_at", ""))
                    if at.tzinfo is not None:
                        return f"{at.astimezone(ZoneInfo(visit.location.timezone)):%Y:%m:%d %H:%M:%S}"
    return ""


def refuse(_jobs: Jobs, session: Session, key: str, code: str) -> None:
    """Note that the picture could not be made; the sent bytes stay for another try."""
    session.execute(update(Evidence).where(Evidence.id == int(key), Evidence.sha256.is_(None)).values(refused=code))


def _name(visit_id: int, item: str, sent: str) -> str:
    return hashlib.sha256(f"{visit_id} {item} {sent}".encode()).hexdigest()


JOB = Kind(prepare, refuse, timedelta(minutes=2))
