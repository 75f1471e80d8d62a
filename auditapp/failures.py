"""Reads of what cannot wait for a statistic: critical questions that failed, visit by visit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from auditapp.models import AnswerRow, Location, Programme, Visit, VisitScoreRow
from auditapp.results import Facts
from auditapp.rollups import COUNTED
from checklists.lifecycle import State
from checklists.model import Answer, AnswerState, Item
from checklists.rounding import TOLERANCE
from checklists.scoring import earned_share
from reports.periods import Quarter


@dataclass(frozen=True, slots=True)
class Failure:
    """One critical question that failed in one visit of the quarter."""

    location: str
    visit_id: int
    day: date | None
    channel: str
    item: Item


@dataclass(frozen=True, slots=True)
class Critical:
    """The critical questions of a quarter: failures, newest first, and visits by location.

    `visits` are (those that asked, those in which one failed). Visits that do not count (re-visits, training, not
    scorable) are left out, as everywhere.
    """

    failures: Sequence[Failure]
    visits: Mapping[str, tuple[int, int]]

    def of(self, locations: Collection[str]) -> tuple[list[Failure], int, int]:
        """Return the failures in the locations, how many visits there asked, and in how many of these one failed."""
        found = [each for each in self.failures if each.location in locations]
        counts = [count for code, count in self.visits.items() if code in locations]
        return found, sum(asked for asked, _ in counts), sum(failed for _, failed in counts)


def read_critical(session: Session, programme: Programme, facts: Facts) -> Critical:
    """Return the critical questions of the quarter in the whole network, in two queries for all readers."""
    return facts.remember(("critical failures",), lambda: _read(session, programme.id, facts), 2 * len(facts.locations))


def _read(session: Session, programme_id: int, facts: Facts) -> Critical:
    counted = _counted(programme_id, facts.quarter)
    asked = session.execute(
        select(Location.code, func.count(), func.sum(case((VisitScoreRow.critical_failed > 0, 1), else_=0)))
        .select_from(Visit)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .join(Location, Location.id == Visit.location_id)
        .where(*counted, VisitScoreRow.critical_applicable > 0)
        .group_by(Location.code)
    )
    critical = {
        (version, item.code): item
        for version, checklist in facts.checklists.items()
        for item in checklist.items
        if item.critical
    }
    rows = session.execute(
        select(
            Location.code,
            Visit.id,
            Visit.local_date,
            Visit.channel,
            Visit.checklist_version_id,
            AnswerRow.item,
            AnswerRow.value,
            AnswerRow.points,
        )
        .select_from(Visit)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .join(Location, Location.id == Visit.location_id)
        .join(AnswerRow, AnswerRow.visit_id == Visit.id)
        .where(
            *counted,
            VisitScoreRow.critical_failed > 0,
            AnswerRow.is_current,
            AnswerRow.item.in_({code for _, code in critical}),
            AnswerRow.state == AnswerState.ANSWERED.value,
        )
        .order_by(Visit.local_date.desc(), Visit.id.desc(), AnswerRow.id)
    )
    failures = []
    for location, visit_id, day, channel, version, code, value, points in rows:
        item = critical.get((version, code))
        if item is None:  # critical in another version only
            continue
        answer = Answer(code, AnswerState.ANSWERED, value, points)
        if earned_share(item, answer) < item.pass_mark - TOLERANCE:
            failures.append(Failure(location, visit_id, day, channel, item))
    return Critical(failures, {code: (visits, failed) for code, visits, failed in asked})


def _counted(programme_id: int, quarter: Quarter) -> tuple[ColumnElement[bool] | InstrumentedAttribute[bool], ...]:
    return (
        Visit.programme_id == programme_id,
        Visit.quarter == str(quarter),
        *COUNTED,
    )


def count_waiting(session: Session, programme: Programme, quarter: Quarter, locations: Collection[str]) -> int:
    """Return how many visits of the locations, made in the quarter, wait for their review."""
    rows = session.execute(
        select(Location.code, func.count())
        .select_from(Visit)
        .join(Location, Location.id == Visit.location_id)
        .where(Visit.programme_id == programme.id, Visit.quarter == str(quarter), Visit.status == State.SUBMITTED)
        .group_by(Location.code)
    )
    return sum(number for code, number in rows if code in locations)
