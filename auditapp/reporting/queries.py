"""Reads of `reporting`: the facts of a quarter gathered once, reports built from them, issued reports listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from auditapp import results
from auditapp.access import DESK, Actor, locations_for
from auditapp.models import AnswerRow, IssuedReport, Location, Programme, Region, Visit, VisitScoreRow
from checklists.lifecycle import State
from checklists.model import AnswerState, Channel
from checklists.problems import Problem
from reports import quarterly
from reports.compare import Comparison
from reports.criteria import CriterionRow
from reports.periods import Quarter
from reports.quarterly import CriterionLine, LocationReport, NetworkReport, Quote, VisitLine
from reports.summary import Series, Summary

HISTORY = 12


@dataclass(frozen=True)
class QuarterFacts:
    """Everything the reports of one quarter are built from, read once for all of them."""

    facts: results.Facts
    frame: quarterly.Frame
    network: Summary
    channels: tuple[str, ...]  # visited ones
    by_criterion: dict[tuple[str, str], Summary]  # (channel, criterion) of the network
    criteria: dict[str, list[CriterionRow]]
    visits: dict[str, list[VisitLine]]
    quotes: dict[str, list[Quote]]
    series: dict[str, Series]
    counts: quarterly.Facts


def gather(session: Session, programme: Programme, quarter: Quarter) -> QuarterFacts:
    """Read a quarter; Problem nothing_to_report when it has no approved visit."""
    facts = results.gather(session, programme, quarter, previous=quarter.previous(), history=HISTORY, criteria=5)
    comparison = results.comparison_of(facts)
    if not any(row.n for row in comparison.rows):
        raise Problem("nothing_to_report", quarter=str(quarter))
    visited = {row.channel for row in comparison.rows if row.n}
    channels = tuple(str(channel) for channel in Channel if channel in visited)
    frame = _frame(session, programme, facts, comparison)
    criteria: dict[str, list[CriterionRow]] = defaultdict(list)
    by_criterion = {}
    for channel in channels:
        for row in results.criterion_rows(facts, channel=channel):
            if row.n:
                criteria[row.location].append(row)
        for found in results.build_summaries(facts, criteria=list(frame.criteria), channel=channel):
            by_criterion[channel, found.criterion] = found
    visits = _visits(session, programme, quarter)
    return QuarterFacts(
        facts=facts,
        frame=frame,
        network=results.build_summaries(facts)[0],
        channels=channels,
        by_criterion=by_criterion,
        criteria=criteria,
        visits=visits,
        quotes=_quotes(session, programme, facts, quarter),
        series=results.build_location_series(facts, facts.locations["location"]),
        counts=_counts(session, programme, quarter),
    )


def _frame(session: Session, programme: Programme, facts: results.Facts, comparison: Comparison) -> quarterly.Frame:
    used = set(
        session.scalars(select(Visit.checklist_version_id).where(*_approved(programme, facts.quarter)).distinct())
    )
    checklists = [checklist for version, checklist in facts.checklists.items() if version in used]
    measured = {(checklist.standard, checklist.standard_version) for checklist in checklists}
    # The quarter's own standard words its criteria; what only another one knows comes after.
    standards = sorted(facts.standards, key=lambda standard: (standard.code, standard.version) not in measured)
    known = list({criterion.code: criterion for each in reversed(standards) for criterion in each.criteria}.values())
    sections = {section.code: section.title for each in reversed(standards) for section in each.sections}
    order = [section.code for each in standards for section in each.sections]
    own = {criterion.code: place for place, criterion in enumerate(standards[0].criteria)}
    known.sort(key=lambda criterion: (order.index(criterion.section), own.get(criterion.code, len(own))))
    return quarterly.Frame(
        programme=programme.name,
        quarter=facts.quarter,
        previous=facts.previous,
        standard=standards[0],
        criteria={criterion.code: criterion for criterion in known},
        sections=sections,
        versions=tuple(sorted(f"{checklist.code} {checklist.version}" for checklist in checklists)),
        weights=facts.weights,
        targets=facts.targets,
        comparison=comparison,
    )


def _approved(programme: Programme, quarter: Quarter) -> tuple[ColumnElement[bool], ...]:
    return (
        Visit.programme_id == programme.id,
        Visit.quarter == str(quarter),
        Visit.status == State.APPROVED,
    )


def _visits(session: Session, programme: Programme, quarter: Quarter) -> dict[str, list[VisitLine]]:
    rows = session.execute(
        select(
            Location.code,
            Visit.local_date,
            Visit.channel,
            Visit.kind,
            VisitScoreRow.score,
            VisitScoreRow.scorable,
            VisitScoreRow.critical_failed,
        )
        .join(Location, Location.id == Visit.location_id)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .where(*_approved(programme, quarter))
        .order_by(Location.code, Visit.local_date, Visit.channel, Visit.id)
    )
    found: dict[str, list[VisitLine]] = defaultdict(list)
    for code, day, channel, kind, score, scorable, critical_failed in rows:
        if day is not None:  # the database holds that an approved visit has one
            found[code].append(VisitLine(day, channel, kind, score, scorable, critical_failed))
    return found


def _quotes(session: Session, programme: Programme, facts: results.Facts, quarter: Quarter) -> dict[str, list[Quote]]:
    items = {version: {item.code: item for item in checklist.items} for version, checklist in facts.checklists.items()}
    rows = session.execute(
        select(
            Location.code,
            Visit.channel,
            Visit.checklist_version_id,
            AnswerRow.item,
            AnswerRow.comment,
            AnswerRow.points,
        )
        .join(Visit, Visit.id == AnswerRow.visit_id)
        .join(Location, Location.id == Visit.location_id)
        .where(
            *_approved(programme, quarter),
            AnswerRow.is_current,
            AnswerRow.comment != "",
            AnswerRow.state == AnswerState.ANSWERED,
            AnswerRow.points.is_not(None),
            Visit.kind == "regular",
        )
        .order_by(AnswerRow.id)
    )
    found: dict[str, list[Quote]] = defaultdict(list)
    for code, channel, version, item, comment, points in rows:
        asked = items[version][item]
        good = points is not None and points >= 0.5 * (asked.max_points or 1)
        found[code].append(Quote(comment, asked.criterion, channel, good))
    return found


def _counts(session: Session, programme: Programme, quarter: Quarter) -> quarterly.Facts:
    rows = session.execute(
        select(Visit.status, func.count(), func.count(func.distinct(Visit.auditor_id)))
        .where(
            Visit.programme_id == programme.id,
            Visit.quarter == str(quarter),
            Visit.status.in_([State.APPROVED, State.REJECTED]),
        )
        .group_by(Visit.status)
    ).all()
    by_status = {status: (count, people) for status, count, people in rows}
    approved, people = by_status.get(State.APPROVED, (0, 0))
    return quarterly.Facts(approved=approved, rejected=by_status.get(State.REJECTED, (0, 0))[0], auditors=people)


def build_location(quarter: QuarterFacts, code: str) -> LocationReport:
    """Build the report of one location; Problem nothing_to_report when it was not visited."""
    comparison = quarter.frame.comparison
    rows = tuple(row for row in comparison.rows if row.location == code and row.channel and row.n)
    if not rows:
        raise Problem("nothing_to_report", quarter=str(quarter.facts.quarter))
    lines = [
        CriterionLine(
            quarter.frame.criteria[row.criterion],
            row,
            quarter.by_criterion[row.channel, row.criterion].score,
        )
        for row in quarter.criteria.get(code, [])
    ]
    place = {criterion: index for index, criterion in enumerate(quarter.frame.criteria)}
    lines.sort(key=lambda line: (quarter.channels.index(line.row.channel), place[line.criterion.code]))
    return LocationReport(
        frame=quarter.frame,
        headline=comparison.get_row(code),
        rows=rows,
        populations=tuple(comparison.get_population(row.format, row.channel) for row in rows),
        network=quarter.network,
        lost=results.points_lost(quarter.facts, [code]),
        criteria=tuple(lines),
        visits=tuple(quarter.visits.get(code, [])),
        quotes=quarterly.select_quotes(quarter.quotes.get(code, [])),
        series=quarter.series[code],
    )


def build_network(session: Session, quarter: QuarterFacts, programme: Programme) -> NetworkReport:
    """Build the report of the network."""
    facts, comparison = quarter.facts, quarter.frame.comparison
    paths = session.scalars(select(Region.path).where(Region.programme_id == programme.id).order_by(Region.path)).all()
    lost = results.points_lost(facts, facts.locations["location"])
    overall = {
        found.criterion: found for found in results.build_summaries(facts, criteria=list(quarter.frame.criteria))
    }
    names = dict(zip(facts.locations["location"], facts.locations["name"], strict=True))
    return NetworkReport(
        frame=quarter.frame,
        network=quarter.network,
        change=results.find_change(facts),
        regions=tuple(found for found in results.build_summaries(facts, regions=paths) if found.locations),
        channels=tuple(results.build_summaries(facts, channel=channel)[0] for channel in quarter.channels),
        lost=lost,
        dimensions=quarterly.dimensions_lost(lost, quarter.frame.criteria),
        criteria=tuple(
            (criterion, overall[code]) for code, criterion in quarter.frame.criteria.items() if overall[code].n
        ),
        below=quarterly.levelled(comparison, "below"),
        above=quarterly.levelled(comparison, "above"),
        not_visited=tuple(names[code] for code in quarter.network.not_visited),
        series=quarterly.since_first(results.build_series(facts)),
        facts=quarter.counts,
    )


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
