"""What is printed: half-up, percent, interval ends and ties (scoring.md 1.11)."""

from __future__ import annotations

import math

import pytest

from checklists.rounding import half_up, outward, percent, ranks, same
from tests.checklists.builders import case

ROUNDING = case("rounding_half_up")


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        *zip(ROUNDING["input"]["percent_0dp"], [0] * 4, ROUNDING["expected"]["p0"], strict=True),
        *zip(ROUNDING["input"]["percent_1dp"], [1] * 2, ROUNDING["expected"]["p1"], strict=True),
        (0.285 * 100, 0, 29),  # 28.499999999999996 in binary
        (1.005 * 100, 0, 101),  # 100.49999999999999
        (2.5, 0, 3),  # a banker would print 2
        (-2.5, 0, -3),
        (28.4999, 0, 28),
    ],
)
def test_half_up(value: float, digits: int, printed: float) -> None:
    assert half_up(value, digits) == printed


def test_a_change_is_rounded_once() -> None:
    first, second = ROUNDING["input"]["pair"]
    assert percent(second - first) == ROUNDING["expected"]["change_points"]
    assert percent(second) - percent(first) == 2  # what rounding first would print


def test_percent() -> None:
    assert percent(0.675) == 68
    assert percent(0.6778, 1) == 67.8
    assert math.copysign(1, percent(-0.001)) == 1  # "0", never "-0"


@pytest.mark.parametrize(
    ("low", "high", "printed"),
    [
        (0.5178, 0.8047, (51, 81)),
        (0.51, 0.81, (51, 81)),
        (0.29, 0.57, (29, 57)),  # 28.999999999999996 and 56.99999999999999 in binary
        (-0.02, 1.003, (0, 100)),
    ],
)
def test_interval_ends_go_outward(low: float, high: float, printed: tuple[float, float]) -> None:
    assert outward(low, high) == printed


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.9, 0.8, 0.8, 0.7], ["1", "2=", "2=", "4"]),
        ([0.7, 0.9, 0.8, 0.9], ["4", "1=", "3", "1="]),
        ([0.5, 0.5 + 5e-10], ["1=", "1="]),
        ([0.5, 0.5 + 5e-9], ["2", "1"]),
        ([], []),
    ],
)
def test_ties_share_the_best_rank(values: list[float], labels: list[str]) -> None:
    assert ranks(values) == labels


def test_same_within_tolerance() -> None:
    assert same(0.1 + 0.2, 0.3)
    assert not same(0.3, 0.3 + 2e-9)
