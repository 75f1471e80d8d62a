"""Points lost and criteria per location."""

from __future__ import annotations

import pandas as pd
import pytest

from reports.criteria import criterion_rows, points_lost
from reports.periods import Quarter
from reports.rollup import cells
from tests.checklists.builders import case
from tests.reports.builders import (
    PHONE,
    STORE,
    make_criteria,
    make_criterion_cells,
    make_locations,
    make_scores,
)

Q3 = Quarter(2026, 3)
ITEMS = {(STORE, "C1"): 2, (STORE, "C2"): 3, (STORE, ""): 40}


def _example_a() -> pd.DataFrame:
    scores = {"C1": [2.75 / 3, 1.0, 0.5 / 3], "C2": [1.0, 1.6 / 5, 1.0]}
    weights = {"C1": [3 / 6, 3 / 8, 3 / 5], "C2": [3 / 6, 5 / 8, 2 / 5]}
    rows = [
        (f"V{visit:05d}", code, scores[code][visit], weights[code][visit] * (1 - scores[code][visit]))
        for code in scores
        for visit in range(3)
    ]
    visits = [5.75 / 6, 4.6 / 8, 2.5 / 5]
    return cells(
        make_scores({("A", "2026Q3", STORE): visits}, critical_failed=[0, 1, 0], critical_applicable=[1, 1, 0]),
        make_criteria(rows),
    )


def test_example_a_points_lost() -> None:
    expected, tolerance = case("semantics_A_scoring")["expected"], case("semantics_A_scoring")["tolerance"]
    first, second = points_lost(_example_a(), make_locations(["A"]), Q3)
    assert (first.criterion, second.criterion) == ("C1", "C2")  # most lost first
    for row in (first, second):
        assert row.lost == pytest.approx(expected["points_lost"][row.criterion], abs=tolerance)
        assert row.score == pytest.approx(expected["criterion"][row.criterion], abs=tolerance)
        assert (row.n, row.answers) == (3, 6)
    assert first.lost + second.lost == pytest.approx(1 - (5.75 / 6 + 4.6 / 8 + 2.5 / 5) / 3)
    assert first.share + second.share == pytest.approx(1)


def test_points_lost_add_up_over_channels_and_locations() -> None:
    """A (store .5, phone .9) and B (store .7): the mean headline is .7, so .3 is lost."""
    scores = make_scores({("A", "2026Q3", STORE): [0.5], ("A", "2026Q3", PHONE): [0.9], ("B", "2026Q3", STORE): [0.7]})
    criteria = make_criteria(
        [
            ("V00000", "C1", 0.5, 0.3),
            ("V00000", "C2", 0.5, 0.2),
            ("V00001", "C3", 0.9, 0.1),
            ("V00002", "C1", 0.7, 0.3),
        ]
    )
    rows = points_lost(cells(scores, criteria), make_locations(["A", "B", "not visited"]), Q3)
    assert {row.criterion: row.lost for row in rows} == pytest.approx({"C1": 0.225, "C2": 0.05, "C3": 0.025})
    assert {row.criterion: row.score for row in rows} == pytest.approx({"C1": 0.6, "C2": 0.5, "C3": 0.9})
    assert sum(row.lost for row in rows) == pytest.approx(1 - 0.7)
    weighted = points_lost(cells(scores, criteria), make_locations(["A"]), Q3, weights={PHONE: 3.0})
    assert sum(row.lost for row in weighted) == pytest.approx(1 - (0.5 + 3 * 0.9) / 4)


def test_points_lost_by_footfall() -> None:
    scores = make_scores({("A", "2026Q3", STORE): [0.5], ("B", "2026Q3", STORE): [0.9]})
    facts = cells(scores, make_criteria([("V00000", "C1", 0.5, 0.5), ("V00001", "C1", 0.9, 0.1)]))
    (row,) = points_lost(facts, make_locations(["A", "B"], footfall={"A": 1, "B": 3}), Q3, footfall=True)
    assert (row.lost, row.score) == pytest.approx((0.2, 0.8))


def test_without_visits_nothing_is_lost() -> None:
    assert points_lost(make_criterion_cells([]), make_locations(["A"]), Q3) == ()


@pytest.mark.parametrize(
    ("now", "answers", "earlier", "basis", "n", "score"),
    [
        ([0.5, 0.75, 1.0], 6, [], "quarter", 3, 0.75),
        ([0.5, 0.75, 1.0], 4, [], None, 3, None),  # three visits, four answers
        ([0.5, 1.0], 9, [], None, 2, None),
        ([0.5, 1.0], 4, [0.0], "four_quarters", 3, 0.5),
        ([], 0, [0.5, 0.5, 0.5], "four_quarters", 3, 0.5),
        ([], 0, [], None, 0, None),
    ],
)
def test_minimum_of_a_criterion(
    now: list[float], answers: int, earlier: list[float], basis: str | None, n: int, score: float | None
) -> None:
    rows = [("A", "2026Q3", STORE, "C1", now, answers), ("A", "2025Q4", STORE, "C1", earlier, 2 * len(earlier))]
    facts = make_criterion_cells([row for row in rows if row[4]])
    first, second = criterion_rows(facts, make_locations(["A", "B"]), Q3, channel=STORE, items=ITEMS, shown=["A"])
    assert (first.location, first.criterion, second.criterion) == ("A", "C1", "C2")
    assert (first.basis, first.n, first.score) == (basis, n, score if score is None else pytest.approx(score))
    assert (second.basis, second.n, second.answers) == (None, 0, 0)


def test_the_fifth_quarter_back_does_not_count() -> None:
    facts = make_criterion_cells([("A", "2025Q3", STORE, "C1", [0.5] * 3, 9)])
    (row, _) = criterion_rows(facts, make_locations(["A"]), Q3, channel=STORE, items=ITEMS)
    assert (row.basis, row.score) == (None, None)


def test_interval_of_example_a() -> None:
    """C1 of example A; phi .30 is borrowed from sixteen locations a quarter before, with s2/(.25 + s2/3) = .30."""
    example = case("semantics_A_interval")
    spread = (0.3 * 0.25 / (1 - 0.3 / 3)) ** 0.5
    lenders = [(f"Z{i:02d}", "2026Q2", STORE, "C1", [0.5 - spread, 0.5, 0.5 + spread], 6) for i in range(16)]
    facts = make_criterion_cells([("A", "2026Q3", STORE, "C1", [2.75 / 3, 1.0, 0.5 / 3], 6), *lenders])
    network = make_locations(["A", *(row[0] for row in lenders)])
    (row,) = criterion_rows(facts, network, Q3, channel=STORE, items={(STORE, "C1"): 4}, shown=["A"])
    assert (row.low, row.high) == pytest.approx(example["expected"]["c1"], abs=example["tolerance"])
