"""The parameters of each quarter: those of its newest edition where it is public, else the programme's present ones.

What was published is frozen with the parameters it used (scoring.md), so a setting that changes later, or a threshold
that a new release ships, changes no figure of a public quarter until that is published again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from auditapp import few_shoppers
from auditapp.models import OrderedReport, Programme, Publication
from reports.parameters import Parameters
from reports.periods import Quarter
from reports.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Edition:
    """The newest edition of a public quarter."""

    number: int
    published_at: datetime
    parameters: Parameters


def present(programme: Programme) -> Parameters:
    """Return what a quarter is computed with that is not public."""
    return Parameters(Thresholds(), _weights(programme.channel_weights))


def next_edition(session: Session, programme: Programme, quarter: Quarter) -> Parameters:
    """Return what the next publication of a quarter freezes: the present ones, and what few shoppers are worth."""
    known, effects = few_shoppers.estimate(session, programme.id, quarter)
    return replace(present(programme), shoppers=known, effects=effects)


def editions(session: Session, programme_id: int, quarters: Collection[Quarter]) -> dict[Quarter, Edition]:
    """Return the newest edition of each public quarter; one that could not be prepared counts for nothing."""
    came_to_reports = select(OrderedReport.id).where(OrderedReport.publication_id == Publication.id).exists()
    rows = session.execute(
        select(
            Publication.id,
            Publication.quarter,
            Publication.edition,
            Publication.created_at,
            Publication.parameters,
            Publication.weights,
            Publication.shoppers,
        )
        .where(
            Publication.programme_id == programme_id,
            Publication.quarter.in_([str(quarter) for quarter in quarters]),
            or_(Publication.problem == "", came_to_reports),
        )
        .order_by(Publication.edition)
    )
    newest = {row.quarter: row for row in rows}
    found = {}
    for name, row in newest.items():
        known = few_shoppers.read_known(row.shoppers)
        effects = few_shoppers.read_effects(session, programme_id, row.id, name) if known else {}
        values = (msgspec.convert(row.parameters, Thresholds), _weights(row.weights), known, effects)
        found[Quarter.parse(name)] = Edition(row.edition, row.created_at, Parameters(*values))
    return found


def _weights(stored: Mapping[str, Any]) -> dict[str, float]:
    return {str(channel): float(weight) for channel, weight in stored.items()}
