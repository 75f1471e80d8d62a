"""Visits from assignment to approval, the documents phones send, answers with revisions, and evidence."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from auditapp.db import Base, Json

if TYPE_CHECKING:
    from auditapp.models.documents import ChecklistVersion
    from auditapp.models.people import Membership
    from auditapp.models.places import Location, Wave

STATES = "'assigned', 'in_progress', 'submitted', 'returned', 'approved', 'rejected', 'cancelled'"


class Visit(Base):
    """One visit. While its status is `assigned` it is the assignment: planned, not yet made.

    `quarter` ("2026Q3") and `local_date` follow the location's time zone and are set when the visit is submitted.
    """

    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(String(60))
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"), index=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    checklist_version_id: Mapped[int] = mapped_column(ForeignKey("checklist_version.id"))
    auditor_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    channel: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(8), default="regular")
    scenario: Mapped[str] = mapped_column(String(40), default="")
    window_from: Mapped[date | None]
    window_to: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(12), default="assigned")
    round: Mapped[int] = mapped_column(default=1)  # +1 at each return
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    local_date: Mapped[date | None]
    quarter: Mapped[str | None] = mapped_column(String(6))
    imported: Mapped[bool] = mapped_column(default=False)
    location: Mapped[Location] = relationship()
    checklist_version: Mapped[ChecklistVersion] = relationship()
    auditor: Mapped[Membership] = relationship()
    wave: Mapped[Wave | None] = relationship()
    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        CheckConstraint(f"status IN ({STATES})", name="status"),
        CheckConstraint("kind IN ('regular', 'revisit', 'training', 'pilot')", name="kind"),
        CheckConstraint(
            "status NOT IN ('submitted', 'approved') OR (started_at IS NOT NULL AND quarter IS NOT NULL)",
            name="submitted_has_time",
        ),
        Index("ix_visit_programme_id_status", "programme_id", "status", "submitted_at"),
        Index("ix_visit_location_id_quarter", "location_id", "quarter", "channel", "status"),
        Index("ix_visit_programme_id_quarter", "programme_id", "quarter", "status"),
        Index("ix_visit_auditor_id_status", "auditor_id", "status"),
    )


class Submission(Base):
    """What a phone (or the page without JavaScript) sends for one round of a visit: the whole document.

    `rev` rises with every change and orders everything. `waiting` is final, but some of its photos have not come.
    `body` are the bytes as a phone sent them and `sha256` their hash, which becomes the receipt; a page sends none.
    `skew` is by how many seconds the phone's clock is behind; `flags` are signs for the reviewer.
    """

    __tablename__ = "submission"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    round: Mapped[int]
    rev: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(8), default="draft")
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(80), default="")
    skew: Mapped[float | None]
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    updated_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("visit_id", "round"),
        CheckConstraint("status IN ('draft', 'waiting', 'final')", name="status"),
        CheckConstraint("(status = 'final') = (receipt IS NOT NULL)", name="final_has_receipt"),
    )


class Parked(Base):
    """A document that was sent with right and could not be applied: kept whole until the office decides."""

    __tablename__ = "parked"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    sender_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    submission_id: Mapped[uuid.UUID]
    round: Mapped[int | None]  # None: the document could not be read
    rev: Mapped[int | None]
    device: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(String(20))
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    skew: Mapped[float | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    resolution: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(default="")
    visit: Mapped[Visit] = relationship()
    sender: Mapped[Membership] = relationship()
    __table_args__ = (
        UniqueConstraint("visit_id", "sha256"),
        CheckConstraint("resolution IN ('', 'applied', 'dismissed')", name="resolution"),
        CheckConstraint("(resolution = '') = (resolved_at IS NULL)", name="resolved_has_time"),
        Index("ix_parked_programme_id", "programme_id", "resolution", "received_at"),
    )


class PhoneLog(Base):
    """What a phone noted about its own sending, kept for support."""

    __tablename__ = "phone_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    device: Mapped[str] = mapped_column(String(80), default="")
    text: Mapped[str]
    received_at: Mapped[datetime]
    visit: Mapped[Visit] = relationship()
    __table_args__ = (Index("ix_phone_log_visit_id", "visit_id", "received_at"),)


class AnswerRow(Base):
    """One revision of one answer. Corrections add a row with author, reason and time; nothing is overwritten."""

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    item: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(default="")
    points: Mapped[float | None]
    comment: Mapped[str] = mapped_column(default="")
    is_current: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("visit_id", "item", "revision"),
        CheckConstraint("state IN ('answered', 'na', 'missing', 'not_asked')", name="state"),
        CheckConstraint("points IS NULL OR (points >= 0 AND state = 'answered')", name="points_of_answered"),
        Index(
            "uq_answer_current",
            "visit_id",
            "item",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )


class ReviewNote(Base):
    """What a reviewer asks back about one item (or, with an empty item, about the whole visit)."""

    __tablename__ = "review_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    round: Mapped[int]  # the round that was returned
    item: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]


class Evidence(Base):
    """A photo kept with an answer: re-encoded bytes by hash, capture data in columns and never in the file.

    `sent_sha256` is the hash of the bytes as they came, by which documents name the photo; `sha256` the hash of the
    kept ones, None until a job has made them; `refused` says why it never could. Until then `size` is that of the sent
    bytes and width and height follow from their header. A row with `removed_at` is kept and not part of the visit.
    """

    __tablename__ = "evidence"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    item: Mapped[str] = mapped_column(String(40))
    sent_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str | None] = mapped_column(String(64))
    refused: Mapped[str] = mapped_column(String(60), default="")
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[str] = mapped_column(String(25), default="")  # the camera's own words, no time zone known
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("visit_id", "item", "sent_sha256"),
        CheckConstraint("refused = '' OR sha256 IS NULL", name="refused_has_no_file"),
    )
