"""Reads of `reporting`: reports built from a quarter, issued reports listed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from auditapp.access import DESK, Actor, locations_for
from auditapp.evidence.service import KIND
from auditapp.models import IssuedReport, Location
from auditapp.reporting.build_location import build_location as build_location
from auditapp.reporting.build_network import build_network as build_network
from auditapp.reporting.build_region import build_region as build_region
from auditapp.reporting.quarter import QuarterFacts as QuarterFacts
from auditapp.reporting.quarter import gather as gather
from auditapp.storage import Storage
from checklists.problems import Problem
from reports.pdf import Report, photo_keys


def read_pictures(storage: Storage, report: Report) -> dict[str, bytes]:
    """Return the photos that a report shows, by key; one that the storage has lost is left out."""
    found = {}
    for key in photo_keys(report):
        with suppress(FileNotFoundError):
            found[key] = storage.get(KIND, key)
    return found


@dataclass(frozen=True, slots=True)
class Issued:
    """One issued report with the place it is about; `superseded` where a newer issue of the same report exists."""

    report: IssuedReport
    location: str | None
    location_code: str | None
    superseded: bool


@dataclass(frozen=True, slots=True)
class IssuedPage:
    """One page of the issued reports of a quarter. `count` counts those that stand, over all pages."""

    quarters: Sequence[str]  # with issued reports in the actor's scope, newest first
    quarter: str  # "" before anything was issued
    rows: Sequence[Issued]
    count: int
    page: int
    more: bool


def _scope(actor: Actor) -> Select[IssuedReport]:
    """Return the issued reports the actor may read: the network's for the desk, a location's for its managers."""
    query = select(IssuedReport).where(IssuedReport.programme_id == actor.programme_id)
    if actor.roles & DESK:
        return query
    mine = locations_for(actor).with_only_columns(Location.id)
    return query.where(IssuedReport.location_id.in_(mine))


def issued_page(session: Session, actor: Actor, *, quarter: str = "", page: int = 1, size: int = 100) -> IssuedPage:
    """Return one page of the reports issued for a quarter (the newest when it has none), the network first."""
    scope = _scope(actor)
    quarters = sorted(session.scalars(scope.with_only_columns(IssuedReport.quarter).distinct()), reverse=True)
    if not quarters:
        return IssuedPage((), "", (), 0, 1, more=False)
    shown = quarter if quarter in quarters else quarters[0]
    same = (IssuedReport.kind, IssuedReport.location_id, IssuedReport.locale)
    newest = func.max(IssuedReport.issue).over(partition_by=same)
    query = scope.where(IssuedReport.quarter == shown)
    rows = session.execute(
        query.with_only_columns(IssuedReport, Location.name, Location.code, newest)
        .outerjoin(Location, Location.id == IssuedReport.location_id)
        .order_by(IssuedReport.kind.desc(), Location.code, IssuedReport.locale.desc(), IssuedReport.issue.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    standing = query.with_only_columns(*same).distinct().subquery()
    return IssuedPage(
        quarters=quarters,
        quarter=shown,
        rows=[Issued(report, name, code, report.issue < last) for report, name, code, last in rows[:size]],
        count=session.scalar(select(func.count()).select_from(standing)) or 0,
        page=page,
        more=len(rows) > size,
    )


def get_issued(session: Session, actor: Actor, number: str) -> IssuedReport:
    """Return one issued report in the actor's scope; Problem not_found otherwise."""
    report = session.scalar(_scope(actor).where(IssuedReport.number == number))
    if report is None:
        raise Problem("not_found")
    return report


def latest(session: Session, programme_id: int, kind: str, quarter: str, locale: str) -> dict[int | None, IssuedReport]:
    """Return the newest issue of each location (None: the network) for a quarter and language."""
    rows = session.scalars(
        select(IssuedReport)
        .where(
            IssuedReport.programme_id == programme_id,
            IssuedReport.kind == kind,
            IssuedReport.quarter == quarter,
            IssuedReport.locale == locale,
        )
        .order_by(IssuedReport.issue)
    )
    return {row.location_id: row for row in rows}
