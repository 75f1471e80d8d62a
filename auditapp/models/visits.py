"""Visits from assignment to approval, the documents phones send, answers with revisions, and evidence."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
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

    `rev` rises with every change and orders everything; the receipt is the SHA-256 of a final document.
    """

    __tablename__ = "submission"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    round: Mapped[int]
    rev: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(6), default="draft")
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    updated_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("visit_id", "round"),
        CheckConstraint("status IN ('draft', 'final')", name="status"),
        CheckConstraint("(status = 'final') = (receipt IS NOT NULL)", name="final_has_receipt"),
    )


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
    """A photo kept with an answer: re-encoded bytes by hash, capture data in columns and never in the file."""

    __tablename__ = "evidence"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    item: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[str] = mapped_column(String(25), default="")  # the camera's own words, no time zone known
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("visit_id", "item", "sha256"),)
