"""Comparing across versions of a checklist: which were used when, and scores on what they have in common.

A published score stays what its own version gave (scoring.md 1.9). Restated scores serve a change between two
quarters only, and are computed from answers only where the versions differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.convert import answer_of
from auditapp.models import AnswerRow, Location, Visit, VisitScoreRow
from auditapp.rollups import COUNTED, SUMS
from checklists.model import Answer, Checklist
from checklists.rounding import TOLERANCE
from checklists.versions import compare_versions, restated_score
from reports import frames
from reports.periods import Quarter

Used = Mapping[tuple[str, Quarter], set[int]]  # version ids by channel and quarter


@dataclass(frozen=True, slots=True)
class Restated:
    """Overall CELLS of both quarters on common items (None: no version changed), and the overlap by channel."""

    cells: pd.DataFrame | None
    overlaps: Mapping[str, float]

    def broken(self, least: float) -> list[str]:
        """Return the channels whose versions share too little for a change, `least` being the overlap it takes."""
        return [channel for channel, overlap in self.overlaps.items() if overlap < least - TOLERANCE]


def versions_used(
    session: Session, programme_id: int, checklists: Mapping[int, Checklist], quarters: Sequence[Quarter]
) -> Used:
    """Return the checklist versions behind each channel and quarter; nothing while every channel has but one."""
    channels = [checklist.channel for checklist in checklists.values()]
    if len(channels) == len(set(channels)):
        return {}
    by_name = {str(quarter): quarter for quarter in quarters}
    rows = session.execute(
        select(Visit.channel, Visit.quarter, Visit.checklist_version_id)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .where(Visit.programme_id == programme_id, Visit.quarter.in_(by_name), *COUNTED)
        .distinct()
    )
    used: dict[tuple[str, Quarter], set[int]] = {}
    for channel, quarter, version in rows:
        used.setdefault((channel, by_name[quarter or ""]), set()).add(version)
    return used


def restate(
    session: Session,
    programme_id: int,
    checklists: Mapping[int, Checklist],
    used: Used,
    quarters: tuple[Quarter, Quarter],
) -> Restated:
    """Score both quarters on the items all their versions share, with the newest version's weights.

    `checklists` are the programme's versions by id, the newest of a channel last. Only channels whose versions differ
    are in the result; `overlaps` holds the smallest overlap of any two versions.
    """
    overlaps: dict[str, float] = {}
    rows: list[dict[str, Any]] = []
    for channel in sorted({name for name, _ in used}):
        ids = set().union(*(used.get((channel, quarter), set()) for quarter in quarters))
        if len(ids) > 1:
            versions = _in_order(checklists, ids)
            common, overlaps[channel] = _common(versions)
            rows += _restated_cells(session, programme_id, channel, quarters, versions[-1], common)
    if not overlaps:
        return Restated(None, {})
    return Restated(frames.check(pd.DataFrame(rows, columns=list(frames.CELLS.columns)), frames.CELLS), overlaps)


def breaks(checklists: Mapping[int, Checklist], used: Used, channel: str | None, least: float) -> frozenset[Quarter]:
    """Return the quarters that are not comparable with the quarter before them, in `channel` or in any.

    `least` is the overlap that two versions need.
    """
    broken = set()
    for (name, quarter), versions in used.items():
        before = used.get((name, quarter.previous()), versions)
        if channel in (None, name) and len(before | versions) > 1:
            _, overlap = _common(_in_order(checklists, before | versions))
            if overlap < least - TOLERANCE:
                broken.add(quarter)
    return frozenset(broken)


def _in_order(checklists: Mapping[int, Checklist], ids: Collection[int]) -> list[Checklist]:
    return [checklist for id_, checklist in checklists.items() if id_ in ids]


def _common(versions: Sequence[Checklist]) -> tuple[frozenset[str], float]:
    """Return the items that all versions share with the newest, the last, and the smallest overlap of any with it."""
    new = versions[-1]
    common = frozenset(item.code for item in new.items if item.scored)
    overlap = 1.0
    for old in versions[:-1]:
        change = compare_versions(old, new)
        common &= frozenset(change.common)
        overlap = min(overlap, change.overlap_old, change.overlap_new)
    return common, overlap


def _restated_cells(
    session: Session,
    programme_id: int,
    channel: str,
    quarters: Sequence[Quarter],
    new: Checklist,
    common: frozenset[str],
) -> list[dict[str, Any]]:
    """Return the overall cells of one channel from the visits' restated scores, as rows of CELLS."""
    rows = session.execute(
        select(Location.code, Visit.quarter, AnswerRow)
        .join(Visit, Visit.id == AnswerRow.visit_id)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .join(Location, Location.id == Visit.location_id)
        .where(
            Visit.programme_id == programme_id,
            Visit.channel == channel,
            Visit.quarter.in_([str(quarter) for quarter in quarters]),
            *COUNTED,
            AnswerRow.is_current,
            AnswerRow.item.in_(common),
        )
    )
    by_visit: dict[tuple[str, str, int], dict[str, Answer]] = {}
    for location, quarter, row in rows:
        by_visit.setdefault((location, quarter or "", row.visit_id), {})[row.item] = answer_of(row)
    cells: dict[tuple[str, str], dict[str, Any]] = {}
    for (location, quarter, _), answers in by_visit.items():
        score = restated_score(new, common, answers)
        if score is None:
            continue
        key = {"location": location, "quarter": quarter, "channel": channel, "criterion": ""}
        cell = cells.setdefault((location, quarter), {**key, **dict.fromkeys(SUMS, 0)})
        added = {"n": 1, "score_sum": score, "score_sum_sq": score * score, "lost_sum": 1 - score}
        cell.update({name: cell[name] + value for name, value in added.items()})
    return list(cells.values())
