"""The traps of scoring.md section 8: each is held by the test named here, which must exist; the rest is below."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from checklists.model import Answer, AnswerState
from checklists.scoring import score
from reports.compare import ComparisonRow, build_comparison
from reports.periods import Quarter
from tests.checklists.builders import make_checklist, make_item
from tests.reports.builders import STORE, make_cells, make_locations

TESTS = Path(__file__).resolve().parents[1]
HELD = {
    "items as independent n": ("reports/test_promises.py", "test_items_are_not_independent_observations"),
    "s = 0": ("reports/test_compare.py", "test_visits_that_agree_still_have_an_interval"),
    "arrows on any change": ("reports/test_compare.py", "test_changes"),
    "red, amber, green on raw score": ("reports/test_traps.py", "test_a_level_is_not_a_colour_of_the_score"),
    "bare ranks": ("reports/test_traps.py", "test_a_rank_is_always_an_interval"),
    "ranks without reliability": ("reports/test_compare.py", "test_ranks_only_where_differences_are_reliable"),
    "gated scores in averages": ("reports/test_rollup.py", "test_gated_scores_never_enter"),
    "N/A as yes or as 0": ("reports/test_traps.py", "test_na_is_neither_a_yes_nor_a_zero"),
    "regions as mean over visits": ("reports/test_summary.py", "test_a_region_is_the_mean_of_locations"),
    "comparing versions": ("reports/test_compare.py", "test_versions_with_too_little_in_common_are_not_compared"),
    "re-visits in averages": ("reports/test_rollup.py", "test_only_regular_scorable_visits_count"),
    "shrunken values as scores": ("reports/test_compare.py", "test_printed_scores_are_observed_and_never_shrunken"),
    "shrinking across formats": ("reports/test_compare.py", "test_formats_are_populations_of_their_own"),
    "overlap of 95 % bars as a test": ("reports/test_intervals.py", "test_overlap_of_bars_is_not_a_test"),
    "agreement on different visits": ("reports/test_severity.py", "test_agreement_needs_the_same_visits_read_twice"),
    "improved after coaching among the worst": ("reports/test_change.py", "test_rebound_of_the_worst"),
    "banker's rounding": ("checklists/test_rounding.py", "test_half_up"),
    "raw league tables": ("reports/test_levels.py", "test_raw_league_tables_mostly_rank_noise"),
    "a list where nothing is real": (
        "reports/test_simulations.py",
        "test_where_nothing_is_real_hardly_anybody_is_named",
    ),
}
Q3 = Quarter(2026, 3)


@pytest.mark.parametrize(("path", "name"), HELD.values(), ids=HELD.keys())
def test_every_trap_is_held(path: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (TESTS / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_a_level_is_not_a_colour_of_the_score() -> None:
    """The lower score of two rests on three visits and says nothing; the higher one, on twelve, is clearly below."""
    ordinary = {
        (f"Z{number:02d}", "2026Q3", STORE): [mean - 0.1, mean, mean + 0.1]
        for number, mean in enumerate([0.72, 0.76, 0.8, 0.84, 0.88] * 3)
    }
    few, many = [0.59, 0.69, 0.79], [0.6, 0.7, 0.8] * 4
    cells = make_cells(ordinary | {("A", "2026Q3", STORE): few, ("B", "2026Q3", STORE): many})
    locations = make_locations(["A", "B", *(code for code, _, _ in ordinary)])
    comparison = build_comparison(cells, locations, Q3, items={(STORE, ""): 40}, channel=STORE)
    low, high = comparison.get_row("A", STORE), comparison.get_row("B", STORE)
    assert (low.score, high.score) == pytest.approx((0.69, 0.7))
    assert (low.level, high.level) == ("none", "below")


def test_a_rank_is_always_an_interval() -> None:
    """No value that pages and paper read holds a single rank."""
    assert {field.name for field in fields(ComparisonRow) if "rank" in field.name} == {"rank_low", "rank_high"}


@pytest.mark.parametrize("applies", [1.0, 0.0])
def test_na_is_neither_a_yes_nor_a_zero(applies: float) -> None:
    """The visit scores what its other question scored: 1 would be dragged down by a zero, 0 lifted by a yes."""
    items = [make_item("A1"), replace(make_item("A2"), na_allowed=True)]
    answers = {
        "A1": Answer("A1", AnswerState.ANSWERED, "yes" if applies else "no", applies),
        "A2": Answer("A2", AnswerState.NA),
    }
    found = score(make_checklist(*items), answers)
    assert (found.score, found.applicable_weight) == (applies, 1.0)
