"""The sheet of scores by quarter, and its chart: a line never crosses a break, where quarters cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from auditapp import results
from auditapp.reporting.quarter import QuarterFacts
from auditapp.reporting.workbook_sheets import DOWN, HIGH, LOW, SCORE, UP, Column, N, Part, Sheet, length
from auditapp.workbooks import Chart, Curve, Style
from reports.periods import Quarter
from reports.quarterly import since_first
from reports.summary import Series, SeriesPoint

MOST_LINES = 6  # that a chart can still show


def build_sheet(quarter: QuarterFacts, part: Part, locale: str) -> Sheet:
    """One row a quarter; each place has its columns, and one more for each stretch that can be compared."""
    series = [(name, since_first(each)) for name, each in _series(quarter, part)]
    quarters = [point.quarter for point in max((each.points for _name, each in series), key=len, default=())]
    columns = [Column(_l("Quarter"), _l("Quarter of the visits."), lambda each: each.label(locale), width=20)]
    curves = []
    for name, each in series:
        at = len(columns)
        columns += _of_series(name, each)
        stretches = _stretches(each)
        if len(stretches) == 1:
            curves.append(Curve(name, at + 1, at + 4, at + 5))
            continue
        for stretch in stretches:
            curves.append(Curve(_begin(name, stretch, locale), len(columns), at + 4, at + 5))
            columns.append(_of_stretch(curves[-1].name, stretch))
    chart = Chart(
        "line",
        _("Score by quarter"),
        _("Dots: scores of the quarters. Bars: their 95% intervals. The values stand in the table."),
        tuple(curves),
        len(quarters),
    )
    return Sheet(_("History"), tuple(columns), quarters, chart=chart if 0 < len(curves) <= MOST_LINES else None)


def _begin(name: str, stretch: dict[Quarter, SeriesPoint], locale: str) -> str:
    return str(_("%(name)s, comparable from %(quarter)s", name=name, quarter=min(stretch).label(locale)))


def _of_stretch(title: str, stretch: dict[Quarter, SeriesPoint]) -> Column:
    def read(asked: Quarter) -> float | None:
        return stretch[asked].score if asked in stretch else None

    meaning = _l("Score again, for the chart: quarters before and after a break cannot be compared.")
    return Column(title, meaning, read, "share")


def _of_series(name: str, series: Series) -> list[Column]:
    points = {point.quarter: point for point in series.points}

    def column(what: str, meaning: Any, read: Callable[[SeriesPoint], object], style: Style) -> Column:
        return Column(f"{name}: {what}", meaning, lambda asked: read(points[asked]) if asked in points else None, style)

    return [
        column(_("visits"), N, lambda point: point.n, "count"),
        column(_("score"), SCORE, lambda point: point.score, "share"),
        column(_("interval from"), LOW, lambda point: point.low, "share"),
        column(_("interval to"), HIGH, lambda point: point.high, "share"),
        column(_("error bar down"), DOWN, lambda point: length(point.low, point.score), "share"),
        column(_("error bar up"), UP, lambda point: length(point.score, point.high), "share"),
    ]


def _series(quarter: QuarterFacts, part: Part) -> Sequence[tuple[str, Series]]:
    """Return the series of the widest that somebody may open: the network, else regions, else locations."""
    if part.network:
        return [(_("the whole network"), results.build_series(quarter.facts))]
    tops = [path for path in part.regions if not any(path.startswith(f"{other}/") for other in part.regions)]
    if tops:
        return [(path, results.build_series(quarter.facts, region=path)) for path in tops]
    names = quarter.names
    return [(names[code], quarter.series[code]) for code in sorted(part.locations & quarter.series.keys())]


def _stretches(series: Series) -> list[dict[Quarter, SeriesPoint]]:
    """Return the points that can be compared with each other, one stretch after another."""
    found: list[dict[Quarter, SeriesPoint]] = [{}]
    for point in series.points:
        if point.breaks and found[-1]:
            found.append({})
        found[-1][point.quarter] = point
    return found
