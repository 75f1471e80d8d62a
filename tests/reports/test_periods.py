from __future__ import annotations

from datetime import date

import pytest

from reports.periods import Quarter

Q3 = Quarter(2026, 3)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 9, 30), "2026Q3"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_a_day_lies_in_its_quarter(day: date, quarter: str) -> None:
    found = Quarter.of(day)
    assert str(found) == quarter
    assert Quarter.parse(quarter) == found
    first, last = found.bounds()
    assert first <= day <= last


@pytest.mark.parametrize(
    "text", ["", "2026", "2026Q5", "2026Q0", "2026q3", "26Q3", " 2026Q3", "2026Q3 ", "2026-Q3", "٢٠٢٦Q3"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quarter; write it like 2026Q3"):
        Quarter.parse(text)


@pytest.mark.parametrize(("year", "number"), [(2026, 0), (2026, 5), (0, 1), (10_000, 1)])
def test_impossible_quarters_are_refused(year: int, number: int) -> None:
    with pytest.raises(ValueError, match=r"quarter has a number|is outside"):
        Quarter(year, number)


def test_bounds() -> None:
    assert Quarter(2024, 1).bounds() == (date(2024, 1, 1), date(2024, 3, 31))
    assert Quarter(2026, 2).bounds() == (date(2026, 4, 1), date(2026, 6, 30))


@pytest.mark.parametrize(("steps", "text"), [(0, "2026Q3"), (1, "2026Q2"), (2, "2026Q1"), (3, "2025Q4"), (7, "2024Q4")])
def test_steps(steps: int, text: str) -> None:
    assert str(Q3.previous(steps)) == text
    assert Q3.previous(steps).next(steps) == Q3


def test_range_and_order() -> None:
    span = Quarter.range(Quarter(2025, 3), Quarter(2026, 2))
    assert [str(quarter) for quarter in span] == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    assert max(span) == span[-1]
    assert Quarter(2025, 4) < Quarter(2026, 1)
    assert Quarter.range(Q3, Q3.previous()) == ()


def test_labels() -> None:
    assert (Q3.label("pl"), Q3.label("en")) == ("III kwartał 2026", "Q3 2026")
    assert (Q3.short("pl"), Q3.short("en")) == ("III ’26", "Q3 ’26")
