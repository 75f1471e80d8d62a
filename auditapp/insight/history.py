"""The history of a place or a region: the series a table shows, and the picture the same series gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports import alternatives, charts
from reports.summary import Series


@dataclass(frozen=True, slots=True)
class History:
    """A series of quarters; `target` is an acceptance level or None, `where` names the place in an address."""

    series: Series
    target: float | None
    where: Mapping[str, str]

    @property
    def breaks(self) -> bool:
        return any(point.breaks for point in self.series.points)

    @property
    def empty(self) -> bool:
        return not any(point.n for point in self.series.points)

    @property
    def limits(self) -> bool:
        """Tell whether the picture has the lines between which changes can be chance."""
        return self.series.limits is not None

    def picture(self, locale: str) -> bytes:
        """Return the picture as SVG, the very one of the printed report."""
        return charts.draw_series(self.series, locale=locale, target=self.target)

    def words(self, locale: str) -> str:
        """Say in words what the picture shows."""
        return alternatives.describe_series(self.series, locale=locale)
