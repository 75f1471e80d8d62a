from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from checklists.model import ItemKind, ItemType
from reports.frames import FrameProblem
from reports.items import ItemRow, Sign, build_items, find_discrimination, find_sign, rest_scores
from tests.checklists.builders import make_checklist, make_item
from tests.reports.builders import published

CONGENERIC = published("discrimination_congeneric")
NAN = float("nan")
Answers = Sequence[tuple[str, float | None]]  # (state, points) of one item, a visit each


def _frame(items: dict[str, Answers]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"visit": f"V{number:03d}", "item": code, "state": state, "points": points}
            for code, answers in items.items()
            for number, (state, points) in enumerate(answers)
        ],
        columns=["visit", "item", "state", "points"],
    )


def _one(answers: Answers, **fields: object) -> ItemRow:
    (row,) = build_items(_frame({"A1": answers}), make_checklist(make_item("A1", **fields))).rows
    return row


YES, NO, HALF = ("answered", 1.0), ("answered", 0.0), ("answered", 0.5)
NA, MISSING, NOT_ASKED = ("na", None), ("missing", None), ("not_asked", None)


@pytest.mark.parametrize(
    ("answers", "asked", "answered", "na_rate", "pass_rate", "mean", "ceiling"),
    [
        ([YES, YES, NO, YES], 4, 4, 0.0, 0.75, 0.75, False),
        ([YES, NA, NA, NO], 4, 2, 0.5, 0.5, 0.5, False),  # N/A is neither a yes nor a no
        ([YES, NOT_ASKED], 1, 1, 0.0, 1.0, 1.0, True),
        ([YES, MISSING], 2, 1, 0.0, 1.0, 1.0, True),
        ([NA], 1, 0, 1.0, None, None, None),
        ([NOT_ASKED], 0, 0, None, None, None, None),
        ([], 0, 0, None, None, None, None),
        ([YES] * 19 + [NO], 20, 20, 0.0, 0.95, 0.95, True),  # exactly 95 %
        ([YES] * 18 + [NO] * 2, 20, 20, 0.0, 0.9, 0.9, False),
    ],
)
def test_rates(
    answers: Answers,
    asked: int,
    answered: int,
    na_rate: float | None,
    pass_rate: float | None,
    mean: float | None,
    ceiling: bool | None,
) -> None:
    row = _one(answers)
    assert (row.asked, row.answered, row.ceiling) == (asked, answered, ceiling)
    assert (row.na_rate, row.pass_rate, row.full_rate, row.mean) == pytest.approx((na_rate, pass_rate, pass_rate, mean))


def test_points_are_shares_of_the_maximum_and_the_pass_mark_decides() -> None:
    four = {"type": ItemType.SCALE, "max_points": 4.0}
    answers = [("answered", points) for points in (4.0, 3.0, 2.0, 1.0)]
    row = _one(answers, critical=True, pass_mark=0.75, **four)
    assert (row.pass_rate, row.full_rate, row.mean, row.critical) == (0.5, 0.25, 0.625, True)
    assert _one(answers, **four).pass_rate == 0.25


def test_unscored_items_have_counts_only() -> None:
    row = _one([("answered", None), NA], type=ItemType.TEXT)
    assert (row.asked, row.answered, row.na_rate) == (2, 1, 0.5)
    assert (row.pass_rate, row.mean, row.ceiling, row.discrimination) == (None, None, None, None)


def test_rest_is_a_ratio_of_sums_over_what_applied() -> None:
    shares = np.array([[1.0, 0.0, 0.5], [1.0, NAN, 0.0], [1.0, NAN, NAN]])
    rest = rest_scores(shares, np.array([2.0, 1.0, 1.0]))
    expected = [[0.25, 2.5 / 3, 2 / 3], [0.0, 2 / 3, 1.0], [NAN, 1.0, 1.0]]
    assert rest == pytest.approx(np.array(expected), nan_ok=True)


@pytest.mark.parametrize(
    ("share", "rest", "found"),
    [
        ([0.0, 0.5, 1.0] * 10, [0.2, 0.5, 0.8] * 10, 1.0),
        ([0.0, 0.5, 1.0] * 10, [0.8, 0.5, 0.2] * 10, -1.0),
        ([0.0, 1.0, NAN] * 15, [0.2, 0.8, 0.1] * 15, 1.0),  # N/A takes no part
        ([0.0, 1.0] * 14, [0.2, 0.8] * 14, None),  # 28 visits
        ([1.0] * 30, [0.2, 0.8] * 15, None),  # everybody passes
        ([0.0, 1.0] * 15, [0.8] * 30, None),
        ([0.0, 1.0] * 15, [NAN] * 30, None),  # nothing else was asked
        ([], [], None),
    ],
)
def test_discrimination_is_undefined_rather_than_a_guess(
    share: list[float], rest: list[float], found: float | None
) -> None:
    result = find_discrimination(np.array(share), np.array(rest))
    assert result is None if found is None else result == pytest.approx(found)


def test_discrimination_as_published() -> None:
    """Data whose correlations are exactly those of measures with the published loadings."""
    loadings = np.array(CONGENERIC["input"])
    wanted = np.outer(loadings, loadings)
    np.fill_diagonal(wanted, 1.0)
    drawn = np.random.default_rng(1).standard_normal((200, 4))
    drawn -= drawn.mean(axis=0)
    exact = drawn @ np.linalg.inv(np.linalg.cholesky(np.cov(drawn.T))).T @ np.linalg.cholesky(wanted).T
    shares = (exact - exact.min()) / np.ptp(exact)
    codes = [f"A{number}" for number in range(4)]
    frame = _frame({code: [("answered", s) for s in shares[:, index]] for index, code in enumerate(codes)})
    found = [row.discrimination for row in build_items(frame, make_checklist(*map(make_item, codes))).rows]
    assert found == pytest.approx(CONGENERIC["expected"], abs=CONGENERIC["tolerance"])


def test_the_table_has_every_item_in_the_order_asked() -> None:
    opinion = replace(make_item("A1"), kind=ItemKind.JUDGEMENT, weight=0.25)
    items = [make_item("B2"), opinion, make_item("C3", type=ItemType.TEXT)]
    table = build_items(_frame({"A1": [YES] * 3}), make_checklist(*items, version=4))
    assert [row.item for row in table.rows] == ["B2", "A1", "C3"]
    assert (table.checklist, table.version, table.visits) == ("TEST", 4, 3)
    assert table.judgement == 0.2  # of the weight of the scored ones


def test_without_visits_and_without_scored_items() -> None:
    checklist = make_checklist(make_item("C3", type=ItemType.TEXT))
    table = build_items(_frame({}), checklist)
    assert (table.visits, table.judgement, table.rows[0].asked) == (0, None, 0)


@pytest.mark.parametrize(("code", "answer", "column"), [("Z9", YES, "item"), ("A1", ("skipped", None), "state")])
def test_what_does_not_fit_the_version_is_refused(code: str, answer: tuple[str, float | None], column: str) -> None:
    with pytest.raises(FrameProblem) as problem:
        build_items(_frame({code: [answer]}), make_checklist(make_item("A1")))
    assert problem.value.column == column


@pytest.mark.parametrize(
    ("fields", "sign"),
    [
        ({"full_rate": None, "answered": 40}, Sign.UNSCORED),
        ({"full_rate": None, "answered": 0, "na_rate": 1.0}, Sign.RARE),
        ({"full_rate": None, "answered": 0, "asked": 0, "na_rate": None}, Sign.FEW),
        ({"answered": 29, "ceiling": True}, Sign.FEW),
        ({"ceiling": True, "discrimination": -0.9}, Sign.CEILING),
        ({"discrimination": 0.01}, Sign.WEAK),  # at most .15
        ({"discrimination": 0.10}, Sign.UNCLEAR),  # from -.04 to .24
        ({"discrimination": 0.15}, Sign.FINE),  # at least .01
        ({"discrimination": -0.20}, Sign.AGAINST),
        ({"discrimination": -1.0}, Sign.AGAINST),
        ({"discrimination": 1.0}, Sign.FINE),
        ({"discrimination": None}, Sign.UNCLEAR),
        ({"na_rate": 0.6}, Sign.RARE),
        ({"na_rate": 0.5}, Sign.FINE),
        ({"na_rate": 0.6, "discrimination": 0.01}, Sign.WEAK),
    ],
)
def test_what_to_look_at(fields: dict[str, object], sign: Sign) -> None:
    usual = _one([YES, NO] * 100)
    row = replace(usual, **{"discrimination": 0.4, **fields})
    assert find_sign(row) is sign
