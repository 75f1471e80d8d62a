"""Words for those who cannot see a picture, made from the value that is drawn."""

from __future__ import annotations

from checklists.rounding import outward, percent
from reports.summary import Series


def describe_series(series: Series, *, locale: str) -> str:
    """Say in words what a picture of the series shows."""
    unit = "%" if locale == "en" else "\N{NO-BREAK SPACE}%"
    parts = []
    for point in series.points:
        name = point.quarter.short(locale)
        if point.score is None:
            parts.append(f"{name}: {'no score' if locale == 'en' else 'brak wyniku'}")
            continue
        text = f"{name}: {percent(point.score):.0f}{unit}"
        if point.low is not None and point.high is not None:
            low, high = outward(point.low, point.high)
            text += f" ({low:.0f}–{high:.0f})"
        parts.append(text)
    lead = "Score by quarter, with its interval. " if locale == "en" else "Wynik w kolejnych kwartałach z przedziałem. "
    return lead + "; ".join(parts) + "."
