"""Reads of `reporting`: issued reports listed, how far a publication is, which reports are in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from auditapp import results
from auditapp.access import DESK, Actor, inside_region, locations_for, regions_for
from auditapp.models import IssuedReport, Location, OrderedReport, Publication, Region, User, WithdrawnReport
from auditapp.names import name_in
from auditapp.reporting.drafts import Same
from checklists.problems import REFUSALS, Problem, arguments_of
from reports.periods import Quarter

FAILURES = 20  # named one by one
ENOUGH = 5  # printed reports from which the time left can be told


@dataclass(frozen=True, slots=True)
class Issued:
    """One issued report with the place it is about.

    `state` is "in_force", "superseded" (there is a newer issue of the same report) or "withdrawn" (there is none).
    """

    report: IssuedReport
    location: str | None
    location_code: str | None
    region: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a publication is. `state` is "preparing", "printing", "ended" or "failed" (before any report).

    `latest` of its `total` reports came of the last order. `failures` are numbers and codes of what could not be
    printed, `failed` of them; `minutes` are left, None while that cannot be told.
    """

    publication: Publication
    author: str
    state: str
    total: int
    latest: int
    printed: int
    failed: int
    failures: Sequence[tuple[str, str]]
    minutes: int | None

    def why(self, locale: str) -> str:
        """Return what kept the reports from being prepared, in words."""
        public = self.publication
        return why(public.problem, quarter=public.quarter, location=public.wanted["location"]).sentence(locale)


@dataclass(frozen=True, slots=True)
class IssuedPage:
    """One page of the issued reports of a quarter. `count` counts those that stand, over all pages."""

    quarters: Sequence[str]  # that the actor may choose, newest first
    quarter: str  # "" while there is none
    rows: Sequence[Issued]
    count: int
    page: int
    more: bool
    progress: Progress | None
    regions: Sequence[tuple[str, str]]  # path and name of those with issued reports to download together
    edition: int | None = None  # the newest that is prepared, None while there is none


def _scope(actor: Actor) -> Select[IssuedReport]:
    """Return the issued reports the actor may read: the network's for the desk, the others by their place."""
    query = select(IssuedReport).where(IssuedReport.programme_id == actor.programme_id)
    if actor.roles & DESK:
        return query
    places = locations_for(actor).with_only_columns(Location.id)
    areas = regions_for(actor).with_only_columns(Region.id)
    return query.where(or_(IssuedReport.location_id.in_(places), IssuedReport.region_id.in_(areas)))


def issued_page(
    session: Session, actor: Actor, *, quarter: str, now: datetime, publishes: bool, page: int = 1, size: int = 100
) -> IssuedPage:
    """Return one page of the reports issued for a quarter, the network first, then regions, then locations.

    Without a `quarter` the newest with reports; who `publishes` may choose any with results, and begins with the last
    one that has ended.
    """
    scope = _scope(actor)
    issued = set(session.scalars(scope.with_only_columns(IssuedReport.quarter).distinct()))
    known = results.quarters_with_results(session, actor.programme_id) if publishes else ()
    quarters = sorted(issued | {str(each) for each in known}, reverse=True)
    if not quarters:
        return IssuedPage((), "", (), 0, 1, more=False, progress=None, regions=())
    ended = str(results.default_quarter(known, now.date()) or "")
    shown = quarter if quarter in quarters else max({ended, *issued})
    same = (IssuedReport.kind, IssuedReport.location_id, IssuedReport.region_id, IssuedReport.locale)
    newest = func.max(IssuedReport.issue).over(partition_by=same)
    query = scope.where(IssuedReport.quarter == shown)
    rows = session.execute(
        query.with_only_columns(IssuedReport, Location.name, Location.code, Region.path, newest)
        .outerjoin(Location, Location.id == IssuedReport.location_id)
        .outerjoin(Region, Region.id == IssuedReport.region_id)
        .order_by(
            IssuedReport.kind != "network", IssuedReport.kind != "region", Region.path, Location.code,
            IssuedReport.locale.desc(), IssuedReport.issue.desc(),
        )
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()  # fmt: skip
    gone = select(WithdrawnReport.issued_id)
    last_ones = query.with_only_columns(IssuedReport.id, IssuedReport.issue, newest.label("newest")).subquery()
    standing = select(func.count()).where(last_ones.c.issue == last_ones.c.newest, last_ones.c.id.not_in(gone))
    return IssuedPage(
        quarters=quarters,
        quarter=shown,
        rows=[
            Issued(report, name, code, path, _standing(report, last)) for report, name, code, path, last in rows[:size]
        ],
        count=session.scalar(standing) or 0,
        page=page,
        more=len(rows) > size,
        progress=find_progress(session, actor.programme_id, shown, now) if actor.roles & DESK else None,
        regions=_regions(session, actor, query) if rows else (),
        edition=_edition(session, actor.programme_id, shown),
    )


def _standing(report: IssuedReport, newest: int) -> str:
    if report.issue < newest:
        return "superseded"
    return "in_force" if report.withdrawn is None else "withdrawn"


def _edition(session: Session, programme_id: int, quarter: str) -> int | None:
    mine = (Publication.programme_id == programme_id, Publication.quarter == quarter)
    ready = (Publication.prepared_at.is_not(None), Publication.problem == "")
    return session.scalar(select(func.max(Publication.edition)).where(*mine, *ready))


def _regions(session: Session, actor: Actor, issued: Select[IssuedReport]) -> Sequence[tuple[str, str]]:
    """Return path and name of the regions of the actor in or below which reports of locations were issued."""
    places = issued.with_only_columns(IssuedReport.location_id)
    homes = session.scalars(select(Region.path).join(Location).where(Location.id.in_(places)).distinct()).all()
    inside = {
        "/".join(parts[:depth]) for parts in (path.split("/") for path in homes) for depth in range(1, 1 + len(parts))
    }
    rows = session.execute(regions_for(actor).with_only_columns(Region.path, Region.name).order_by(Region.path))
    return [(path, name) for path, name in rows if path in inside]


def find_progress(session: Session, programme_id: int, quarter: str, now: datetime) -> Progress | None:
    """Return how far the newest edition of a quarter is; None while the quarter is not public."""
    found = session.execute(
        select(Publication, name_in(programme_id))
        .outerjoin(User, User.id == Publication.author_id)
        .where(Publication.programme_id == programme_id, Publication.quarter == quarter)
        .order_by(Publication.edition.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    publication, author = found
    mine = OrderedReport.publication_id == publication.id
    total, latest, printed, failed = session.execute(
        select(
            func.count(),
            func.count().filter(OrderedReport.order == publication.orders),
            func.count(OrderedReport.issued_id),
            func.count().filter(OrderedReport.problem != ""),
        ).where(mine)
    ).one()
    failures = session.execute(
        select(OrderedReport.number, OrderedReport.problem)
        .where(mine, OrderedReport.problem != "")
        .order_by(OrderedReport.number)
        .limit(FAILURES)
    ).all()
    return Progress(
        publication=publication,
        author=author or "",
        state=_state(publication),
        total=total,
        latest=latest,
        printed=printed,
        failed=failed,
        failures=[(number, problem) for number, problem in failures],
        minutes=_minutes(session, publication, total - printed - failed, now),
    )


def why(code: str, otherwise: str = "not_prepared", **words: str) -> Problem:
    """Return the refusal behind the code that is noted of a publication or a report, with those of `words` that it
    needs; `otherwise` is the one for what nobody foresaw."""
    words |= {"reason": code}
    said = code if code in REFUSALS and arguments_of(code) <= words.keys() else otherwise
    return Problem(said, **{name: words[name] for name in arguments_of(said)})


def _state(publication: Publication) -> str:
    if publication.ended_at is not None:
        return "failed" if publication.problem else "ended"
    return "preparing" if publication.prepared_at is None else "printing"


def _minutes(session: Session, publication: Publication, left: int, now: datetime) -> int | None:
    """Return the minutes left at the speed of the reports issued since they were ordered."""
    if publication.ended_at is not None or publication.prepared_at is None:
        return None
    done = session.scalar(
        select(func.count()).where(
            IssuedReport.publication_id == publication.id, IssuedReport.created_at >= publication.prepared_at
        )
    )
    if done is None or done < ENOUGH:
        return None
    return ceil(left * (now - publication.prepared_at).total_seconds() / done / 60)


def get_issued(session: Session, actor: Actor, number: str) -> IssuedReport:
    """Return one issued report in the actor's scope; Problem not_found otherwise."""
    report = session.scalar(_scope(actor).where(IssuedReport.number == number))
    if report is None:
        raise Problem("not_found")
    return report


def in_force(session: Session, actor: Actor, quarter: str, region: Region | None) -> list[IssuedReport]:
    """Return the reports in force that the actor may read, of everything in a region where one is given."""
    query = _scope(actor).where(IssuedReport.quarter == quarter)
    if region is not None:
        inside = select(Region.id).where(Region.programme_id == region.programme_id, inside_region(region.path))
        places = select(Location.id).where(Location.region_id.in_(inside))
        query = query.where(or_(IssuedReport.location_id.in_(places), IssuedReport.region_id.in_(inside)))
    newest = _newest(session.scalars(query.order_by(IssuedReport.issue)).all())
    return [report for report in newest.values() if report.withdrawn is None]


def newest_issues(session: Session, programme_id: int, quarter: Quarter) -> dict[Same, IssuedReport]:
    """Return the newest issue of each report of a quarter, withdrawn or not."""
    mine = (IssuedReport.programme_id == programme_id, IssuedReport.quarter == str(quarter))
    return _newest(session.scalars(select(IssuedReport).where(*mine).order_by(IssuedReport.issue)).all())


def _newest(rows: Sequence[IssuedReport]) -> dict[Same, IssuedReport]:
    return {(row.kind, row.location_id, row.region_id, row.locale): row for row in rows}


def get_publication(session: Session, actor: Actor, quarter: str, edition: int) -> Publication:
    """Return one edition of a quarter of the actor's programme; Problem not_found."""
    found = session.scalar(
        select(Publication).where(
            Publication.programme_id == actor.programme_id,
            Publication.quarter == quarter,
            Publication.edition == edition,
        )
    )
    if found is None:
        raise Problem("not_found")
    return found
