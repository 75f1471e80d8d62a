"""What leaves a trace or leaves the house: the journal, mail waiting to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from auditapp.db import Base, Json


class JournalLine(Base):
    """Who did what to which thing, when. Append-only: a trigger refuses to change or delete a line."""

    __tablename__ = "journal"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # None: the command line
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    __table_args__ = (
        Index("ix_journal_programme_id_at", "programme_id", "at"),
        Index("ix_journal_subject", "subject", "subject_id"),
    )


class OutgoingMail(Base):
    """A letter written in the transaction that caused it and sent after its commit, when `body` becomes ""."""

    __tablename__ = "outgoing_mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
