"""How a figure becomes what is printed: half-up, percent, interval ends, ties (scoring.md 1.11).

Everything inside stays float64; only what a person reads goes through here, and a change is computed unrounded
before it is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

TOLERANCE = 1e-9


def half_up(value: float, digits: int = 0) -> float:
    """Round a finite value to `digits` decimals, halves away from zero, after rounding it to 10 decimals.

    The step over 10 decimals is what makes 0.285 * 100 (28.499999999999996) print as people expect.
    """
    return _quantize(value, digits, ROUND_HALF_UP)


def percent(share: float, digits: int = 0) -> float:
    """Return a share (0.675) as percent (68.0), half-up; changes between shares may be negative."""
    return half_up(100 * share, digits)


def outward(low: float, high: float, digits: int = 0) -> tuple[float, float]:
    """Return the ends of an interval of shares as percent, rounded outward and clipped to 0-100."""
    return (
        min(100.0, max(0.0, _quantize(100 * low, digits, ROUND_FLOOR))),
        min(100.0, max(0.0, _quantize(100 * high, digits, ROUND_CEILING))),
    )


def same(a: float, b: float) -> bool:
    """Tell whether two unrounded figures count as equal: within 1e-9."""
    return abs(a - b) <= TOLERANCE


def ranks(values: Sequence[float]) -> list[str]:
    """Return competition ranks, highest value first, in the order given: "1", "2=", "2=", "4"."""
    labels = [""] * len(values)
    order = sorted(range(len(values)), key=lambda index: -values[index])
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and same(values[order[start]], values[order[end]]):
            end += 1
        for index in order[start:end]:
            labels[index] = f"{start + 1}=" if end - start > 1 else f"{start + 1}"
        start = end
    return labels


def _quantize(value: float, digits: int, rounding: str) -> float:
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(f"{value:.10f}").quantize(step, rounding)) + 0.0  # -0.0 + 0.0 is 0.0
