"""A quarter made public, the reports that it wants, those that are printed and issued, and those taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from auditapp.db import Base, Json

KINDS = "kind IN ('location', 'region', 'network')"
LOCATION = "(kind = 'location') = (location_id IS NOT NULL)"
REGION = "(kind = 'region') = (region_id IS NOT NULL)"


class Publication(Base):
    """A quarter made public. `edition` counts from 1; each later one corrects, and its `note` says why.

    `record` is the SHA-256 of what is frozen (storage "publications"): parameters, versions, visits counted and left
    out. `parameters` are its thresholds and `weights` those of the channels; `auditapp.parameters` reads both back.
    `shoppers` and `effects` are what `few_shoppers` froze, None where it did not look.
    `wanted` are the reports last asked for, `orders` how often some were; `ended_at` is None while they are being
    made, and `problem` is the code of what kept them from being prepared, "" when nothing did.
    """

    __tablename__ = "publication"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    quarter: Mapped[str] = mapped_column(String(6))
    edition: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    weights: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    shoppers: Mapped[list[Any] | None] = mapped_column(Json)
    effects: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)  # large, and read once a process
    record: Mapped[str] = mapped_column(String(64))
    counted: Mapped[int]
    left_out: Mapped[int]
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    orders: Mapped[int] = mapped_column(default=1)
    problem: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]
    ordered_at: Mapped[datetime]
    prepared_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    __table_args__ = (UniqueConstraint("programme_id", "quarter", "edition"),)


class OrderedReport(Base):
    """One report that a publication wants, with everything it is printed from: `inputs` is their SHA-256 in storage.

    `order` is the publication's count of orders when it was last asked for. It ends with the issued report or with a
    `problem`, the code of why it could not be printed.
    """

    __tablename__ = "ordered_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    order: Mapped[int]
    number: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    locale: Mapped[str] = mapped_column(String(2))
    issue: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    inputs: Mapped[str] = mapped_column(String(64))
    issued_id: Mapped[int | None] = mapped_column(ForeignKey("issued_report.id"), unique=True)
    problem: Mapped[str] = mapped_column(String(60), server_default="", default="")
    __table_args__ = (
        UniqueConstraint("publication_id", "number"),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint(LOCATION, name="location_of_kind"),
        CheckConstraint(REGION, name="region_of_kind"),
    )


class IssuedReport(Base):
    """One issued PDF: its bytes lie in storage under their hash and are never overwritten.

    `fingerprint` is the hash of everything printed but its number, so that the same figures make no new issue.
    """

    __tablename__ = "issued_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))  # None: older than publications
    number: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    quarter: Mapped[str] = mapped_column(String(6))
    locale: Mapped[str] = mapped_column(String(2))
    issue: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    created_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    withdrawn: Mapped[WithdrawnReport | None] = relationship(lazy="joined", viewonly=True)
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint(LOCATION, name="location_of_kind"),
        CheckConstraint(REGION, name="region_of_kind"),
        Index(
            "ix_issued_report_programme_id_quarter",
            "programme_id", "quarter", "kind", "location_id", "region_id", "locale",
        ),
    )  # fmt: skip


class WithdrawnReport(Base):
    """An issued report that no longer stands although no newer issue replaces it.

    No visit of its place counts any more in `publication_id`, a later edition of the quarter.
    """

    __tablename__ = "withdrawn_report"
    issued_id: Mapped[int] = mapped_column(ForeignKey("issued_report.id"), primary_key=True, autoincrement=False)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    created_at: Mapped[datetime]
