"""The values a region's report is printed from: its stores in three tones, its criteria, its changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checklists.model import Criterion
from reports.attention import Costliest, CriterionChange
from reports.change import ChangeLabel
from reports.columns import Population
from reports.compare import ComparisonRow
from reports.criteria import PointsLost
from reports.heat import Tone
from reports.quarterly import Frame, Verdicts
from reports.summary import Series, Summary, SummaryChange

IN_A_TABLE = 60  # rows that a table of all criteria can hold and a person can read


@dataclass(frozen=True, slots=True)
class AreaStanding:
    """The region beside the network inside one population (format x channel), and whether it clearly differs."""

    format: str
    channel: str
    region: Summary
    network: Summary
    level: Tone


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One criterion in one place; `older`: of the last four quarters together. Score None: too few visits."""

    score: float | None
    level: Tone
    older: bool = False


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A place with its score and one cell for each criterion of the table."""

    name: str
    score: float | None
    level: Tone
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The criteria of one population (columns) in the places of a region (rows).

    `by`: every location, or, where they are more than a table can hold, the sub-regions or those that stand out;
    `left_out` locations then have no row.
    """

    format: str
    channel: str
    by: Literal["location", "region", "standing_out"]
    criteria: tuple[Criterion, ...]
    rows: tuple[MatrixRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class CriticalPlace:
    """A location with critical questions below their pass mark, counted by criterion."""

    location: str
    name: str
    failed: Mapping[str, int]

    @property
    def number(self) -> int:
        return sum(self.failed.values())


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A location to look at first, in one channel ("" where only critical questions failed), and why.

    `change` is up or down where it is on the list of real changes.
    """

    location: str
    name: str
    channel: str
    row: ComparisonRow | None
    change: str | None
    critical: int
    cost: Costliest | None


@dataclass(frozen=True, slots=True)
class ChannelVisits:
    """The approved visits of a channel: how many count, and how many do not."""

    channel: str
    locations: int
    counted: int
    not_counted: int


@dataclass(frozen=True, slots=True)
class RegionReport:
    """Everything printed for a region and what lies below it. `rows` are its locations in each channel visited."""

    frame: Frame
    path: str
    region: Summary
    network: Summary
    comparable: bool
    change: SummaryChange | None
    series: Series
    standings: tuple[AreaStanding, ...]
    populations: tuple[Population, ...]
    areas: tuple[Summary, ...]  # the regions right below
    verdicts: Verdicts
    rows: tuple[ComparisonRow, ...]
    fell: tuple[ComparisonRow, ...]
    rose: tuple[ComparisonRow, ...]
    changes: tuple[CriterionChange, ...]
    lost: tuple[PointsLost, ...]
    criteria: tuple[tuple[Criterion, Summary, float | None], ...]  # with the network's score
    matrices: tuple[Matrix, ...]
    critical: tuple[CriticalPlace, ...]
    critical_visits: tuple[int, int]  # that asked, in which one failed
    first: tuple[FirstStep, ...]
    visits: tuple[ChannelVisits, ...]
    not_visited: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def by_tone(rows: Iterable[ComparisonRow]) -> dict[str, tuple[ComparisonRow, ...]]:
    """Return the rows by level, each list from the most likely below to the most likely above, then by name."""
    found: dict[str, list[ComparisonRow]] = {}
    for row in sorted(rows, key=lambda row: (-(row.p_below or 0.0), row.name, row.location, row.channel)):
        found.setdefault(row.level or "", []).append(row)
    return {level: tuple(each) for level, each in found.items()}


def first_steps(
    below: Sequence[ComparisonRow],
    fell: Sequence[ComparisonRow],
    critical: Sequence[CriticalPlace],
    costs: Mapping[tuple[str, str], Costliest | None],
) -> tuple[FirstStep, ...]:
    """Return where to begin: locations clearly below the network, then those that fell, then failed critical ones.

    The surest first, as given; locations where only critical questions failed come by their number.
    """
    failed = {place.location: place.number for place in critical}
    down = {(row.location, row.channel) for row in fell}
    known = {(row.location, row.channel) for row in below}
    rows = [*below, *(row for row in fell if (row.location, row.channel) not in known)]
    steps = [
        FirstStep(
            location=row.location,
            name=row.name,
            channel=row.channel,
            row=row,
            change=ChangeLabel.DOWN.value if (row.location, row.channel) in down else None,
            critical=failed.get(row.location, 0),
            cost=costs.get((row.location, row.channel)),
        )
        for row in rows
    ]
    named = {step.location for step in steps}
    left = sorted(
        (place for place in critical if place.location not in named), key=lambda each: (-each.number, each.name)
    )
    return (*steps, *(FirstStep(each.location, each.name, "", None, None, each.number, None) for each in left))
