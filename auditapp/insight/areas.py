"""The pages of the network and of one region as values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from auditapp import formats, results
from auditapp.insight import queries, standing_words, words
from auditapp.insight.filters import Period
from auditapp.insight.history import History
from auditapp.insight.queries import Scope
from auditapp.models import IssuedReport, Programme, Region
from auditapp.results import Facts
from reports.compare import Comparison, ComparisonRow
from reports.criteria import PointsLost
from reports.measures import channels_of
from reports.summary import Summary, SummaryChange, in_region

HISTORY = 12  # quarters shown, as many as a series needs for limits
LOST_SHOWN = 10
SHOWN = 150  # locations listed at first


@dataclass(frozen=True, slots=True)
class LostLine:
    """What one criterion cost; `width` is its bar, 1 for the longest. `criterion` is empty for "all others"."""

    criterion: str
    title: str
    lost: float
    width: float


@dataclass(frozen=True, slots=True)
class CriticalLine:
    criterion: str
    title: str
    failed: int
    applicable: int


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One location with what may be said of it: (tone, words) for its one channel, or for each that differs."""

    row: ComparisonRow
    verdicts: Sequence[tuple[str, str]]

    @property
    def order(self) -> tuple[int, str, str]:
        """Return where it stands in a list: clearly below first, clearly above last, by name inside each group."""
        tones = [tone for tone, _ in self.verdicts]
        group = 0 if "below" in tones else 2 if "above" in tones else 1
        return group, self.row.name, self.row.location


@dataclass(frozen=True, slots=True)
class AreaPage:
    """The network (`region` None) or a region: its score, what lies below it, where points are lost."""

    region: Region | None
    period: Period
    summary: Summary
    change: SummaryChange | None
    comparable: bool
    channels: Sequence[tuple[str, Summary]]
    areas: Sequence[tuple[Region, Summary]]
    standing: str
    places: Sequence[PlaceLine]
    not_visited: Sequence[ComparisonRow]
    lost: Sequence[LostLine]
    lost_total: float
    critical: Sequence[CriticalLine]
    reports: Sequence[IssuedReport]
    history: History
    facts: Facts
    everything: bool

    @property
    def elsewhere(self) -> bool:
        """Tell whether visits of the quarter count anywhere in the network."""
        return bool((self.facts.overall["quarter"] == str(self.period.quarter)).any())

    @property
    def listed(self) -> Sequence[PlaceLine]:
        """Return the locations that the page lists: all of them, or the first."""
        return self.places if self.everything else self.places[:SHOWN]


@dataclass(frozen=True, slots=True)
class PlacesPage:
    """The regions and single locations of somebody who has several, or none."""

    period: Period
    areas: Sequence[tuple[Region, Summary]]
    places: Sequence[PlaceLine]
    comparison: Comparison
    facts: Facts


def area_history(session: Session, programme: Programme, period: Period, region: Region | None) -> History:
    """Return the history of the network or of a region that the actor may see as a whole."""
    path = region.path if region is not None else ""
    facts = results.gather(session, programme, period.quarter, history=HISTORY)
    return History(results.build_series(facts, region=path), None, {"region": path} if path else {})


def area_page(
    session: Session,
    programme: Programme,
    scope: Scope,
    period: Period,
    region: Region | None,
    *,
    everything: bool = False,
) -> AreaPage:
    """Return the page of the network or of a region that the actor may see as a whole.

    `everything` lists all locations of a region, however many there are.
    """
    facts = results.gather(session, programme, period.quarter, previous=period.previous, history=HISTORY, criteria=1)
    path = region.path if region is not None else ""
    inside = frozenset(facts.locations.loc[in_region(facts.locations, path), "location"])
    below = [each for each in scope.regions if each.path.rpartition("/")[0] == path]
    summary, *of_areas = results.build_summaries(facts, regions=[path, *(each.path for each in below)])
    built = results.comparison_of(facts)
    rows = built.only(inside).rows
    places = place_lines(rows) if region is not None else []  # a network is listed by its regions
    present = channels_of(facts.overall[facts.overall["quarter"] == str(period.quarter)])
    of_channels = [(name, results.build_summaries(facts, regions=[path], channel=name)[0]) for name in present]
    channels = [(name, found) for name, found in of_channels if found.n]
    lost = results.points_lost(facts, inside)
    return AreaPage(
        region=region,
        period=period,
        summary=summary,
        change=results.find_change(facts, path),
        comparable=facts.comparable,
        channels=channels if len(channels) > 1 else [],
        areas=[(each, found) for each, found in zip(below, of_areas, strict=True) if found.locations],
        standing=standing_words.standing(rows, alone=standing_words.is_alone(built.populations)),
        places=sorted((line for line in places if line.row.n), key=lambda line: line.order),
        not_visited=[row for row in rows if row.channel == "" and not row.n],
        lost=lost_lines(facts, lost, LOST_SHOWN),
        lost_total=sum(row.lost for row in lost),
        critical=critical_lines(facts, lost),
        reports=queries.issued_reports(session, programme.id, period.quarter, region),
        history=History(results.build_series(facts, region=path), None, {"region": path} if path else {}),
        facts=facts,
        everything=everything,
    )


def places_page(
    session: Session, programme: Programme, scope: Scope, period: Period, tops: Collection[str]
) -> PlacesPage:
    """Return the page of somebody with several places: the regions given in `tops`, and all other locations."""
    facts = results.gather(session, programme, period.quarter, previous=period.previous)
    regions = [region for region in scope.regions if region.path in tops]
    single = set(scope.within(facts.locations))
    for region in regions:
        single -= set(facts.locations.loc[in_region(facts.locations, region.path), "location"])
    summaries = results.build_summaries(facts, regions=[region.path for region in regions]) if regions else ()
    mine = results.comparison_of(facts).only(single)
    places = sorted(place_lines(mine.rows), key=lambda line: line.order)
    return PlacesPage(period, list(zip(regions, summaries, strict=True)), places, mine, facts)


def place_lines(rows: Sequence[ComparisonRow]) -> list[PlaceLine]:
    """Return one line for each location of a comparison's rows."""
    by_location: dict[str, list[ComparisonRow]] = {}
    for row in rows:
        by_location.setdefault(row.location, []).append(row)  # the headline comes first
    return [PlaceLine(first, words.verdicts(first, channels)) for first, *channels in by_location.values()]


def lost_lines(facts: Facts, rows: Sequence[PointsLost], shown: int | None = None) -> list[LostLine]:
    """Return the criteria that cost points, most first; beyond `shown` of them the rest as one line."""
    costly = [row for row in rows if row.lost > 1e-9]
    first = costly if shown is None or len(costly) <= shown + 1 else costly[:shown]
    longest = max((row.lost for row in costly), default=1.0)
    lines = [LostLine(row.criterion, title(facts, row.criterion), row.lost, row.lost / longest) for row in first]
    rest = sum(row.lost for row in costly[len(first) :])
    return [*lines, LostLine("", "", rest, min(rest / longest, 1.0))] if len(costly) > len(first) else lines


def critical_lines(facts: Facts, rows: Sequence[PointsLost]) -> list[CriticalLine]:
    """Return the criteria with critical items, most failures first."""
    found = [
        CriticalLine(row.criterion, title(facts, row.criterion), row.critical_failed, row.critical_applicable)
        for row in rows
        if row.critical_applicable
    ]
    return sorted(found, key=lambda line: (-line.failed, line.criterion))


def title(facts: Facts, code: str) -> str:
    """Return the criterion's title in the language of the page, its code where no standard knows it."""
    criterion = facts.find_criterion(code)
    return code if criterion is None else formats.text(criterion.title)
