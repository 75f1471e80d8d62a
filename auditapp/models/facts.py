"""Additive facts. All of it can be rebuilt from answers: `auditapp cells rebuild` does, `cells check` compares."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from auditapp.db import Base


class VisitScoreRow(Base):
    """The score of one submitted visit, ungated and gated, with the weights it rests on."""

    __tablename__ = "visit_score"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    score: Mapped[float | None]
    score_gated: Mapped[float | None]
    applicable_weight: Mapped[float]
    total_weight: Mapped[float]
    scorable: Mapped[bool]
    answers: Mapped[int]
    critical_failed: Mapped[int]
    critical_applicable: Mapped[int]
    __table_args__ = (CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score"),)


class CriterionScoreRow(Base):
    """One criterion in one submitted visit; `lost` is its share of the visit's lost points."""

    __tablename__ = "criterion_score"
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(40), primary_key=True)
    score: Mapped[float]
    applicable_weight: Mapped[float]
    answers: Mapped[int]
    lost: Mapped[float]
    critical_failed: Mapped[int]
    critical_applicable: Mapped[int]


class Cell(Base):
    """Sums over the approved, scorable, regular visits of a location x quarter x channel x criterion.

    `criterion` is empty for the whole visit. Sums only, never averages; a slice is deleted and inserted again.
    """

    __tablename__ = "cell"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    quarter: Mapped[str] = mapped_column(String(6), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(40), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    n: Mapped[int]
    score_sum: Mapped[float]
    score_sum_sq: Mapped[float]
    lost_sum: Mapped[float]
    answers: Mapped[int]
    critical_failed: Mapped[int]
    critical_applicable: Mapped[int]
    __table_args__ = (
        Index("ix_cell_location_id_quarter", "location_id", "quarter"),
        CheckConstraint("n > 0", name="n"),
    )


class CellStamp(Base):
    """A number drawn anew whenever cells of a quarter change: who keeps something made from them asks here first."""

    __tablename__ = "cell_stamp"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    quarter: Mapped[str] = mapped_column(String(6), primary_key=True)
    stamp: Mapped[int] = mapped_column(BigInteger)
