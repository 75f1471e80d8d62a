"""A programme (one client's audit), its network of regions and locations, and its waves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from auditapp.db import Base, Json


class Programme(Base):
    """The wall: every other row belongs to exactly one programme."""

    __tablename__ = "programme"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12), default="own")
    locale: Mapped[str] = mapped_column(String(2), default="pl")
    channel_weights: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # channel -> W, absent = 1
    created_at: Mapped[datetime]
    accent: Mapped[str] = mapped_column(String(7), default="")  # of printed reports, "" for the product's own
    logo: Mapped[bytes | None] = mapped_column(deferred=True)
    __table_args__ = (CheckConstraint("kind IN ('own', 'franchise', 'competitor')", name="kind"),)


class Region(Base):
    """A node of the region tree. `path` names every level: "Północ/Pomorze"."""

    __tablename__ = "region"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    path: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(120))
    __table_args__ = (UniqueConstraint("programme_id", "path"),)


class Location(Base):
    """A store, a contact centre or an online shop. `attributes` switch items off that do not exist there."""

    __tablename__ = "location"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    format: Mapped[str] = mapped_column(String(16))
    city: Mapped[str] = mapped_column(String(80), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    timezone: Mapped[str] = mapped_column(String(40), default="Europe/Warsaw")
    attributes: Mapped[list[str]] = mapped_column(Json, default=list)
    footfall: Mapped[float | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    region: Mapped[Region] = relationship()
    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        CheckConstraint("format IN ('store', 'contact_centre', 'online_shop')", name="format"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="lat_with_lon"),
    )


class Wave(Base):
    """A field period. It opens for a company's own locations only with a recorded notice to staff."""

    __tablename__ = "wave"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(8), default="planned")
    notice_text: Mapped[str] = mapped_column(default="")
    notice_on: Mapped[date | None]
    notice_channel: Mapped[str] = mapped_column(String(120), default="")
    notice_confirmed_by: Mapped[str] = mapped_column(String(120), default="")
    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        CheckConstraint("status IN ('planned', 'open', 'closed')", name="status"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        Index("ix_wave_programme_id_status", "programme_id", "status"),
    )
