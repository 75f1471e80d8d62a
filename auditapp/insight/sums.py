"""Sums of criteria as the database gives them: the cells of a few locations, and one population in one row.

A wide network has more cells of criteria than a process should hold for a page about some of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp.models import Cell, Location
from auditapp.rollups import KEY, SUMS
from reports import frames
from reports.heat import Between
from reports.periods import Quarter


def cells_of(session: Session, programme_id: int, quarters: Sequence[Quarter], codes: Collection[str]) -> pd.DataFrame:
    """Return the CELLS of criteria of some locations, in one query."""
    mine = select(Location.id).where(Location.programme_id == programme_id, Location.code.in_(codes))
    rows = session.execute(
        select(Location.code, Cell.quarter, Cell.channel, Cell.criterion, *(getattr(Cell, name) for name in SUMS))
        .join(Location, Location.id == Cell.location_id)
        .where(Cell.location_id.in_(mine), Cell.quarter.in_([str(each) for each in quarters]), Cell.criterion != "")
    ).all()
    frame = pd.DataFrame([tuple(row) for row in rows], columns=[*KEY, *SUMS])
    types = {**dict.fromkeys(KEY, "str"), **dict.fromkeys(SUMS, "float64")}
    return frames.check(frame.astype(types), frames.CELLS)


def between(
    session: Session, programme_id: int, quarters: Sequence[Quarter], channel: str
) -> Mapping[tuple[str, str], Between]:
    """Return what tells how locations differ, by (criterion, location format), over `quarters` taken together."""
    visits, points = func.sum(Cell.n), func.sum(Cell.score_sum)
    each = (
        select(Cell.criterion, Cell.location_id, visits.label("n"), points.label("points"))
        .where(
            Cell.programme_id == programme_id,
            Cell.quarter.in_([str(quarter) for quarter in quarters]),
            Cell.channel == channel,
            Cell.criterion != "",
        )
        .group_by(Cell.criterion, Cell.location_id)
        .subquery()
    )
    rows = session.execute(
        select(
            each.c.criterion,
            Location.format,
            func.count(),
            func.sum(each.c.n),
            func.sum(each.c.n * each.c.n),
            func.sum(each.c.points),
            func.sum(each.c.points * each.c.points / each.c.n),
            func.sum(each.c.points / each.c.n),
        )
        .join(Location, Location.id == each.c.location_id)
        .group_by(each.c.criterion, Location.format)
    )
    return {(row[0], row[1]): Between(int(row[2]), *(float(value) for value in row[3:])) for row in rows}
