"""Views of results that people keep under a name of their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from auditapp.db import Base


class SavedView(Base):
    """A page of results as one person looked at it: which page and the parameters of its address, never figures."""

    __tablename__ = "saved_view"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(80))
    page: Mapped[str] = mapped_column(String(8))
    query: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("programme_id", "user_id", "name"),
        CheckConstraint("page IN ('compare', 'side', 'heat')", name="page"),
    )
