"""Regions, the network, series."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from reports.intervals import Z95, wilson
from reports.periods import Quarter
from reports.summary import build_series, build_summaries, build_summary, find_change
from tests.checklists.builders import case
from tests.reports.builders import PHONE, STORE, make_cells, make_criterion_cells, make_locations

Q3, Q2 = Quarter(2026, 3), Quarter(2026, 2)
ITEMS = {(STORE, ""): 40, (PHONE, ""): 20, (STORE, "C1"): 2}
REGION = case("semantics_region")
Scores = dict[tuple[str, str, str], Sequence[float]]


def _region(quarter: str = "2026Q3") -> Scores:
    return {(code.upper(), quarter, STORE): scores for code, scores in REGION["input"].items()}


def _others(quarter: str = "2026Q3") -> Scores:
    """Fifteen locations with a within variance of .005, that of the case, so that 30 degrees of freedom exist."""
    step = 0.005**0.5
    return {(f"Z{i:02d}", quarter, STORE): [0.8 - step, 0.8, 0.8 + step] for i in range(15)}


def _locations(extra: Sequence[str] = ()) -> pd.DataFrame:
    codes = ["A", "B", "C", *extra, *(f"Z{i:02d}" for i in range(15))]
    regions = {code: "Południe" for code in codes if code.startswith("Z")} | {"A": "Północ/Pomorze", "N": "Północna"}
    return make_locations(codes, regions=regions, footfall={c: 2.0 if c == "B" else 1.0 for c in codes})


def test_a_region_is_the_mean_of_locations() -> None:
    """Trap: the mean over visits would be .71."""
    cells = make_cells(_region() | _others())
    summary = build_summary(cells, _locations(["D"]), Q3, items=ITEMS, region="Północ")
    expected, tolerance = REGION["expected"], REGION["tolerance"]
    assert summary.score == pytest.approx(expected["region"], abs=tolerance)
    assert summary.score != pytest.approx(expected["mean_of_visits_not_used"], abs=0.01)
    assert summary.se == pytest.approx(expected["se"], abs=tolerance)
    assert (summary.low, summary.high) == pytest.approx(
        (expected["region"] - Z95 * expected["se"], expected["region"] + Z95 * expected["se"]), abs=2 * tolerance
    )
    assert (summary.locations, summary.visited, summary.not_visited, summary.n) == (4, 3, ("D",), 10)


def test_footfall() -> None:
    cells = make_cells(_region() | _others())
    summary = build_summary(cells, _locations(), Q3, items=ITEMS, region="Północ", footfall=True)
    assert summary.score == pytest.approx(REGION["expected"]["footfall_1_2_1"], abs=REGION["tolerance"])
    assert summary.footfall
    with pytest.raises(ValueError, match="no footfall for location A"):
        build_summary(cells, make_locations(["A", "B", "C"]), Q3, items=ITEMS, footfall=True)


def test_regions_are_paths() -> None:
    cells = make_cells(_region() | _others() | {("N", "2026Q3", STORE): [0.1]})
    names = ["", "Północ", "Północ/Pomorze", "Południe"]
    summaries = build_summaries(cells, _locations(["N"]), Q3, items=ITEMS, regions=names)
    assert [(s.region, s.locations) for s in summaries] == [
        ("", 19),
        ("Północ", 3),  # and not "Północna"
        ("Północ/Pomorze", 1),
        ("Południe", 15),
    ]


def test_without_visits_or_dispersion() -> None:
    empty = build_summary(make_cells({}), _locations(), Q3, items=ITEMS)
    assert (empty.score, empty.low, empty.visited, len(empty.not_visited)) == (None, None, 0, 18)
    few = build_summary(make_cells(_region()), _locations(), Q3, items=ITEMS)
    assert few.score == pytest.approx(REGION["expected"]["region"], abs=REGION["tolerance"])
    assert (few.se, few.low, few.high) == (None, None, None)


@pytest.mark.parametrize("score", [1.0, 0.0, 0.7, 1 / 3])
def test_visits_that_are_all_alike_leave_doubt(score: float) -> None:
    """Twenty places with three visits each: sixty equal visits say as much of a region as of one place."""
    cells = make_cells({(f"S{i:02d}", "2026Q3", STORE): [score] * 3 for i in range(20)})
    summary = build_summary(cells, make_locations([f"S{i:02d}" for i in range(20)]), Q3, items=ITEMS)
    low, high = wilson(score, 60)
    assert (summary.score, summary.se) == (pytest.approx(score), 0)
    assert (summary.low, summary.high) == pytest.approx((float(low), float(high)))
    assert float(high - low) > 0.05


def test_a_regions_locations_count_with_their_headline() -> None:
    visits = _region() | _others() | {("A", "2026Q3", PHONE): [0.45]}
    summary = build_summary(make_cells(visits), _locations(), Q3, items=ITEMS, region="Północ")
    assert summary.score == pytest.approx(((0.85 + 0.45) / 2 + 0.6 + 0.9) / 3)
    store = build_summary(make_cells(visits), _locations(), Q3, items=ITEMS, region="Północ", channel=STORE)
    assert store.score == pytest.approx(REGION["expected"]["region"], abs=REGION["tolerance"])


def test_criteria_of_a_region() -> None:
    rows = [("A", "2026Q3", STORE, "C1", [0.5, 1.0], 4), ("B", "2026Q3", STORE, "C1", [0.25], 1)]
    (summary,) = build_summaries(
        make_criterion_cells(rows), _locations(), Q3, items=ITEMS, regions=["Północ"], criteria=["C1"]
    )
    assert summary.score == pytest.approx(0.5)
    assert (summary.criterion, summary.visited, summary.n, summary.answers) == ("C1", 2, 3, 5)


def test_change_of_a_region() -> None:
    before, after = _region("2026Q2"), {key: [s - 0.3 for s in own] for key, own in _region().items()}
    cells = make_cells(before | after | _others("2026Q2") | _others())
    first, second = (build_summary(cells, _locations(), q, items=ITEMS, region="Północ") for q in (Q2, Q3))
    change = find_change(first, second)
    assert change is not None
    assert (change.change, change.label) == (pytest.approx(-0.3), "down")
    half = 2**0.5 * Z95 * REGION["expected"]["se"]
    assert (change.low, change.high) == pytest.approx((-0.3 - half, -0.3 + half), abs=1e-5)
    assert find_change(build_summary(cells, _locations(), Q2.previous(5), items=ITEMS), second) is None
    same = find_change(first, first)
    assert same is not None
    assert same.label == "none"


def test_series_of_a_location() -> None:
    cells = make_cells(
        _others("2026Q2") | _others() | {("A", "2026Q2", STORE): [0.8], ("A", "2026Q3", STORE): [0.7, 0.5]}
    )
    series = build_series(cells, _locations(), [Q2, Q3], items=ITEMS, location="A", breaks=[Q3])
    first, second = series.points
    assert (first.quarter, first.n, first.score, first.breaks) == (Q2, 1, None, False)
    assert (second.n, second.score, second.breaks) == (2, pytest.approx(0.6), True)
    squares, bernoulli = 15 * 2 * 0.005 + 0.02, 15 * 2 * (0.16 + 0.005 / 3) + 0.24 + 0.01
    low, high = wilson(0.6, 2 / (squares / bernoulli))
    assert (second.low, second.high) == pytest.approx((float(low), float(high)))
    assert series.limits is None


def test_series_of_a_criterion_keeps_its_minimum() -> None:
    rows = [("A", "2026Q2", STORE, "C1", [0.5, 1.0, 0.75], 4), ("A", "2026Q3", STORE, "C1", [0.5, 1.0, 0.75], 5)]
    series = build_series(make_criterion_cells(rows), _locations(), [Q2, Q3], items=ITEMS, location="A", criterion="C1")
    assert [point.score for point in series.points] == [None, pytest.approx(0.75)]


@pytest.mark.parametrize(("quarters", "broken", "limited"), [(12, False, True), (11, False, False), (12, True, False)])
def test_limits_need_twelve_comparable_quarters(quarters: int, broken: bool, limited: bool) -> None:
    span = Quarter.range(Q3.previous(quarters - 1), Q3)
    cells = make_cells({("A", str(q), STORE): [0.80 if i % 2 else 0.82] for i, q in enumerate(span)})
    series = build_series(cells, _locations(), span, items=ITEMS, breaks=[span[1]] if broken else [])
    if limited:
        assert series.limits is not None
        assert series.limits.moving_range == pytest.approx(0.02)
        assert series.limits.high == pytest.approx(0.81 + 3 / 1.128 * 0.02)
    else:
        assert series.limits is None
