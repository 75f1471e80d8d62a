"""How much less the visits of few shoppers tell: estimated when a quarter is published, frozen with it, read back.

The variance between shoppers and the remainder are those of the crossed model of `reports.severity`, fitted to whole
visits inside each population, format x channel. Criteria have none: each would need a fit of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import cells
from auditapp.models import Location, Publication, Visit, VisitScoreRow
from auditapp.rollups import COUNTED
from reports.parameters import Effects, FewShoppers
from reports.periods import Quarter
from reports.severity import find_few_shoppers


@dataclass(frozen=True, slots=True)
class ScoredVisits:
    """The visits of one population that count, in the order of their ids: score, location's code, shopper's id."""

    scores: Sequence[float] = ()
    locations: Sequence[str] = ()
    shoppers: Sequence[str] = ()


def read_visits(session: Session, programme_id: int, quarter: Quarter) -> dict[tuple[str, str], ScoredVisits]:
    """Return the visits of a quarter that count, by (format, channel)."""
    rows = session.execute(
        select(Location.format, Visit.channel, VisitScoreRow.score, Location.code, Visit.auditor_id)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .join(Location, Location.id == Visit.location_id)
        .where(Visit.programme_id == programme_id, Visit.quarter == str(quarter), *COUNTED)
        .order_by(Visit.id)
    )
    found: dict[tuple[str, str], list[tuple[Any, str, str]]] = {}
    for kind, channel, score, code, shopper in rows:
        found.setdefault((kind, channel), []).append((score, code, str(shopper)))
    return {population: ScoredVisits(*zip(*visits, strict=True)) for population, visits in found.items()}


def estimate(session: Session, programme_id: int, quarter: Quarter) -> tuple[tuple[FewShoppers, ...], Effects]:
    """Return what is known of the shoppers of each population, and the design effects above 1."""
    known, effects = [], {}
    for (kind, channel), visits in sorted(read_visits(session, programme_id, quarter).items()):
        variances, found = find_few_shoppers(visits.scores, visits.locations, visits.shoppers)
        known.append(FewShoppers(kind, channel, *variances))
        effects.update({(code, str(quarter), channel): effect for code, effect in found.items()})
    return tuple(known), effects


def freeze(known: tuple[FewShoppers, ...], effects: Effects) -> tuple[list[Any], dict[str, dict[str, float]]]:
    """Return the columns `shoppers` and `effects` of a publication."""
    by_channel: dict[str, dict[str, float]] = {}
    for (code, _quarter, channel), effect in sorted(effects.items()):
        by_channel.setdefault(channel, {})[code] = effect
    return msgspec.to_builtins(known), by_channel


def read_known(stored: list[Any] | None) -> tuple[FewShoppers, ...] | None:
    """Return what `freeze` made of what is known; None of a publication that did not look."""
    return None if stored is None else msgspec.convert(stored, tuple[FewShoppers, ...])


def read_effects(session: Session, programme_id: int, publication_id: int, quarter: str) -> Effects:
    """Return the frozen design effects, which the process keeps: those of a wide network are many."""

    def make() -> Effects:
        stored = session.scalar(select(Publication.effects).where(Publication.id == publication_id)) or {}
        return {(code, quarter, channel): found for channel, each in stored.items() for code, found in each.items()}

    return cells.remember((*cells.place_of(session, programme_id), "effects", publication_id), quarter, make, 1_000)
