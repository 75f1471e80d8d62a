"""Rows of the field as the reports of a quarter show them: visits, comments, questions, photos, counts, waves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from auditapp.models import AnswerRow, Evidence, Location, Programme, Visit, VisitScoreRow, Wave
from auditapp.quotes import is_good
from auditapp.rollups import COUNTED
from checklists.lifecycle import State
from checklists.model import AnswerState, Checklist, Item, ItemType, VisitKind
from reports import quarterly
from reports.periods import Quarter
from reports.quarterly import Photo, Question, VisitLine

_PROOF = re.compile(
    r"paragon|rachun|faktur|potwierdzen|bilet|receipt|invoice|\bbill\b|confirmation|ticket", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One scored item of a checklist version in a location's visits that count: answers, and the points they earned."""

    version: int
    item: str
    answers: int
    points: float


def approved(programme: Programme, quarter: Quarter) -> tuple[ColumnElement[bool], ...]:
    """Match the approved visits of a quarter."""
    return (
        Visit.programme_id == programme.id,
        Visit.quarter == str(quarter),
        Visit.status == State.APPROVED,
    )


def read_visits(session: Session, programme: Programme, quarter: Quarter) -> dict[str, list[VisitLine]]:
    """Return the approved visits of each location, in the order of their days."""
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
        .where(*approved(programme, quarter))
        .order_by(Location.code, Visit.local_date, Visit.channel, Visit.id)
    )
    found: dict[str, list[VisitLine]] = defaultdict(list)
    for code, day, channel, kind, score, scorable, critical_failed in rows:
        if day is not None:  # the database holds that an approved visit has one
            found[code].append(VisitLine(day, channel, kind, score, scorable, critical_failed))
    return found


def items_of(checklists: Mapping[int, Checklist]) -> dict[int, dict[str, Item]]:
    """Return the items of each checklist version by code."""
    return {version: {item.code: item for item in checklist.items} for version, checklist in checklists.items()}


def read_asked(session: Session, programme: Programme, quarter: Quarter) -> dict[str, list[Asked]]:
    """Return the scored answers of the visits that count, added up by the database, by location."""
    by = (Location.code, Visit.checklist_version_id, AnswerRow.item)
    rows = session.execute(
        select(*by, func.count(), func.sum(AnswerRow.points))
        .join(Visit, Visit.id == AnswerRow.visit_id)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .join(Location, Location.id == Visit.location_id)
        .where(
            *approved(programme, quarter),
            *COUNTED,
            AnswerRow.is_current,
            AnswerRow.state == AnswerState.ANSWERED,
            AnswerRow.points.is_not(None),
        )
        .group_by(*by)
        .order_by(*by)
    )
    found: dict[str, list[Asked]] = defaultdict(list)
    for code, version, item, answers, points in rows:
        found[code].append(Asked(version, item, answers, points or 0.0))
    return found


def build_questions(asked: list[Asked], checklists: Mapping[int, Checklist]) -> list[Question]:
    """Return the scored questions that lost points; versions that ask the same item are one question."""
    items = items_of(checklists)
    merged: dict[tuple[str, str], tuple[Item, int, float]] = {}
    for each in asked:
        item = items[each.version].get(each.item)
        if item is None or item.weight is None or not item.max_points:
            continue
        key = (checklists[each.version].channel.value, each.item)
        _, answers, earned = merged.get(key, (item, 0, 0.0))
        merged[key] = (item, answers + each.answers, earned + each.points / item.max_points)
    return [
        Question(
            item=code,
            criterion=item.criterion,
            channel=channel,
            text=item.question,
            answers=answers,
            earned=earned / answers,
            lost=(item.weight or 0.0) * (answers - earned),
            yes_no=item.type == ItemType.YES_NO,
        )
        for (channel, code), (item, answers, earned) in merged.items()
    ]


def _proves_a_visit(item: Item) -> bool:
    texts = [item.question] + ([] if item.evidence is None else [item.evidence])
    return any(_PROOF.search(f"{text.pl} {text.en}") for text in texts)


def read_photos(
    session: Session, programme: Programme, quarter: Quarter, checklists: Mapping[int, Checklist]
) -> dict[str, list[Photo]]:
    """Return the photos kept with scored answers, by location.

    What proves that a visit was made stays out: the hour on a receipt would tell who came.
    """
    items = items_of(checklists)
    rows = session.execute(
        select(
            Location.code,
            Visit.local_date,
            Visit.checklist_version_id,
            Evidence.item,
            Evidence.sha256,
            AnswerRow.points,
        )
        .select_from(Evidence)
        .join(Visit, Visit.id == Evidence.visit_id)
        .join(Location, Location.id == Visit.location_id)
        .join(
            AnswerRow,
            and_(AnswerRow.visit_id == Evidence.visit_id, AnswerRow.item == Evidence.item, AnswerRow.is_current),
        )
        .where(
            *approved(programme, quarter),
            Evidence.removed_at.is_(None),
            Evidence.sha256.is_not(None),
            AnswerRow.points.is_not(None),
            Visit.kind == VisitKind.REGULAR,
        )
        .order_by(Evidence.id)
    )
    found: dict[str, list[Photo]] = defaultdict(list)
    for code, day, version, item, key, points in rows:
        asked = items[version][item]
        if day is not None and key is not None and asked.scored and not _proves_a_visit(asked):
            found[code].append(Photo(key, day, asked.criterion, asked.question, is_good(asked, points)))
    return found


def read_waves(session: Session, programme: Programme, quarter: Quarter) -> tuple[quarterly.Wave, ...]:
    """Return the field periods that lie in a quarter, or begin in it."""
    first, last = quarter.bounds()
    rows = session.scalars(
        select(Wave)
        .where(Wave.programme_id == programme.id, Wave.starts_on.between(first, last))
        .order_by(Wave.starts_on, Wave.code)
    )
    return tuple(
        quarterly.Wave(row.name, row.starts_on, row.ends_on, row.notice_on, row.notice_channel) for row in rows
    )


def read_counts(session: Session, programme: Programme, quarter: Quarter) -> quarterly.Facts:
    """Return what happened in the field: visits planned by the waves of a quarter, made, and what became of them."""
    first, last = quarter.bounds()
    rows = session.execute(
        select(Visit.status, func.count(), func.count(func.distinct(Visit.auditor_id)))
        .where(Visit.programme_id == programme.id, Visit.quarter == str(quarter))
        .group_by(Visit.status)
    ).all()
    by_status = {State(status): (count, people) for status, count, people in rows}
    planned = session.execute(
        select(func.count(Visit.id), func.count(Visit.wave_id))
        .outerjoin(Wave, Wave.id == Visit.wave_id)
        .where(
            Visit.programme_id == programme.id,
            Visit.status != State.CANCELLED,
            or_(
                Wave.starts_on.between(first, last),
                and_(Visit.wave_id.is_(None), Visit.quarter == str(quarter)),
            ),
        )
    ).one()
    counted = session.scalar(
        select(func.count())
        .select_from(Visit)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .where(*approved(programme, quarter), *COUNTED)
    )

    def of(*states: State) -> int:
        return sum(by_status.get(state, (0, 0))[0] for state in states)

    done = of(State.APPROVED)
    return quarterly.Facts(
        planned=planned[0] if planned[1] else None,
        made=of(State.APPROVED, State.REJECTED, State.SUBMITTED, State.RETURNED),
        approved=done,
        rejected=of(State.REJECTED),
        waiting=of(State.SUBMITTED, State.RETURNED),
        not_counted=done - (counted or 0),
        auditors=by_status.get(State.APPROVED, (0, 0))[1],
    )
