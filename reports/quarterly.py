"""The values a quarterly report is printed from: frozen, complete, made by pure functions.

Nothing here formats a number or words a sentence: `findings` does the words, `printed` the numbers, `pdf` the paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from checklists.model import Criterion, Dimension, Standard, Text
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow
from reports.criteria import CriterionRow, PointsLost, meets
from reports.periods import Quarter
from reports.summary import Series, Summary, SummaryChange

SHORTEST_QUOTE, LONGEST_QUOTE = 12, 240
QUOTES = 6


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a location and channel beside the network's score and the acceptance level."""

    criterion: Criterion
    row: CriterionRow
    network: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One criterion over the channels in which it has a score: those `scores`, and its visits together.

    `judged` where visits are enough in every channel that asked for it; `meets` where its acceptance level is surely
    met in all of them.
    """

    criterion: Criterion
    scores: tuple[float, ...]
    n: int
    judged: bool
    meets: bool


@dataclass(frozen=True, slots=True)
class VisitLine:
    """An approved visit as a location may see it: a date and no time, a score and no name."""

    day: date
    channel: str
    kind: str
    score: float | None
    scorable: bool
    critical_failed: int

    @property
    def counts(self) -> bool:
        """Whether the score of the location is made of it."""
        return self.kind == "regular" and self.scorable and self.score is not None


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment a visitor wrote beside an answer. `good` tells whether the answer earned its points."""

    text: str
    criterion: str
    channel: str
    good: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What every report of a quarter says about itself."""

    programme: str
    quarter: Quarter
    previous: Quarter | None
    standard: Standard  # the quarter's checklists were derived from
    criteria: Mapping[str, Criterion]  # by code, in the order of the standard; older ones still measured come last
    sections: Mapping[str, Text]  # titles by code
    versions: tuple[str, ...]  # checklists used, "STORE 1"
    weights: Mapping[str, float]
    targets: Mapping[str, float]  # acceptance level of each channel
    comparison: Comparison  # of the network; levels and populations


@dataclass(frozen=True, slots=True)
class LocationReport:
    """Everything printed for one location. `rows` are its channels; `headline` combines them."""

    frame: Frame
    headline: ComparisonRow
    rows: tuple[ComparisonRow, ...]
    populations: tuple[Population, ...]
    network: Summary
    lost: tuple[PointsLost, ...]
    criteria: tuple[CriterionLine, ...]
    visits: tuple[VisitLine, ...]
    quotes: tuple[Quote, ...]
    series: Series

    @property
    def counted(self) -> tuple[VisitLine, ...]:
        """The visits that the score is made of."""
        return tuple(visit for visit in self.visits if visit.counts)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The criteria that have a score, those that meet their acceptance level first (`ranked_standings`)."""
        return ranked_standings(self.criteria)


@dataclass(frozen=True, slots=True)
class DimensionLost:
    """Points lost to the criteria of one dimension, with the share of all points lost."""

    dimension: Dimension
    lost: float
    share: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened in the field: counts of the programme in the quarter."""

    approved: int
    rejected: int
    auditors: int


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """Everything printed for the network."""

    frame: Frame
    network: Summary
    change: SummaryChange | None
    regions: tuple[Summary, ...]
    channels: tuple[Summary, ...]
    lost: tuple[PointsLost, ...]
    dimensions: tuple[DimensionLost, ...]
    criteria: tuple[tuple[Criterion, Summary], ...]
    below: tuple[ComparisonRow, ...]
    above: tuple[ComparisonRow, ...]
    not_visited: tuple[str, ...]
    series: Series
    facts: Facts


def ranked_standings(lines: Iterable[CriterionLine]) -> tuple[Standing, ...]:
    """Return a standing for each criterion with a score: those that meet their level first, best and surest first.

    Criteria with too few visits in some channel to be judged come last.
    """
    found: dict[str, list[CriterionLine]] = {}
    for line in lines:
        found.setdefault(line.criterion.code, []).append(line)
    standings = []
    for group in found.values():
        level, scored = group[0].criterion.acceptance_level, [line.row for line in group if line.row.score is not None]
        if scored:
            standings.append(
                Standing(
                    criterion=group[0].criterion,
                    scores=tuple(row.score for row in scored if row.score is not None),
                    n=sum(row.n for row in scored),
                    judged=all(line.row.low is not None for line in group),
                    meets=all(meets(line.row.low, line.row.high, level) is True for line in group),
                )
            )
    return tuple(
        sorted(
            standings,
            key=lambda each: (not each.meets, not each.judged, -min(each.scores), -each.n, each.criterion.code),
        )
    )


def select_quotes(quotes: Iterable[Quote], limit: int = QUOTES) -> tuple[Quote, ...]:
    """Return the comments to print: at most `limit`, praise first, the longest of each criterion, none twice.

    Comments too short to say anything or too long for a report are left out. Praise and criticism have half of the
    places each, and what one does not need goes to the other.
    """
    texts: set[str] = set()
    chosen: dict[bool, dict[str, Quote]] = {True: {}, False: {}}
    for quote in sorted(quotes, key=lambda quote: (-len(quote.text), quote.text, quote.criterion)):
        about = chosen[quote.good]
        if not SHORTEST_QUOTE <= len(quote.text) <= LONGEST_QUOTE or quote.text in texts or quote.criterion in about:
            continue
        texts.add(quote.text)
        about[quote.criterion] = quote
    good, bad = (list(about.values()) for about in chosen.values())
    half = limit // 2
    bad = bad[: max(half, limit - len(good))]
    return (*good[: limit - len(bad)], *bad)


def since_first(series: Series) -> Series:
    """Return the series without the quarters before the first one with a visit."""
    first = next((index for index, point in enumerate(series.points) if point.n), len(series.points))
    return replace(series, points=series.points[first:])


def dimensions_lost(lost: Sequence[PointsLost], criteria: Mapping[str, Criterion]) -> tuple[DimensionLost, ...]:
    """Return points lost by dimension, most first; they sum to the points lost."""
    rows = [
        DimensionLost(
            dimension,
            sum(row.lost for row in lost if criteria[row.criterion].dimension == dimension),
            sum(row.share for row in lost if criteria[row.criterion].dimension == dimension),
        )
        for dimension in Dimension
    ]
    return tuple(sorted(rows, key=lambda row: -row.lost))


def levelled(comparison: Comparison, level: str) -> tuple[ComparisonRow, ...]:
    """Return the rows (location in a channel) labelled `level`, the most certain first."""
    rows = [row for row in comparison.rows if row.channel and row.level == level and row.p_below is not None]
    sign = -1 if level == "below" else 1
    return tuple(sorted(rows, key=lambda row: (sign * (row.p_below or 0), row.location)))
