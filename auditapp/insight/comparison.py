"""The comparison of stores as a page: groups in which the order means something, or nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from auditapp import results
from auditapp.insight import words
from auditapp.insight.filters import Period
from auditapp.insight.queries import Scope
from auditapp.models import Programme, Region
from checklists.model import LocationFormat
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow
from reports.measures import channels_of
from reports.planner import Reach, build_reach
from reports.summary import Summary, in_region

SHOWN = 150  # locations without a clear difference listed at first


@dataclass(frozen=True, slots=True)
class CompareLine:
    """One location with what is said of it in a list of many."""

    row: ComparisonRow
    change: str
    change_label: str | None
    rank: str
    target: float | None


@dataclass(frozen=True, slots=True)
class Method:
    """How far one population can be trusted; `reach` is what three visits tell, None where nothing is known."""

    population: Population
    words: str
    reach: Reach | None


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Locations by what can be said of them. `hidden` of those without a clear difference are not listed yet."""

    period: Period
    region: Region | None
    channel: str
    format: str
    regions: Sequence[Region]
    formats: Sequence[str]
    channels: Sequence[str]
    comparison: Comparison
    summary: Summary
    below: Sequence[CompareLine]
    none: Sequence[CompareLine]
    above: Sequence[CompareLine]
    indicative: Sequence[CompareLine]
    unlabelled: Sequence[CompareLine]
    single: Sequence[CompareLine]
    not_visited: Sequence[CompareLine]
    hidden: int
    wrong_below: float
    wrong_above: float
    methods: Sequence[Method]

    @property
    def standing(self) -> str:
        """Return the first sentence: it counts the very rows that are listed."""
        said = words.differences(self.comparison.rows)
        return words.of_channel(self.channel, said) if self.channel and len(self.channels) > 1 else said

    @property
    def ranked(self) -> bool:
        return any(line.rank for line in (*self.below, *self.none, *self.above))

    @property
    def restated(self) -> bool:
        """Tell whether changes are on common items because a checklist got a new version."""
        return bool(self.comparison.restated)


def compare_page(
    session: Session,
    programme: Programme,
    scope: Scope,
    period: Period,
    *,
    region: Region | None,
    channel: str | None,
    location_format: str,
    everything: bool,
) -> ComparePage:
    """Return the comparison of the locations in scope, narrowed by region, channel and location format.

    `channel` "" is the headline over all channels, None the channel in which most of them were visited: only inside a
    channel can locations be told apart.
    """
    facts = results.gather(session, programme, period.quarter, previous=period.previous)
    built = results.comparison_of(facts)
    path = region.path if region is not None else ""
    present = channels_of(facts.overall[facts.overall["quarter"] == str(period.quarter)])
    shown = scope.within(facts.locations) & set(facts.locations.loc[in_region(facts.locations, path), "location"])
    mine = [row for row in built.only(shown).rows if location_format in ("", row.format)]
    if channel is None:
        channel = _main_channel(mine) if len(present) > 1 else ""
    rows = tuple(row for row in mine if row.channel == channel)
    populations = {(each.format, each.channel): each for each in built.populations}
    source = _sources(built) if channel == "" else {row.location: channel for row in rows}
    groups = _groups(
        _line(row, built, populations.get((row.format, source.get(row.location, ""))), facts.targets) for row in rows
    )
    below, none, above = groups["below"], groups["none"], groups["above"]
    listed = none if everything else none[:SHOWN]
    used = {(row.format, source.get(row.location, "")) for row in rows}
    (summary,) = results.build_summaries(facts, regions=[path], channel=channel or None)
    return ComparePage(
        period=period,
        region=region,
        channel=channel,
        format=location_format,
        regions=scope.regions,
        formats=[each.value for each in LocationFormat if each.value in set(facts.locations["format"])],
        channels=present,
        comparison=replace(built, rows=rows),
        summary=summary,
        below=below,
        none=listed,
        above=above,
        indicative=groups["indicative"],
        unlabelled=groups["unlabelled"],
        single=groups["single"],
        not_visited=groups["not_visited"],
        hidden=len(none) - len(listed),
        wrong_below=sum(1 - (line.row.p_below or 0.0) for line in below),
        wrong_above=sum(line.row.p_below or 0.0 for line in above),
        methods=[_method(each) for key, each in populations.items() if key in used],
    )


def _main_channel(rows: Sequence[ComparisonRow]) -> str:
    visited = Counter(row.channel for row in rows if row.channel and row.n)
    return visited.most_common(1)[0][0] if visited else ""


def _sources(built: Comparison) -> dict[str, str]:
    """Return the channel that a location's headline comes from, where it was visited in one only."""
    visited: dict[str, list[str]] = {}
    for row in built.rows:
        if row.channel and row.n:
            visited.setdefault(row.location, []).append(row.channel)
    return {location: channels[0] for location, channels in visited.items() if len(channels) == 1}


def _groups(lines: Iterable[CompareLine]) -> defaultdict[str, list[CompareLine]]:
    """Return the lines by what can be said of them: the surest first where that is something, else by name."""
    groups: defaultdict[str, list[CompareLine]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.row.name, line.row.location)):
        groups[words.group(line.row)].append(line)
    groups["below"].sort(key=lambda line: -(line.row.p_below or 0.0))
    groups["above"].sort(key=lambda line: line.row.p_below or 0.0)
    return groups


def _line(
    row: ComparisonRow, built: Comparison, population: Population | None, targets: Mapping[str, float]
) -> CompareLine:
    label = words.listed_label(row, built.settings)
    return CompareLine(
        row=row,
        change=words.change(row.change, label),
        change_label=label,
        rank=words.rank(row, population),
        target=None if population is None else targets.get(population.channel),
    )


def _method(population: Population) -> Method:
    known = population.phi is not None and population.mu is not None and 0 < population.mu < 1
    reach = build_reach(3, population.mu or 0.5, population.phi or 1.0, population.k0) if known else None
    return Method(population, words.method(population), reach)
