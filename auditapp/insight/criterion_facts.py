"""The criteria of two quarters in every location, read in parts: a wide network has more cells than a process holds."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import results
from auditapp.cells import Part
from auditapp.models import Cell, Location, Programme
from auditapp.results import Facts
from auditapp.rollups import KEY, SUMS
from reports import attention
from reports.attention import CriterionFacts
from reports.periods import Quarter

AT_ONCE = 10  # criteria


def read_criteria(session: Session, programme: Programme, facts: Facts) -> tuple[CriterionFacts | None, CriterionFacts]:
    """Return the criteria of the earlier quarter, None without one, and of the quarter, once for all readers."""

    def make() -> tuple[CriterionFacts | None, CriterionFacts]:
        earlier = None if facts.previous is None else _read(session, programme, facts, facts.previous)
        return earlier, _read(session, programme, facts, facts.quarter)

    return facts.remember(("criterion facts",), make, len(facts.items) * len(facts.locations))


def _read(session: Session, programme: Programme, facts: Facts, quarter: Quarter) -> CriterionFacts:
    codes = sorted({code for _, code in facts.items if code})
    borrowed = None
    parts = []
    for start in range(0, max(len(codes), 1), AT_ONCE):
        some = codes[start : start + AT_ONCE]
        items = {measure: most for measure, most in facts.items.items() if measure[1] in some}
        cells = _cells(session, programme.id, quarter, some)
        found = attention.build_facts(cells, facts.locations, quarter, items=items)
        if not found.settled:  # too few visits in the quarter: the four before it tell how visits vary
            if borrowed is None:
                borrowed = results.gather(session, programme, quarter, part=Part()).spread or {}
            found = attention.build_facts(cells, facts.locations, quarter, items=items, spread=borrowed)
        parts.append(found)
    return attention.merge(parts)


def _cells(session: Session, programme_id: int, quarter: Quarter, codes: Sequence[str]) -> pd.DataFrame:
    """Return CELLS of some criteria in one quarter."""
    rows = session.execute(
        select(Location.code, Cell.quarter, Cell.channel, Cell.criterion, *(getattr(Cell, name) for name in SUMS))
        .join(Location, Location.id == Cell.location_id)
        .where(Cell.programme_id == programme_id, Cell.quarter == str(quarter), Cell.criterion.in_(codes))
    )
    return pd.DataFrame(rows.all(), columns=[*KEY, *SUMS])
