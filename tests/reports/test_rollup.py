from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from reports.frames import FrameProblem
from reports.rollup import cells, reindex
from tests.checklists.builders import case
from tests.reports.builders import PHONE, STORE, make_cells, make_criteria, make_scores

EXAMPLE = case("semantics_A_scoring")


def _cell(
    frame: pd.DataFrame, location: str = "A", quarter: str = "2026Q3", channel: str = STORE, criterion: str = ""
) -> dict[str, Any]:
    key = {"location": location, "quarter": quarter, "channel": channel, "criterion": criterion}
    (row,) = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)].to_dict("records")
    return row


def test_sums_of_a_location() -> None:
    scores = make_scores({("A", "2026Q3", STORE): [0.75, 0.5]}, critical_failed=[1, 0])
    criteria = make_criteria(
        [("V00000", "C1", 0.5, 0.25), ("V00001", "C1", 0.25, 0.375), ("V00001", "C2", 0.75, 0.125)], answers=3
    )
    frame = cells(scores, criteria)
    assert _cell(frame) == {
        "location": "A",
        "quarter": "2026Q3",
        "channel": STORE,
        "criterion": "",
        "n": 2,
        "score_sum": 1.25,
        "score_sum_sq": 0.8125,
        "lost_sum": 0.75,
        "answers": 9,
        "critical_failed": 1,
        "critical_applicable": 2,
    }
    first = _cell(frame, criterion="C1")
    assert (first["n"], first["score_sum"], first["score_sum_sq"], first["lost_sum"]) == (2, 0.75, 0.3125, 0.625)
    assert _cell(frame, criterion="C2")["answers"] == 3


def test_example_a_points_lost_add_up() -> None:
    """Example A: what the criteria lost sums to what the visits lost."""
    visits = [5.75 / 6, 4.6 / 8, 2.5 / 5]
    lost = EXAMPLE["expected"]["points_lost"]
    by_visit = {"C1": [2.75 / 3, 1.0, 0.5 / 3], "C2": [1.0, 1.6 / 5, 1.0]}
    weights = {"C1": [3 / 6, 3 / 8, 3 / 5], "C2": [3 / 6, 5 / 8, 2 / 5]}
    rows = [
        (f"V{visit:05d}", code, by_visit[code][visit], weights[code][visit] * (1 - by_visit[code][visit]))
        for code in ("C1", "C2")
        for visit in range(3)
    ]
    frame = cells(make_scores({("A", "2026Q3", STORE): visits}), make_criteria(rows))
    for code in ("C1", "C2"):
        cell = _cell(frame, criterion=code)
        assert cell["lost_sum"] / cell["n"] == pytest.approx(lost[code], abs=EXAMPLE["tolerance"])
        assert cell["score_sum"] / cell["n"] == pytest.approx(
            EXAMPLE["expected"]["criterion"][code], abs=EXAMPLE["tolerance"]
        )
    whole = _cell(frame)
    assert whole["score_sum"] / whole["n"] == pytest.approx(EXAMPLE["expected"]["location"], abs=EXAMPLE["tolerance"])
    assert whole["score_sum"] / whole["n"] != pytest.approx(EXAMPLE["expected"]["ratio_of_sums_not_used"], abs=1e-3)
    assert whole["lost_sum"] == pytest.approx(sum(_cell(frame, criterion=code)["lost_sum"] for code in ("C1", "C2")))


def test_slices_stay_apart() -> None:
    visits = {
        ("A", "2026Q3", STORE): [0.5],
        ("A", "2026Q3", PHONE): [0.6],
        ("A", "2026Q2", STORE): [0.7],
        ("B", "2026Q3", STORE): [0.8],
    }
    frame = make_cells(visits)
    assert {
        tuple(row[:3]): row[3] for row in frame[["location", "quarter", "channel", "score_sum"]].itertuples(index=False)
    } == {key: scores[0] for key, scores in visits.items()}


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": ["regular", "revisit"]},
        {"kind": ["regular", "training"]},
        {"kind": ["regular", "pilot"]},
        {"scorable": [True, False]},
    ],
)
def test_only_regular_scorable_visits_count(columns: dict[str, list[object]]) -> None:
    scores = make_scores({("A", "2026Q3", STORE): [0.5, 1.0]}, **columns)
    frame = cells(scores, make_criteria([("V00000", "C1", 0.5, 0.5), ("V00001", "C1", 1.0, 0.0)]))
    assert [(row["n"], row["score_sum"]) for row in frame.to_dict("records")] == [(1, 0.5), (1, 0.5)]


def test_gated_scores_never_enter() -> None:
    scores = make_scores({("A", "2026Q3", STORE): [0.9]}, score_gated=0.0)
    assert _cell(cells(scores, make_criteria([])))["score_sum"] == 0.9


def test_a_criterion_without_its_visit_is_refused() -> None:
    with pytest.raises(FrameProblem, match="visit that is not among the scores"):
        cells(make_scores({("A", "2026Q3", STORE): [0.9]}), make_criteria([("V9", "C1", 1.0, 0.0)]))


def test_no_visits_no_cells() -> None:
    assert make_cells({}).empty


def test_empty_cells_stay_as_rows() -> None:
    frame = reindex(
        make_cells({("A", "2026Q3", STORE): [0.5], ("Z", "2026Q3", STORE): [0.5]}),
        locations=["A", "B"],
        quarters=["2026Q2", "2026Q3"],
        measures=[(STORE, "")],
    )
    assert list(zip(frame["location"], frame["quarter"], frame["n"], strict=True)) == [
        ("A", "2026Q2", 0),
        ("A", "2026Q3", 1),
        ("B", "2026Q2", 0),
        ("B", "2026Q3", 0),
    ]
