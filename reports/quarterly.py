"""The values a quarterly report is printed from: frozen, complete, made by pure functions, read by pages and PDFs alike.

Nothing here formats a number or words a sentence: `findings` does the words, `printed` the numbers, `pdf` the paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from checklists.model import Criterion, Dimension, Standard
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow
from reports.criteria import CriterionRow, PointsLost
from reports.periods import Quarter
from reports.summary import Series, Summary, SummaryChange

LONGEST_QUOTE = 240
QUOTES = 6


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a location and channel beside the network's score and the acceptance level."""

    criterion: Criterion
    row: CriterionRow
    network: float | None

    @property
    def meets(self) -> bool | None:
        """Whether the observed score reaches the acceptance level; None without a score."""
        return None if self.row.score is None else self.row.score >= self.criterion.acceptance_level - 1e-9


@dataclass(frozen=True, slots=True)
class VisitLine:
    """An approved visit as a location may see it: a date and no time, a score and no name."""

    day: date
    channel: str
    kind: str
    score: float | None
    scorable: bool
    critical_failed: int


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
    standard: Standard
    versions: tuple[str, ...]  # checklists used, "STORE 1"
    weights: Mapping[str, float]
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
    def critical(self) -> tuple[int, int]:
        """Critical items failed and applicable, over all criteria of the quarter."""
        return sum(row.critical_failed for row in self.lost), sum(row.critical_applicable for row in self.lost)

    @property
    def praised(self) -> tuple[CriterionLine, ...]:
        """The criteria at or above their acceptance level, best first."""
        met = [line for line in self.criteria if line.meets]
        return tuple(sorted(met, key=lambda line: (-(line.row.score or 0), line.criterion.code)))


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


def select_quotes(quotes: Iterable[Quote], limit: int = QUOTES) -> tuple[Quote, ...]:
    """Return the comments to print: at most `limit`, praise first, one for each text and criterion, the longer the better.

    Comments that are too short to say anything or too long for a report are left out.
    """
    seen: set[str] = set()
    chosen: dict[bool, list[Quote]] = {True: [], False: []}
    for quote in sorted(quotes, key=lambda quote: (-len(quote.text), quote.text, quote.criterion)):
        if not 12 <= len(quote.text) <= LONGEST_QUOTE or quote.text in seen:
            continue
        seen.add(quote.text)
        chosen[quote.good].append(quote)
    half = limit // 2
    bad = chosen[False][: max(half, limit - len(chosen[True]))]
    return (*chosen[True][: limit - len(bad)], *bad)


def dimensions_lost(lost: Sequence[PointsLost], standard: Standard) -> tuple[DimensionLost, ...]:
    """Return points lost by dimension, most first; they sum to the points lost."""
    of = {criterion.code: criterion.dimension for criterion in standard.criteria}
    rows = [
        DimensionLost(
            dimension,
            sum(row.lost for row in lost if of.get(row.criterion) == dimension),
            sum(row.share for row in lost if of.get(row.criterion) == dimension),
        )
        for dimension in Dimension
    ]
    return tuple(sorted(rows, key=lambda row: -row.lost))


def levelled(comparison: Comparison, level: str) -> tuple[ComparisonRow, ...]:
    """Return the rows (location in a channel) labelled `level`, the most certain first."""
    rows = [row for row in comparison.rows if row.channel and row.level == level and row.p_below is not None]
    sign = -1 if level == "below" else 1
    return tuple(sorted(rows, key=lambda row: (sign * (row.p_below or 0), row.location)))
