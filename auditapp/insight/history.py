"""A series of quarters as a small picture: positions in the units of its drawing, so that a template only places."""

from __future__ import annotations

from dataclasses import dataclass

from reports.summary import Series, SeriesPoint

WIDTH, HEIGHT = 360.0, 150.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 10.0, 8.0, 24.0
_LABELS = 6  # more would touch each other


@dataclass(frozen=True, slots=True)
class Dot:
    """One quarter: where its score and the ends of its interval lie; None where there is none."""

    point: SeriesPoint
    x: float
    y: float | None
    low: float | None
    high: float | None
    labelled: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A history over a fixed scale. `breaks` are where quarters stop being comparable."""

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, float], ...]  # share, y
    breaks: tuple[float, ...]
    target: float | None
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    base: float = HEIGHT - _BOTTOM


def build_picture(series: Series, target: float | None) -> Picture:
    """Place a series on a scale from 0 %, or from 40 % where nothing lies below that."""
    ends = [end for point in series.points for end in (point.score, point.low) if end is not None]
    bottom = 0.4 if min([*ends, target or 1.0]) >= 0.4 else 0.0
    step = (WIDTH - _LEFT - _RIGHT) / len(series.points)

    def y(share: float) -> float:
        return HEIGHT - _BOTTOM - (share - bottom) / (1 - bottom) * (HEIGHT - _TOP - _BOTTOM)

    def place(share: float | None) -> float | None:
        return None if share is None else round(y(share), 2)

    every = -(-len(series.points) // _LABELS)
    dots = tuple(
        Dot(
            point,
            x=round(_LEFT + step * (index + 0.5), 2),
            y=place(point.score),
            low=place(point.low),
            high=place(point.high),
            labelled=(len(series.points) - 1 - index) % every == 0,
        )
        for index, point in enumerate(series.points)
    )
    return Picture(
        dots=dots,
        ticks=tuple((share, y(share)) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0) if share >= bottom),
        breaks=tuple(round(dot.x - step / 2, 2) for dot in dots if dot.point.breaks),
        target=place(target),
    )
