"""The visits behind the scores of many locations, and the waves they belong to: small reads for lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from auditapp.models import Location, Visit, VisitScoreRow, Wave
from checklists.lifecycle import State
from checklists.model import VisitKind
from checklists.problems import Problem
from reports.periods import Quarter


def visit_scores(
    session: Session, programme_id: int, quarter: Quarter, codes: Collection[str], channel: str = ""
) -> Mapping[str, Sequence[float]]:
    """Return the scores of the visits that count, by location, in one query; of all channels where none is named."""
    found: dict[str, list[float]] = {}
    for (code, name), scores in scores_by_channel(session, programme_id, quarter, codes).items():
        if channel in ("", name):
            found[code] = sorted([*found.get(code, ()), *scores])
    return found


def scores_by_channel(
    session: Session, programme_id: int, quarter: Quarter, codes: Collection[str]
) -> dict[tuple[str, str], list[float]]:
    """Return the scores of the visits that count, by location and channel, in one query.

    They come in ascending order: that of the visits is nobody's business in a list.
    """
    if not codes:
        return {}
    mine = select(Location.id).where(Location.programme_id == programme_id, Location.code.in_(codes))
    rows = session.execute(
        select(Location.code, Visit.channel, VisitScoreRow.score)
        .join(Visit, Visit.location_id == Location.id)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .where(Visit.location_id.in_(mine), *_counted(quarter), VisitScoreRow.scorable)
        .order_by(Location.code, Visit.channel, VisitScoreRow.score)
    )
    found: dict[tuple[str, str], list[float]] = {}
    for code, channel, score in rows:
        if score is not None:
            found.setdefault((code, channel), []).append(score)
    return found


def waves_of(session: Session, programme_id: int, quarter: Quarter) -> Sequence[Wave]:
    """Return the waves that touch a quarter, the latest first."""
    first, last = quarter.bounds()
    return session.scalars(
        select(Wave)
        .where(Wave.programme_id == programme_id, Wave.starts_on <= last, Wave.ends_on >= first)
        .order_by(Wave.starts_on.desc(), Wave.code)
    ).all()


def get_wave(waves: Sequence[Wave], code: str) -> Wave:
    """Return the wave of that code; Problem not_found."""
    for wave in waves:
        if wave.code == code:
            return wave
    raise Problem("not_found")


def visited_in(session: Session, wave: Wave, quarter: Quarter) -> frozenset[str]:
    """Return the codes of the locations with a visit of the wave that counts in the quarter."""
    codes = session.scalars(
        select(Location.code)
        .join(Visit, Visit.location_id == Location.id)
        .where(Visit.wave_id == wave.id, *_counted(quarter))
        .distinct()
    )
    return frozenset(codes)


def _counted(quarter: Quarter) -> tuple[ColumnElement[bool], ...]:
    return (Visit.quarter == str(quarter), Visit.status == State.APPROVED, Visit.kind == VisitKind.REGULAR)
