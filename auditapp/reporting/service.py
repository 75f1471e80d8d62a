"""Issue reports: build, print, keep the bytes under their hash, number them. Issued bytes are never overwritten."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from sqlalchemy.orm import Session

from auditapp import journal
from auditapp.models import IssuedReport, Location, Programme
from auditapp.reporting import queries
from auditapp.storage import Storage
from checklists.problems import Problem
from reports import pdf
from reports.periods import Quarter
from reports.quarterly import LocationReport, NetworkReport

KIND = "reports"
_PLAIN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,23}")


def not_visited(location: Location, quarter: Quarter) -> Problem:
    """Return the refusal of one location's report: others of the quarter may well have visits."""
    return Problem("location_not_visited", location=f"{location.name} ({location.code})", quarter=str(quarter))


@dataclass(frozen=True, slots=True)
class Draft:
    """A report built but not printed: its number, its fingerprint, and the issue these inputs may already have."""

    location_id: int | None
    location: str  # code; "" for the network
    locale: str
    number: str
    issue: int
    fingerprint: str
    report: LocationReport | NetworkReport
    existing: IssuedReport | None

    @property
    def kind(self) -> str:
        return "location" if self.location else "network"


@dataclass(frozen=True, slots=True)
class Issue:
    """A report that was asked for: issued now, or standing already because nothing printed in it has changed."""

    report: IssuedReport
    new: bool


def fingerprint(report: LocationReport | NetworkReport, locale: str) -> str:
    """Return the SHA-256 of everything that would be printed, and of the templates that would print it."""
    page = json.dumps(pdf.page_of(report, "", locale), sort_keys=True, ensure_ascii=False)
    templates = files("reports") / "templates"
    look = "".join(path.read_text(encoding="utf-8") for path in sorted(templates.iterdir(), key=lambda path: path.name))
    return hashlib.sha256(f"{look}\0{page}".encode()).hexdigest()


def draft_reports(
    session: Session,
    programme: Programme,
    quarter: Quarter,
    *,
    locations: Sequence[Location],
    network: bool,
    locales: Sequence[str],
) -> list[Draft]:
    """Build the reports of a quarter, without locations not visited. Problem nothing_to_report for none at all."""
    gathered = queries.gather(session, programme, quarter)
    visited = {row.location for row in gathered.frame.comparison.rows if row.channel and row.n}
    built: list[tuple[Location | None, LocationReport | NetworkReport]] = [
        (location, queries.build_location(gathered, location.code))
        for location in locations
        if location.code in visited
    ]
    if network:
        built.append((None, queries.build_network(gathered)))
    drafts = []
    for locale in locales:
        before = queries.latest(session, programme.id, "location", str(quarter), locale)
        before |= queries.latest(session, programme.id, "network", str(quarter), locale)
        for location, report in built:
            drafts.append(_draft(programme, quarter, location, report, locale, before))
    return drafts


def _place(location: Location | None) -> str:
    """Return what stands for the place in a number, which is a file name and part of an address as well."""
    if location is None:
        return "NET"
    plain = _PLAIN_CODE.fullmatch(location.code) and location.code != "NET"
    return location.code if plain else f"_{location.id}"


def _draft(
    programme: Programme,
    quarter: Quarter,
    location: Location | None,
    report: LocationReport | NetworkReport,
    locale: str,
    before: dict[int | None, IssuedReport],
) -> Draft:
    mark = fingerprint(report, locale)
    last = before.get(location.id if location else None)
    same = last if last is not None and last.fingerprint == mark else None
    issue = last.issue if same is not None and last is not None else (last.issue if last else 0) + 1
    return Draft(
        location_id=location.id if location else None,
        location=location.code if location else "",
        locale=locale,
        number=f"{programme.code.upper()[:20]}-{quarter}-{_place(location)}-{locale.upper()}-{issue}",
        issue=issue,
        fingerprint=mark,
        report=report,
        existing=same,
    )


def keep(
    session: Session,
    storage: Storage,
    programme_id: int,
    quarter: Quarter,
    draft: Draft,
    data: bytes,
    *,
    actor_id: int | None,
    now: datetime,
) -> IssuedReport:
    """Record a printed report: bytes by hash, a row, a journal line."""
    row = IssuedReport(
        programme_id=programme_id,
        number=draft.number,
        kind=draft.kind,
        location_id=draft.location_id,
        quarter=str(quarter),
        locale=draft.locale,
        issue=draft.issue,
        fingerprint=draft.fingerprint,
        sha256=storage.put(KIND, data),
        size=len(data),
        created_at=now,
        author_id=actor_id,
    )
    session.add(row)
    session.flush()
    journal.write(
        session,
        programme_id=programme_id,
        actor_id=actor_id,
        now=now,
        act="issue",
        subject="report",
        subject_id=row.number,
        sha256=row.sha256,
    )
    return row


def issue_report(
    session: Session,
    storage: Storage,
    programme: Programme,
    quarter: Quarter,
    location: Location | None,
    locale: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> Issue:
    """Issue one report (location None: the network), or return the issue that the same inputs already have.

    Problem nothing_to_report when the quarter has no visits, location_not_visited when the location has none;
    reports.pdf.ReportProblem when it cannot be printed.
    """
    drafts = draft_reports(
        session,
        programme,
        quarter,
        locations=[location] if location else [],
        network=location is None,
        locales=[locale],
    )
    if location is not None and not drafts:
        raise not_visited(location, quarter)
    (draft,) = drafts
    if draft.existing is not None:
        return Issue(draft.existing, new=False)
    data = pdf.render(draft.report, draft.number, locale, queries.read_pictures(storage, draft.report))
    row = keep(session, storage, programme.id, quarter, draft, data, actor_id=actor_id, now=now)
    return Issue(row, new=True)
