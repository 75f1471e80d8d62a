"""Chats, e-mails and calls kept as they came: where the times of a visit were read from."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from auditapp.db import Base, Json

if TYPE_CHECKING:
    from auditapp.models.visits import Visit


class Source(Base):
    """One file or pasted text of a contact: its bytes by hash in the storage, kind "source".

    Files that were read together (the e-mails of one thread) share their `reading` and what was `measured` from them;
    `measured` is empty until the auditor has confirmed the times. A row with `removed_at` is kept and not part of the
    visit.
    """

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    round: Mapped[int]
    reading: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120), default="")  # of the file; empty when it was pasted or typed
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    measured: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    visit: Mapped[Visit] = relationship()
    __table_args__ = (
        UniqueConstraint("visit_id", "sha256"),
        CheckConstraint("kind IN ('chat', 'email', 'call')", name="kind"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_has_time"),
        Index("ix_source_reading", "reading"),
    )
