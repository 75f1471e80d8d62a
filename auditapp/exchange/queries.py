"""The tables of a programme as rows of plain values, read in pieces so that memory stays flat.

Visits are those that were handed in: submitted, approved or rejected. An assignment is a plan and not a visit yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from auditapp import results, rollups
from auditapp.convert import checklist_of
from auditapp.exchange.columns import COLUMNS
from auditapp.exchange.documents import MODELS
from auditapp.exchange.intake import STATES
from auditapp.exchange.rows import batched
from auditapp.models import (
    AnswerRow,
    ChecklistVersion,
    CriterionScoreRow,
    Location,
    Membership,
    Programme,
    Region,
    StandardVersion,
    User,
    Visit,
    VisitScoreRow,
)
from reports.periods import Quarter

Rows = Iterator[Sequence[object]]
PIECE = 100  # visits whose answers are read at a time


def read_table(session: Session, programme: Programme, kind: str, quarter: Quarter | None) -> Rows:
    """Return the rows of a table in the order of its columns; of one quarter where the table has quarters."""
    return _TABLES[kind](session, programme, None if quarter is None else str(quarter))


def read_documents(session: Session, programme: Programme, kind: str) -> list[tuple[str, str]]:
    """Return the documents of `standard` or `checklist` in force as (file name, text)."""
    model = MODELS[kind]
    rows: list[StandardVersion | ChecklistVersion] = list(
        session.scalars(select(model).where(model.programme_id == programme.id).order_by(model.code, model.version))
    )
    return [(f"{row.code}-{row.version}.toml", row.document) for row in rows]


def count_answers(session: Session, programme: Programme, quarter: Quarter | None) -> int:
    """Return the number of rows of the table `answers`."""
    made = _made(programme, None if quarter is None else str(quarter))
    query = select(func.count()).select_from(AnswerRow).join(Visit, Visit.id == AnswerRow.visit_id)
    return session.scalars(query.where(AnswerRow.is_current, *made)).one()


def _made(programme: Programme, quarter: str | None) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [Visit.programme_id == programme.id, Visit.status.in_(STATES)]
    return parts if quarter is None else [*parts, Visit.quarter == quarter]


def _regions(session: Session, programme: Programme, _quarter: str | None) -> Rows:
    query = select(Region.path, Region.name).where(Region.programme_id == programme.id).order_by(Region.path)
    return iter(session.execute(query))


def _locations(session: Session, programme: Programme, _quarter: str | None) -> Rows:
    query = (
        select(
            Location.code,
            Location.name,
            Region.path,
            Location.format,
            Location.city,
            Location.lat,
            Location.lon,
            Location.timezone,
            Location.attributes,
            Location.footfall,
            Location.opened_on,
            Location.closed_on,
        )
        .join(Region, Region.id == Location.region_id)
        .where(Location.programme_id == programme.id)
        .order_by(Location.code)
    )
    for *before, attributes, footfall, opened, closed in session.execute(query):
        yield (*before, ";".join(attributes), footfall, opened, closed)


def _people(session: Session, programme: Programme, _quarter: str | None) -> Rows:
    scope = func.coalesce(Region.path, Location.code, "")
    name, locale = func.coalesce(Membership.name, User.name), func.coalesce(Membership.locale, User.locale)
    query = (
        select(User.email, name, Membership.role, scope, Membership.pseudonym, locale)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Region, Region.id == Membership.region_id)
        .outerjoin(Location, Location.id == Membership.location_id)
        .where(Membership.programme_id == programme.id, Membership.active)
        .order_by(User.email, Membership.role, scope)
    )
    return iter(session.execute(query))


def _items(session: Session, programme: Programme, _quarter: str | None) -> Rows:
    query = (
        select(ChecklistVersion)
        .where(ChecklistVersion.programme_id == programme.id)
        .order_by(ChecklistVersion.code, ChecklistVersion.version)
    )
    for checklist in map(checklist_of, session.scalars(query)):
        for item in checklist.items:
            yield (
                checklist.code,
                checklist.version,
                item.code,
                item.section,
                item.criterion,
                item.type.value,
                item.kind.value,
                item.weight,
                item.max_points,
                _flag(item.na_allowed),
                _flag(item.critical),
                item.pass_mark,
                checklist.channel.value,
                item.question.pl,
                item.question.en,
            )


def _visits(session: Session, programme: Programme, quarter: str | None) -> Rows:
    """Instants are written in the time of the location, with its offset."""
    query = (
        select(
            Visit.code,
            Location.code,
            ChecklistVersion.code,
            ChecklistVersion.version,
            Visit.channel,
            Visit.kind,
            Membership.pseudonym,
            Visit.started_at,
            Visit.ended_at,
            Visit.submitted_at,
            Visit.status,
            Visit.quarter,
            Location.timezone,
        )
        .join(Location, Location.id == Visit.location_id)
        .join(ChecklistVersion, ChecklistVersion.id == Visit.checklist_version_id)
        .join(Membership, Membership.id == Visit.auditor_id)
        .where(*_made(programme, quarter))
        .order_by(Visit.id)
        .execution_options(yield_per=1000)
    )
    for *before, started, ended, submitted, status, of_quarter, timezone in session.execute(query):
        zone = ZoneInfo(timezone)
        instants = (each and each.astimezone(zone).isoformat() for each in (started, ended, submitted))
        yield (*before, *instants, status, of_quarter)


def _answers(session: Session, programme: Programme, quarter: str | None) -> Rows:
    """The newest revision of every answer. Visits are taken in pieces: the first rows come at once on any database."""
    visit, answer = Visit.__table__.c, AnswerRow.__table__.c
    columns = (answer.item, answer.state, answer.value, answer.points, answer.comment, answer.revision)
    query = select(visit.code, *columns).where(answer.visit_id == visit.id, answer.is_current)
    ids = session.scalars(select(Visit.id).where(*_made(programme, quarter)).order_by(Visit.id)).all()
    connection = session.connection()

    def read(piece: list[int]) -> Sequence[Sequence[object]]:
        with connection.execute(query.where(visit.id.in_(piece)).order_by(visit.id, answer.item)) as found:
            # The driver's own tuples: nothing in them needs converting, and wrapping each costs a third of the time.
            return cast(Sequence[Sequence[object]], found.cursor.fetchall())

    return chain.from_iterable(map(read, batched(ids, PIECE)))


def _visit_scores(session: Session, programme: Programme, quarter: str | None) -> Rows:
    scores = aliased(VisitScoreRow)
    query = (
        select(
            Visit.code,
            Location.code,
            Visit.quarter,
            scores.score,
            scores.score_gated,
            scores.applicable_weight,
            scores.total_weight,
            case((scores.scorable, "true"), else_="false"),
            scores.critical_failed,
            scores.critical_applicable,
        )
        .join(scores, scores.visit_id == Visit.id)
        .join(Location, Location.id == Visit.location_id)
        .where(*_made(programme, quarter))
        .order_by(Visit.id)
        .execution_options(yield_per=1000)
    )
    return iter(session.execute(query))


def _criterion_scores(session: Session, programme: Programme, quarter: str | None) -> Rows:
    query = (
        select(
            Visit.code,
            CriterionScoreRow.criterion,
            CriterionScoreRow.score,
            CriterionScoreRow.applicable_weight,
            CriterionScoreRow.answers,
        )
        .join(CriterionScoreRow, CriterionScoreRow.visit_id == Visit.id)
        .where(*_made(programme, quarter))
        .order_by(Visit.id, CriterionScoreRow.criterion)
        .execution_options(yield_per=1000)
    )
    return iter(session.execute(query))


def _cells(session: Session, programme: Programme, quarter: str | None) -> Rows:
    frame = rollups.cells_frame(session, programme.id, quarters=None if quarter is None else [quarter])
    frame = frame.sort_values(["quarter", "location", "channel", "criterion"])
    return frame[list(COLUMNS["cells"])].itertuples(index=False, name=None)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _comparison(session: Session, programme: Programme, quarter: str | None) -> Rows:
    """The very comparison the pages show, of one quarter or of every quarter with results."""
    known = results.quarters_with_results(session, programme.id)
    for each in known:
        if quarter is None or str(each) == quarter:
            before = each.previous() if each.previous() in known else None
            frame = results.build_comparison(session, programme, each, previous=before).to_frame()
            yield from frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)


_TABLES: Mapping[str, Callable[[Session, Programme, str | None], Rows]] = {
    "regions": _regions,
    "locations": _locations,
    "people": _people,
    "items": _items,
    "visits": _visits,
    "answers": _answers,
    "visit_scores": _visit_scores,
    "criterion_scores": _criterion_scores,
    "cells": _cells,
    "comparison": _comparison,
}
