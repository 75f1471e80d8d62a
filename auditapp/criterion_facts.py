"""The criteria of two quarters in every location."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from auditapp import cells, results
from auditapp.cells import Part
from auditapp.models import Programme
from auditapp.results import Facts
from reports import attention
from reports.attention import CriterionFacts
from reports.measures import Measure
from reports.periods import Quarter


def read_criteria(session: Session, programme: Programme, facts: Facts) -> tuple[CriterionFacts | None, CriterionFacts]:
    """Return the criteria of the earlier quarter, None without one, and of the quarter, once for all readers."""

    def make() -> tuple[CriterionFacts | None, CriterionFacts]:
        earlier = None if facts.previous is None else _read(session, programme, facts, facts.previous)
        return earlier, _read(session, programme, facts, facts.quarter)

    return facts.remember(("criterion facts",), make, len(facts.items) * len(facts.locations))


def _read(session: Session, programme: Programme, facts: Facts, quarter: Quarter) -> CriterionFacts:
    cube = cells.sum_cube(session, programme.id, [quarter], facts.locations)
    found = attention.build_facts(cube, facts.locations, quarter, items=facts.items)
    if found.settled:
        return found
    # Too few visits in the quarter: the four before it tell how visits vary.
    borrowed = results.gather(session, programme, quarter, part=Part()).spread or {}
    return attention.build_facts(cube, facts.locations, quarter, items=facts.items, spread=borrowed)


def comparable_measures(facts: Facts, measures: Sequence[Measure]) -> frozenset[Measure]:
    """Return the measures whose questions are the same in all versions used in the quarter or the one before."""
    used: dict[str, set[int]] = {}
    for (channel, quarter), versions in facts.used.items():
        if quarter in (facts.previous, facts.quarter):
            used.setdefault(channel, set()).update(versions)
    alike = {
        channel: attention.comparable_criteria(
            [checklist for id_, checklist in facts.checklists.items() if id_ in versions]
        )
        for channel, versions in used.items()
    }
    return frozenset((channel, code) for channel, code in measures if channel not in alike or code in alike[channel])
