"""Pictures of values: matplotlib through its object interface, as SVG.

These functions draw and never compute. Margins are fixed, so a picture takes some 60 ms, and the same value always
gives the same bytes. In a report letters stay letters, in its face; a picture on a page cannot use the page's fonts, so
there they become shapes. Words for those who cannot see a picture are made from the same value.
"""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from checklists.rounding import outward, percent
from reports import theme
from reports.summary import Series

for _weight in ("Regular", "Semibold"):
    font_manager.fontManager.addfont(str(theme.FONTS / f"SourceSansPro-{_weight}.ttf"))

WIDTH, LABELS = 6.61, 0.07  # inches of the type area, and the share of it that the scale's labels take
STYLE: Any = {  # the stubs of matplotlib want each key as a literal
    "svg.fonttype": "none",
    "font.family": theme.FAMILY,
    "font.size": 8.5,
    "svg.hashsalt": "auditapp",
    "text.color": theme.INK,
    "axes.edgecolor": theme.LINE,
    "axes.labelcolor": theme.INK_2,
    "xtick.color": theme.INK_2,
    "ytick.color": theme.INK_2,
}


def _svg(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _bare(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)


def _unit(locale: str) -> str:
    return "%" if locale == "en" else "\N{NO-BREAK SPACE}%"


def draw_series(series: Series, *, locale: str, on_page: bool = False, target: float | None = None) -> bytes:
    """Draw scores by quarter with their intervals as SVG; gaps stay gaps and a break in the series is a line.

    Every quarter is equally wide. In a report it carries no label, because a table of the quarters stands under the
    picture; `on_page` labels the quarters and turns letters into shapes. `target` is a share in [0, 1].
    Control limits are drawn where the series has them.
    """
    with mpl.rc_context({**STYLE, "svg.fonttype": "path"} if on_page else STYLE):
        figure = Figure(figsize=(WIDTH, 2.1 if on_page else 1.7))
        axes = figure.add_axes((LABELS, 0.13, 1 - LABELS, 0.83) if on_page else (LABELS, 0.02, 1 - LABELS, 0.93))
        _bare(axes)
        seen = [(x, p) for x, p in enumerate(series.points) if p.score is not None]
        lows = [100 * p.low for _, p in seen if p.low is not None] or [0]
        bottom = max(0.0, min([*lows, *(100 * (p.score or 0) for _, p in seen)] or [0]) // 10 * 10 - 5)
        axes.set_ylim(bottom, 101)
        axes.set_xlim(-0.5, len(series.points) - 0.5)
        axes.grid(axis="y", color=theme.LINE, linewidth=0.6)
        _runs(axes, series)
        for x, point in seen:
            if point.low is not None and point.high is not None:
                axes.plot(
                    [x, x],
                    [100 * point.low, 100 * point.high],
                    color=theme.ABOVE,
                    alpha=0.35,
                    linewidth=7,
                    solid_capstyle="butt",  # a round end would reach beyond the interval
                    zorder=2,
                )
        axes.plot(
            [x for x, _ in seen],
            [100 * (p.score or 0) for _, p in seen],
            "o",
            color=theme.ACCENT,
            markersize=6,
            markeredgecolor=theme.PAPER,
            markeredgewidth=1.2,
            zorder=4,
        )
        if series.limits is not None:
            for limit in (series.limits.low, series.limits.high):
                if 0 <= limit <= 1:
                    axes.axhline(100 * limit, color=theme.NONE, linewidth=0.7, linestyle=":", zorder=1)
        for x, point in enumerate(series.points):
            if point.breaks:
                axes.axvline(x - 0.5, color=theme.INK_2, linewidth=0.8, linestyle=":")
        if target is not None:
            axes.axhline(100 * target, color=theme.INK_2, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        names = [point.quarter.short(locale) for point in series.points] if on_page else []
        axes.set_xticks(range(len(names)), names)
        axes.yaxis.set_major_formatter(lambda value, _position: f"{value:.0f}{_unit(locale)}")
        return _svg(figure)


def _runs(axes: Axes, series: Series) -> None:
    """Join neighbouring quarters, but never across a gap or a break."""
    for x, (before, after) in enumerate(zip(series.points, series.points[1:], strict=False)):
        if before.score is not None and after.score is not None and not after.breaks:
            axes.plot([x, x + 1], [100 * before.score, 100 * after.score], color=theme.ACCENT, linewidth=1.2, zorder=3)


def describe_series(series: Series, *, locale: str) -> str:
    """Say in words what `draw_series` shows."""
    parts = []
    for point in series.points:
        name = point.quarter.short(locale)
        if point.score is None:
            parts.append(f"{name}: {'no score' if locale == 'en' else 'brak wyniku'}")
            continue
        text = f"{name}: {percent(point.score):.0f}{_unit(locale)}"
        if point.low is not None and point.high is not None:
            low, high = outward(point.low, point.high)
            text += f" ({low:.0f}–{high:.0f})"
        parts.append(text)
    lead = "Score by quarter, with its interval. " if locale == "en" else "Wynik w kolejnych kwartałach z przedziałem. "
    return lead + "; ".join(parts) + "."
