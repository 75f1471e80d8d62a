"""Small hand-made frames: visits by location in, SCORES, CELLS and LOCATIONS out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reports.frames import CELLS, CRITERIA, LOCATIONS, SCORES, check
from reports.rollup import cells

STORE, PHONE = "store_visit", "phone"
Visits = Mapping[tuple[str, str, str], Sequence[float]]  # (location, quarter, channel) -> visit scores

_PUBLISHED = json.loads((Path(__file__).parents[1] / "cases" / "published.json").read_text(encoding="utf-8"))


def published(name: str) -> dict[str, Any]:
    """Return one published case with its source."""
    (found,) = [entry for entry in _PUBLISHED if entry["name"] == name]
    return found


def make_locations(
    codes: Sequence[str],
    *,
    regions: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
    footfall: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "location": list(codes),
                "name": [f"Shop {code}" for code in codes],
                "region": [(regions or {}).get(code, "Północ") for code in codes],
                "format": [(formats or {}).get(code, "store") for code in codes],
                "footfall": [(footfall or {}).get(code) for code in codes],
            }
        ),
        LOCATIONS,
    )


def make_scores(visits: Visits, **columns: Any) -> pd.DataFrame:
    rows = [
        {"location": location, "quarter": quarter, "channel": channel, "score": score}
        for (location, quarter, channel), scores in visits.items()
        for score in scores
    ]
    frame = pd.DataFrame(rows, columns=["location", "quarter", "channel", "score"]).assign(
        shopper="P1",
        applicable_weight=10.0,
        total_weight=10.0,
        scorable=True,
        kind="regular",
        critical_failed=0,
        critical_applicable=1,
    )
    frame["visit"] = [f"V{index:05d}" for index in range(len(frame))]
    frame["score_gated"] = frame["score"]
    return check(frame.assign(**columns), SCORES)


def make_criteria(rows: Sequence[tuple[str, str, float, float]], answers: int = 2) -> pd.DataFrame:
    """Rows of (visit, criterion, score, lost)."""
    frame = pd.DataFrame(rows, columns=["visit", "criterion", "score", "lost"]).assign(
        applicable_weight=1.0, answers=answers, critical_failed=0, critical_applicable=0
    )
    return check(frame, CRITERIA)


def make_cells(visits: Visits) -> pd.DataFrame:
    """The overall cells of these visits."""
    return cells(make_scores(visits), make_criteria([]))


def make_criterion_cells(rows: Sequence[tuple[str, str, str, str, Sequence[float], int]]) -> pd.DataFrame:
    """Rows of (location, quarter, channel, criterion, visit scores, answers in all)."""
    return check(
        pd.DataFrame(
            [
                {
                    "location": location,
                    "quarter": quarter,
                    "channel": channel,
                    "criterion": criterion,
                    "n": len(scores),
                    "score_sum": sum(scores),
                    "score_sum_sq": sum(score**2 for score in scores),
                    "lost_sum": sum(1 - score for score in scores),
                    "answers": answers,
                    "critical_failed": 0,
                    "critical_applicable": 0,
                }
                for location, quarter, channel, criterion, scores, answers in rows
            ],
            columns=list(CELLS.columns),
        ),
        CELLS,
    )
