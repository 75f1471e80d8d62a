"""Who may come in: users, what they may do in which programme, sessions and one-time links."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from auditapp.db import Base

if TYPE_CHECKING:
    from auditapp.models.places import Location, Programme, Region

ROLES = "'programme_manager', 'reviewer', 'regional_manager', 'location_manager', 'auditor'"


class User(Base):
    """One person with one address. An administrator may enter every programme; others need a membership."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # None until the invitation is accepted
    locale: Mapped[str] = mapped_column(String(2), default="pl")
    is_administrator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    memberships: Mapped[list[Membership]] = relationship(back_populates="user")
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("locale IN ('pl', 'en')", name="locale"),
    )


class Membership(Base):
    """What one user is in one programme. A regional manager has a region, a location manager a location, an auditor
    a pseudonym; the pseudonym is all that a table of visits ever shows of an auditor.

    Somebody who had an account before is to this programme who it said they are: `name` and `locale` are what it wrote
    when it let them in, None where the account is its own. `pending` lasts until they come in for the first time, and
    looks the same whether or not they had an account."""

    __tablename__ = "membership"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    pseudonym: Mapped[str | None] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str | None] = mapped_column(String(120))
    locale: Mapped[str | None] = mapped_column(String(2))
    pending: Mapped[bool] = mapped_column(server_default=false(), default=False)
    user: Mapped[User] = relationship(back_populates="memberships")
    programme: Mapped[Programme] = relationship()
    region: Mapped[Region | None] = relationship()
    location: Mapped[Location | None] = relationship()
    __table_args__ = (
        UniqueConstraint("programme_id", "user_id", "role", "region_id", "location_id"),
        UniqueConstraint("programme_id", "pseudonym"),
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(role = 'regional_manager') = (region_id IS NOT NULL)", name="region_scope"),
        CheckConstraint("(role = 'location_manager') = (location_id IS NOT NULL)", name="location_scope"),
        CheckConstraint("(role = 'auditor') = (pseudonym IS NOT NULL)", name="auditor_pseudonym"),
    )

    @property
    def shown_name(self) -> str:
        return self.name or self.user.name


class UserSession(Base):
    """A log-in that can be ended from here: the cookie holds a random token, this row its SHA-256."""

    __tablename__ = "user_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(200), default="")
    user: Mapped[User] = relationship()


class OneTimeLink(Base):
    """An invitation (of a programme, except to administrators) or a password reset: SHA-256 of a token, used once."""

    __tablename__ = "one_time_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(12))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()
    __table_args__ = (CheckConstraint("purpose IN ('invitation', 'reset')", name="purpose"),)


class LoginFailure(Base):
    """A failed attempt at what `email_hash` is the SHA-256 of (a key of `attempts`; once only addresses)."""

    __tablename__ = "login_failure"
    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_login_failure_email_hash_at", "email_hash", "at"),)
