"""What a stranger with a report in hand may ask: was it issued here, and is it the newest issue?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from auditapp.models import IssuedReport


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of an issued report: nothing that does not stand on its pages, but what became of it."""

    number: str
    issue: int
    issued_at: datetime
    newer: Standing | None = None  # the newest issue, where this one is not
    withdrawn_at: datetime | None = None  # where it no longer stands


def find_by_bytes(session: Session, sha256: str) -> Standing | None:
    """Return the standing of the report whose file has this SHA-256; None when no issued report has."""
    return _standing(session, select(IssuedReport).where(IssuedReport.sha256 == sha256))


def find_by_number(session: Session, number: str) -> Standing | None:
    """Return the standing of the report with this number, however its letters and dashes were typed, or None."""
    plain = "".join(number.split()).translate(dict.fromkeys(map(ord, "‐‑‒–—−"), "-"))
    return _standing(session, select(IssuedReport).where(func.lower(IssuedReport.number) == plain.lower()))


def _standing(session: Session, query: Select[IssuedReport]) -> Standing | None:
    row = session.scalars(query.order_by(IssuedReport.id.desc()).limit(1)).first()
    if row is None:
        return None
    newest = session.scalars(
        select(IssuedReport)
        .where(
            IssuedReport.programme_id == row.programme_id,
            IssuedReport.quarter == row.quarter,
            IssuedReport.kind == row.kind,
            IssuedReport.location_id.is_not_distinct_from(row.location_id),
            IssuedReport.region_id.is_not_distinct_from(row.region_id),
            IssuedReport.locale == row.locale,
            IssuedReport.issue > row.issue,
        )
        .order_by(IssuedReport.issue.desc())
        .limit(1)
    ).first()
    newer = None if newest is None else _standing_of(newest)
    return _standing_of(row, newer)


def _standing_of(report: IssuedReport, newer: Standing | None = None) -> Standing:
    withdrawn_at = None if report.withdrawn is None else report.withdrawn.created_at
    return Standing(report.number, report.issue, report.created_at, newer, withdrawn_at)
