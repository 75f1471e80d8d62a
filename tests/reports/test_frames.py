from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from reports.frames import CELLS, LOCATIONS, SCORES, FrameProblem, check
from tests.reports.builders import STORE, make_cells, make_locations, make_scores

Break = Callable[[pd.DataFrame], pd.DataFrame]


def test_what_has_passed_passes_again_unchanged() -> None:
    frame = make_cells({("A", "2026Q3", STORE): [0.8, 0.9]})
    pd.testing.assert_frame_equal(check(frame, CELLS), frame)
    assert list(frame.columns) == list(CELLS.columns)


def test_columns_are_ordered_and_others_left_behind() -> None:
    frame = make_cells({("A", "2026Q3", STORE): [0.8]})
    shuffled = frame[frame.columns[::-1]].assign(city="Gdynia")
    pd.testing.assert_frame_equal(check(shuffled, CELLS), frame)


def test_whole_floats_and_integers_become_what_the_contract_says() -> None:
    frame = make_cells({("A", "2026Q3", STORE): [1.0]})
    loose = frame.astype({"n": "float64", "score_sum": "int64", "location": "object"})
    pd.testing.assert_frame_equal(check(loose, CELLS), frame)


@pytest.mark.parametrize("contract", [SCORES, CELLS, LOCATIONS])
def test_no_rows_are_a_frame_too(contract: type) -> None:
    empty = check(pd.DataFrame(columns=list(contract.columns)), contract)
    assert empty.empty
    assert list(empty.columns) == list(contract.columns)


@pytest.mark.parametrize(
    ("column", "damage"),
    [
        ("score", lambda f: f.drop(columns="score")),
        ("location", lambda f: f.assign(location=7)),
        ("location", lambda f: f.assign(location=None)),
        ("applicable_weight", lambda f: f.assign(applicable_weight=None)),
        ("applicable_weight", lambda f: f.assign(applicable_weight=float("inf"))),
        ("score", lambda f: f.assign(score="good")),
        ("critical_failed", lambda f: f.assign(critical_failed=0.5)),
        ("critical_failed", lambda f: f.assign(critical_failed=-1)),
        ("scorable", lambda f: f.assign(scorable="yes")),
        ("visit", lambda f: pd.concat([f, f])),
    ],
)
def test_a_broken_frame_is_refused_by_column(column: str, damage: Break) -> None:
    frame = make_scores({("A", "2026Q3", STORE): [0.8]})
    with pytest.raises(FrameProblem) as problem:
        check(damage(frame), SCORES)
    assert problem.value.column == column


def test_only_optional_numbers_may_be_absent() -> None:
    unscored = make_scores({("A", "2026Q3", STORE): [0.8]}).assign(score=None, scorable=False)
    assert check(unscored, SCORES)["score"].isna().all()
    assert make_locations(["A"])["footfall"].isna().all()
