"""What a region's report is made of: real changes, tones of criteria, where to begin."""

from __future__ import annotations

import pytest

from reports.attention import Costliest
from reports.compare import listed_label
from reports.criteria import CriterionRow
from reports.heat import Between, sum_between, tell_rows
from reports.intervals import Dispersion
from reports.measures import build_cube
from reports.regional import CriticalPlace, by_tone, first_steps
from reports.thresholds import Thresholds
from tests.reports.builders import make_criterion_cells, make_locations
from tests.reports.paper import QUARTER, make_row

MEASURES = [("store_visit", "A1")]


@pytest.mark.parametrize(
    ("label", "p", "said"),
    [
        ("down", 0.04, "down"),
        ("down", 0.10, "down"),
        ("down", 0.11, "none"),
        ("up", None, "none"),
        ("none", 0.01, "none"),
        ("not_comparable", None, "not_comparable"),
        (None, None, None),
    ],
)
def test_only_changes_of_the_whole_list_are_named(label: str | None, p: float | None, said: str | None) -> None:
    assert listed_label(make_row(change_label=label, change_p=p), Thresholds()) == said


def test_tones_list_the_most_likely_below_first() -> None:
    rows = [
        make_row(location="a", name="A", level="below", p_below=0.96),
        make_row(location="b", name="B", level="below", p_below=0.99),
        make_row(location="c", name="C", level="none", p_below=0.4),
        make_row(location="d", name="D", level=None, p_below=None),
    ]
    assert {level: [row.name for row in found] for level, found in by_tone(rows).items()} == {
        "below": ["B", "A"],
        "none": ["C"],
        "": ["D"],
    }


def test_where_to_begin() -> None:
    below = [make_row(location="b", name="B", level="below"), make_row(location="c", name="C", level="below")]
    fell = [make_row(location="c", name="C"), make_row(location="d", name="D")]
    critical = [
        CriticalPlace("e", "E", {"B1": 1}),
        CriticalPlace("f", "F", {"B1": 2, "A1": 1}),
        CriticalPlace("b", "B", {"B1": 1}),
    ]
    cost = Costliest("B1", 0.1, 0.3)
    steps = first_steps(below, fell, critical, {("b", "store_visit"): cost})
    assert [(step.location, step.change, step.critical, step.cost) for step in steps] == [
        ("b", None, 1, cost),
        ("c", "down", 0, None),
        ("d", "down", 0, None),
        ("f", None, 3, None),
        ("e", None, 1, None),
    ]


def test_sums_between_are_those_of_the_formula() -> None:
    cells = make_criterion_cells(
        [
            ("L1", "2026Q3", "store_visit", "A1", (0.5, 1.0), 4),
            ("L2", "2026Q3", "store_visit", "A1", (0.4,), 2),
            ("L3", "2026Q3", "store_visit", "A1", (1.0,), 2),
        ]
    )
    locations = make_locations(["L1", "L2", "L3"], formats={"L3": "online_shop"})
    found = sum_between(build_cube(cells, locations, [QUARTER], MEASURES))[("store", "store_visit", "A1")]
    assert found == Between(2, 3, 5, pytest.approx(1.9), pytest.approx(2 * 0.75**2 + 0.16), pytest.approx(1.15))
    assert found.mean == pytest.approx(0.575)


def criterion_row(location: str, score: float | None) -> CriterionRow:
    basis = None if score is None else "quarter"
    return CriterionRow(location, "store_visit", "A1", basis, 20, 40, score, None, None, 0, 0)


def test_a_cell_has_a_tone_only_where_it_clearly_differs() -> None:
    scores = {"L1": 0.2, "L2": 0.8, "L3": 0.82, "L4": 0.78, "L5": None}
    cells = make_criterion_cells(
        [
            (code, "2026Q3", "store_visit", "A1", (score,) * 20, 40)
            for code, score in scores.items()
            if score is not None
        ]
    )
    sums = sum_between(build_cube(cells, make_locations(list(scores)), [QUARTER], MEASURES))
    between = {("quarter", channel, code): found for (_, channel, code), found in sums.items()}
    spread = {(("store_visit", "A1"), "store", QUARTER): Dispersion(squares=2.0, bernoulli=12.0, df=80)}
    tones = tell_rows([criterion_row(code, score) for code, score in scores.items()], "store", between, spread, QUARTER)
    assert tones[("L1", "A1")] == "below"
    assert ("L5", "A1") not in tones
    assert "below" not in {tones[(code, "A1")] for code in ("L2", "L3", "L4")}
    unknown = tell_rows([criterion_row("L1", 0.2)], "store", between, {}, QUARTER)
    assert unknown == {("L1", "A1"): "none"}
