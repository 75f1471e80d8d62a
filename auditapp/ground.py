"""What the figures of a programme stand on beside its cells: the network, and the versions measured with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from auditapp import cells
from auditapp.convert import checklist_of, standard_of
from auditapp.models import ChecklistVersion, JournalLine, Location, Region
from checklists.model import Checklist, Standard
from reports import frames
from reports.measures import Measure


@dataclass(frozen=True, slots=True)
class Network:
    """The locations as LOCATIONS, the days they opened and closed by code, and what differs when any of it does."""

    mark: int
    frame: pd.DataFrame
    opened: Mapping[str, date]
    closed: Mapping[str, date]


def read_network(session: Session, programme_id: int) -> Network:
    """Return the network; reading it is left out while nobody wrote a line into the journal and none was added."""
    last = select(func.max(JournalLine.id)).where(JournalLine.programme_id == programme_id).scalar_subquery()
    here = Location.programme_id == programme_id
    seen = session.execute(select(last, func.count(), func.sum(Location.id)).where(here)).one()
    key = (*cells.place_of(session, programme_id), "network")
    return cells.remember(key, tuple(seen), lambda: _read(session, programme_id), 3 * seen[1])


def _read(session: Session, programme_id: int) -> Network:
    found = session.execute(
        select(
            Location.code,
            Location.name,
            Region.path,
            Location.format,
            Location.footfall,
            Location.opened_on,
            Location.closed_on,
        )
        .join(Region, Region.id == Location.region_id)
        .where(Location.programme_id == programme_id)
        .order_by(Location.code)
    )
    rows: list[tuple[Any, ...]] = [tuple(row) for row in found]
    frame = pd.DataFrame([row[:5] for row in rows], columns=list(frames.LOCATIONS.columns))
    opened, closed = ({row[0]: row[day] for row in rows if row[day] is not None} for day in (5, 6))
    return Network(hash(tuple(rows)), frames.check(frame, frames.LOCATIONS), opened, closed)


def read_checklists(session: Session, programme_id: int) -> tuple[dict[int, Checklist], tuple[Standard, ...]]:
    """Return the checklist versions by id, newer ones later, and their standards, the newest first."""
    rows = session.scalars(
        select(ChecklistVersion)
        .where(ChecklistVersion.programme_id == programme_id)
        .options(joinedload(ChecklistVersion.standard_version))
        .order_by(ChecklistVersion.version, ChecklistVersion.id)
    ).all()
    standards = {row.standard_version_id: standard_of(row.standard_version) for row in rows}
    newest_first = sorted(
        standards.values(), key=lambda standard: (standard.valid_from, standard.version), reverse=True
    )
    return {row.id: checklist_of(row) for row in rows}, tuple(newest_first)


def items_of(checklists: Iterable[Checklist]) -> dict[Measure, int]:
    """Return J, the largest number of scored items in any version, of each (channel, criterion); "" = overall."""
    largest: dict[Measure, int] = {}
    for checklist in checklists:
        counts: dict[Measure, int] = {}
        for item in checklist.items:
            if item.scored:
                for measure in ((checklist.channel.value, ""), (checklist.channel.value, item.criterion)):
                    counts[measure] = counts.get(measure, 0) + 1
        for measure, count in counts.items():
            largest[measure] = max(count, largest.get(measure, 0))
    return largest


def targets_of(checklists: Iterable[Checklist], standards: Sequence[Standard]) -> dict[str, float]:
    """Return the acceptance level of each channel: the mean of its criteria's levels, weighted like its items."""
    levels = {c.code: c.acceptance_level for standard in reversed(standards) for c in standard.criteria}
    targets = {}
    for checklist in checklists:  # the newest version of a channel comes last and stays
        weighed = [(item.weight, levels[item.criterion]) for item in checklist.items if item.weight is not None]
        targets[checklist.channel.value] = sum(w * level for w, level in weighed) / checklist.total_weight
    return targets
