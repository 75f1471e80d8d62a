"""From visits to cells: the additive facts from which everything printed is computed.

A cell is a location x quarter x channel x criterion, criterion "" being the whole checklist. It holds counts
and sums, never averages, so that cells can be added, checked against a recount and rebuilt by slice.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from checklists.model import VisitKind
from reports.frames import CELLS, CRITERIA, SCORES, FrameProblem, check

_SLICE = ["location", "quarter", "channel"]
_FACTS = [name for name in CELLS.columns if name not in CELLS.key]


def cells(scores: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """Return the CELLS frame of approved visits (SCORES) and their criteria (CRITERIA), sorted by key.

    Only regular, scorable visits count (scoring.md 1.3, 1.6), always with the ungated score. The overall
    row's `lost_sum` is the sum of 1 - S; its `answers` those of all criteria. FrameProblem when a criterion
    belongs to no visit.
    """
    scores = check(scores, SCORES)
    criteria = check(criteria, CRITERIA)
    if not criteria["visit"].isin(scores["visit"]).all():
        raise FrameProblem(CRITERIA.name, "visit", "names a visit that is not among the scores")
    counted = scores[(scores["kind"] == VisitKind.REGULAR.value) & scores["scorable"]]
    if counted["score"].isna().any():
        raise FrameProblem(SCORES.name, "score", "is empty for a scorable visit")

    by_criterion = criteria.merge(counted[["visit", *_SLICE]], on="visit")
    answers = by_criterion.groupby("visit")["answers"].sum()
    overall = counted.assign(
        criterion="",
        lost=1 - counted["score"],
        answers=counted["visit"].map(answers).fillna(0).astype("int64"),
    )
    rows = pd.concat([overall, by_criterion], ignore_index=True, join="inner")
    rows = rows.assign(n=1, score_sum=rows["score"], score_sum_sq=rows["score"] ** 2, lost_sum=rows["lost"])
    return check(rows.groupby(list(CELLS.key), as_index=False)[_FACTS].sum(), CELLS)


def reindex(
    cells: pd.DataFrame,
    *,
    locations: Sequence[str],
    quarters: Sequence[str],
    measures: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    """Return one row for every location x quarter x measure (channel, criterion); empty cells are rows of zeros.

    Cells outside that grid are left out.
    """
    grid = pd.DataFrame(
        [
            (location, quarter, channel, criterion)
            for location in locations
            for quarter in quarters
            for channel, criterion in measures
        ],
        columns=list(CELLS.key),
    )
    filled = grid.merge(cells, on=list(CELLS.key), how="left")
    return check(filled.fillna(dict.fromkeys(_FACTS, 0)), CELLS)
