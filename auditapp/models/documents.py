"""Versions of the standard and of the checklists, kept as the very documents people wrote.

A version in force is immutable: a trigger in the database refuses to change or delete it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from auditapp.db import Base


class StandardVersion(Base):
    __tablename__ = "standard_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    document: Mapped[str]
    in_force_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("programme_id", "code", "version"),
        CheckConstraint("version > 0", name="version"),
    )


class ChecklistVersion(Base):
    __tablename__ = "checklist_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    standard_version_id: Mapped[int] = mapped_column(ForeignKey("standard_version.id"))
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    channel: Mapped[str] = mapped_column(String(16))
    document: Mapped[str]
    in_force_at: Mapped[datetime | None]
    standard_version: Mapped[StandardVersion] = relationship()
    __table_args__ = (
        UniqueConstraint("programme_id", "code", "version"),
        CheckConstraint("version > 0", name="version"),
    )
