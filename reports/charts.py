"""Pictures of values: matplotlib through its object interface, as SVG.

These functions draw and never compute. Margins are fixed, so a picture takes some 60 ms, and the same value always
gives the same bytes. In a report letters stay letters, in its face; a picture on a page cannot use the page's fonts, so
there they become shapes. Words for those who cannot see a picture are made from the same value.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from checklists.rounding import half_up, outward, percent
from reports import theme
from reports.compare import ComparisonRow
from reports.funnel import Funnel, FunnelPoint, Zone
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


def _svg(figure: Figure, words: str | None = None) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Description": words})
    return out.getvalue()


def _png(figure: Figure, words: str) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=200, metadata={"Software": None, "Description": words})
    return out.getvalue()


def _bare(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)


def _unit(locale: str) -> str:
    return "%" if locale == "en" else "\N{NO-BREAK SPACE}%"


def draw_series(series: Series, *, locale: str, target: float | None = None) -> bytes:
    """Draw scores by quarter with their intervals as SVG; gaps stay gaps and a break in the series is a line.

    Every quarter is equally wide. `target` is a share in [0, 1]. Control limits are drawn where the series has them.
    """
    with mpl.rc_context({**STYLE, "svg.fonttype": "path"}):
        figure = Figure(figsize=(WIDTH, 2.1))
        axes = figure.add_axes((LABELS, 0.13, 1 - LABELS, 0.83))
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
        names = [point.quarter.short(locale) for point in series.points]
        axes.set_xticks(range(len(names)), names)
        axes.yaxis.set_major_formatter(lambda value, _position: f"{value:.0f}{_unit(locale)}")
        return _svg(figure)


def _runs(axes: Axes, series: Series) -> None:
    """Join neighbouring quarters, but never across a gap or a break."""
    for x, (before, after) in enumerate(zip(series.points, series.points[1:], strict=False)):
        if before.score is not None and after.score is not None and not after.breaks:
            axes.plot([x, x + 1], [100 * before.score, 100 * after.score], color=theme.ACCENT, linewidth=1.2, zorder=3)


_MARKERS: dict[Zone | None, Any] = {  # told apart by form, too: hollow ring, full dot, diamond
    None: {"marker": "o", "markerfacecolor": theme.PAPER, "markeredgecolor": theme.NONE},
    Zone.INSIDE: {"marker": "o", "markerfacecolor": theme.PAPER, "markeredgecolor": theme.NONE},
    Zone.OUTSIDE_95: {"marker": "o", "markerfacecolor": theme.ACCENT, "markeredgecolor": theme.ACCENT},
    Zone.OUTSIDE_998: {"marker": "D", "markerfacecolor": theme.INK, "markeredgecolor": theme.INK},
}


def draw_funnel(funnel: Funnel, *, locale: str, on_page: bool = False) -> bytes:
    """Draw scores by number of visits with the 95 % and 99.8 % limits round the mean as SVG.

    Visits are whole, so the limits are steps; locations with equally many visits stand side by side inside theirs.
    """
    with mpl.rc_context({**STYLE, "svg.fonttype": "path"} if on_page else STYLE):
        figure = Figure(figsize=(WIDTH, 2.9))
        axes = figure.add_axes((LABELS, 0.17, 1 - LABELS, 0.8))
        _bare(axes)
        axes.grid(axis="y", color=theme.LINE, linewidth=0.6)
        _limits(axes, funnel)
        size = 4.5 if len(funnel.points) <= 200 else 2.6
        for zone, style in _MARKERS.items():
            places = [(x, p.score) for x, p in _side_by_side(funnel.points) if p.zone is zone]
            axes.plot(
                [x for x, _ in places],
                [100 * score for _, score in places],
                linestyle="",
                markersize=size,
                markeredgewidth=0.9,
                zorder=4,
                **style,
            )
        lows = [100 * p.score for p in funnel.points] + [100 * limit.low_998 for limit in funnel.limits]
        axes.set_ylim(max(0.0, min(lows, default=0.0) // 10 * 10 - 5), 102)
        visits = [p.n for p in funnel.points] or [1]
        axes.set_xlim(min(visits) - 0.5, max(visits) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.set_xlabel("Visits" if locale == "en" else "Wizyty")
        axes.yaxis.set_major_formatter(lambda value, _position: f"{value:.0f}{_unit(locale)}" if value <= 100 else "")
        return _svg(figure)


def _limits(axes: Axes, funnel: Funnel) -> None:
    if funnel.mu is None or not funnel.limits:
        return
    x = [edge for limit in funnel.limits for edge in (limit.n - 0.5, limit.n + 0.5)]
    for inner, style in ((True, "-"), (False, (0, (1, 2)))):
        for side in ("low", "high"):
            name = f"{side}_{'95' if inner else '998'}"
            y = [100 * getattr(limit, name) for limit in funnel.limits for _ in range(2)]
            axes.plot(x, y, color=theme.INK_2, linewidth=0.9, linestyle=style, zorder=2)
    low, high = (
        [100 * getattr(limit, f"{side}_95") for limit in funnel.limits for _ in range(2)] for side in ("low", "high")
    )
    axes.fill_between(x, low, high, color=theme.ABOVE, alpha=0.1, linewidth=0, zorder=1)
    axes.axhline(100 * funnel.mu, color=theme.INK_2, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)


def _side_by_side(points: Sequence[FunnelPoint]) -> list[tuple[float, FunnelPoint]]:
    """Return the points with their place on the axis: those with equally many visits share its width."""
    many = Counter(point.n for point in points)
    seen: Counter[int] = Counter()
    placed = []
    for point in points:
        seen[point.n] += 1
        placed.append((point.n + 0.8 * ((seen[point.n] - 0.5) / many[point.n] - 0.5), point))
    return placed


def describe_funnel(funnel: Funnel, *, locale: str) -> str:
    """Say in words what `draw_funnel` shows."""
    english = locale == "en"
    if not funnel.points:
        return "No location has a score." if english else "Żadna placówka nie ma wyniku."
    few, most = min(p.n for p in funnel.points), max(p.n for p in funnel.points)
    visits = str(few) if few == most else f"{few}–{most}"
    count = len(funnel.points)
    lead = f"Scores by number of visits. Locations: {count}, visits to each: {visits}"
    if not english:
        lead = f"Wyniki według liczby wizyt. Placówki: {count}, wizyty w każdej: {visits}"
    if funnel.mu is None or not funnel.limits:
        return lead + (". Too few visits for limits." if english else ". Za mało wizyt, aby wyznaczyć granice.")
    outside = [
        [len(funnel.outside(zone, below=side)) for side in (True, False)]
        for zone in (Zone.OUTSIDE_95, Zone.OUTSIDE_998)
    ]
    (below, above), far = [sum(pair) for pair in zip(*outside, strict=True)], sum(outside[1])
    mean, chance = f"{percent(funnel.mu):.0f}{_unit(locale)}", half_up(0.05 * count)
    if english:
        return (
            f"{lead}; mean {mean}. Outside the 95% limits: {below} below, {above} above; of these outside the 99.8% "
            f"limits: {far}. If all were equally good, chance alone would put about {chance:.0f} outside the 95% ones."
        )
    return (
        f"{lead}; średnia {mean}. Poza granicami 95\N{NO-BREAK SPACE}%: {below} poniżej, {above} powyżej; z tego poza "
        f"granicami 99,8\N{NO-BREAK SPACE}%: {far}. Gdyby wszystkie były równie dobre, sam przypadek umieściłby poza "
        f"granicami 95\N{NO-BREAK SPACE}% około {chance:.0f}."
    )


_LEVELS = {  # told apart by form and by a word, too
    "below": {"color": theme.BELOW, "marker": "s"},
    "above": {"color": theme.ABOVE, "marker": "D"},
    "none": {"color": theme.NONE, "marker": "o"},
}
_LEVEL_WORDS = {
    "en": {"below": "clearly below the network", "above": "clearly above the network"},
    "pl": {"below": "wyraźnie poniżej sieci", "above": "wyraźnie powyżej sieci"},
}
COMPARED_AT_ONCE = 60  # locations that a picture can hold and a person can read
_LINE = 0.21  # inches that one location takes


def draw_comparison(
    rows: Sequence[ComparisonRow],
    visits: Mapping[str, Sequence[float]],
    *,
    locale: str,
    targets: Mapping[str, float] | None = None,
    total: int | None = None,
    kind: Literal["svg", "png"] = "svg",
) -> bytes:
    """Draw the scores of locations with interval, visits and acceptance level, in the order given.

    `visits` are the scores of visits and `targets` the acceptance levels by location, both in [0, 1]. Where the rows
    are the first of `total`, the picture says so. The file carries its own words.
    """
    with mpl.rc_context({**STYLE, "svg.fonttype": "path"}):
        height = _LINE * max(len(rows), 1) + 0.75
        figure = Figure(figsize=(WIDTH + 0.9, height))
        axes = figure.add_axes((0.27, 0.42 / height, 0.5, 1 - 0.72 / height))
        _bare(axes)
        axes.set_xlim(0, 102)
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        axes.grid(axis="x", color=theme.LINE, linewidth=0.6)
        for y, row in enumerate(rows):
            _standing(axes, y, row, visits.get(row.location, ()), (targets or {}).get(row.location))
            level = _LEVEL_WORDS[locale].get(row.level or "", "")
            score = "–" if row.score is None else f"{percent(row.score):.0f}{_unit(locale)}"
            axes.annotate(score, (1, y), (30, 0), ("axes fraction", "data"), "offset points", ha="right", va="center")
            axes.annotate(
                level, (1, y), (36, 0), ("axes fraction", "data"), "offset points", va="center", color=theme.INK_2
            )
        axes.set_yticks(range(len(rows)), [_short(row.name) for row in rows])
        axes.tick_params(axis="y", labelcolor=theme.INK)
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:.0f}{_unit(locale)}")
        axes.set_title(_legend(locale, len(rows), total), loc="left", fontsize=8, color=theme.INK_2, x=-0.52)
        words = describe_comparison(rows, locale=locale, total=total)
        return _png(figure, words) if kind == "png" else _svg(figure, words)


def _standing(axes: Axes, y: int, row: ComparisonRow, visits: Sequence[float], target: float | None) -> None:
    style: Any = _LEVELS.get(row.level or "", _LEVELS["none"])
    if row.low is not None and row.high is not None:
        ends = [100 * row.low, 100 * row.high]
        axes.plot(ends, [y, y], color=style["color"], alpha=0.3, linewidth=7, solid_capstyle="butt", zorder=2)
    if target is not None:
        axes.plot([100 * target] * 2, [y - 0.42, y + 0.42], color=theme.INK_2, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.plot([100 * each for each in visits], [y] * len(visits), ".", color=theme.INK_2, markersize=3, zorder=3)
    if row.score is not None:
        axes.plot(100 * row.score, y, markersize=6, markeredgecolor=theme.PAPER, zorder=4, **style)


def _short(name: str) -> str:
    return name if len(name) <= 34 else name[:33].rstrip() + "…"


def _legend(locale: str, shown: int, total: int | None) -> str:
    if locale == "en":
        words = "Mark: score. Band: likely level (95%). Small dots: visits. Dashed: acceptance level."
        return words if total in (None, shown) else f"{words} {shown} of {total} locations."
    words = (
        "Znak: wynik. Pasmo: prawdopodobny poziom (95\N{NO-BREAK SPACE}%). Kropki: wizyty. Kreski: poziom akceptacji."
    )
    return words if total in (None, shown) else f"{words} {shown} z {total} placówek."


def describe_comparison(rows: Sequence[ComparisonRow], *, locale: str, total: int | None = None) -> str:
    """Say in words what `draw_comparison` shows."""
    parts = []
    for row in rows:
        if row.score is None:
            parts.append(f"{row.name}: {'no score' if locale == 'en' else 'brak wyniku'}")
            continue
        text = f"{row.name}: {percent(row.score):.0f}{_unit(locale)}"
        if row.low is not None and row.high is not None:
            low, high = outward(row.low, row.high)
            text += f" ({low:.0f}–{high:.0f})"
        level = _LEVEL_WORDS[locale].get(row.level or "")
        parts.append(f"{text}, {level}" if level else text)
    return f"{_legend(locale, len(rows), total)} " + ("; ".join(parts) + "." if parts else "")
