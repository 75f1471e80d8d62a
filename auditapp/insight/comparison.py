"""The comparison of stores as a page: groups in which the order means something, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    unlabelled: Sequence[CompareLine]
    single: Sequence[CompareLine]
    not_visited: Sequence[CompareLine]
    hidden: int
    wrong_below: float
    wrong_above: float
    methods: Sequence[Method]

    @property
    def standing(self) -> str:
        return words.standing(row for row in self.comparison.rows)

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
    channel: str,
    location_format: str,
    everything: bool,
) -> ComparePage:
    """Return the comparison of the locations in scope, narrowed by region, channel and location format."""
    facts = results.gather(session, programme, period.quarter, previous=period.previous)
    built = results.comparison_of(facts)
    path = region.path if region is not None else ""
    shown = scope.within(facts.locations) & set(facts.locations.loc[in_region(facts.locations, path), "location"])
    rows = tuple(
        row for row in built.only(shown).rows if row.channel == channel and location_format in ("", row.format)
    )
    populations = {(each.format, each.channel): each for each in built.populations}
    behind = {(row.location, row.channel): row for row in built.rows if row.channel and row.n}
    lines = [_line(row, built, populations, _channel(row, behind, populations), facts.targets) for row in rows]
    groups: dict[str, list[CompareLine]] = {}
    for line in lines:
        groups.setdefault(_group(line.row), []).append(line)
    for group in groups.values():
        group.sort(key=lambda line: (line.row.name, line.row.location))
    below = sorted(groups.get("below", ()), key=lambda line: -(line.row.p_below or 0.0))
    above = sorted(groups.get("above", ()), key=lambda line: line.row.p_below or 0.0)
    none = groups.get("none", [])
    listed = none if everything else none[:SHOWN]
    used = {(line.row.format, _channel(line.row, behind, populations)) for line in lines}
    (summary,) = results.build_summaries(facts, regions=[path], channel=channel or None)
    return ComparePage(
        period=period,
        region=region,
        channel=channel,
        format=location_format,
        regions=scope.regions,
        formats=[each.value for each in LocationFormat if each.value in set(facts.locations["format"])],
        channels=channels_of(facts.cells),
        comparison=replace(built, rows=rows),
        summary=summary,
        below=below,
        none=listed,
        above=above,
        unlabelled=groups.get("unlabelled", []),
        single=groups.get("single", []),
        not_visited=groups.get("not_visited", []),
        hidden=len(none) - len(listed),
        wrong_below=sum(1 - (line.row.p_below or 0.0) for line in below),
        wrong_above=sum(line.row.p_below or 0.0 for line in above),
        methods=[_method(each) for key, each in populations.items() if key in used],
    )


def _group(row: ComparisonRow) -> str:
    if row.n == 0:
        return "not_visited"
    if row.level == "single":
        return "single"
    if row.level == "indicative":
        return "none"
    return row.level or "unlabelled"


def _channel(
    row: ComparisonRow,
    behind: Mapping[tuple[str, str], ComparisonRow],
    populations: Mapping[tuple[str, str], Population],
) -> str:
    """Return the channel that a row's statistics come from, "" for several or none."""
    if row.channel:
        return row.channel
    visited = [name for form, name in populations if form == row.format and (row.location, name) in behind]
    return visited[0] if len(visited) == 1 else ""


def _line(
    row: ComparisonRow,
    built: Comparison,
    populations: Mapping[tuple[str, str], Population],
    channel: str,
    targets: Mapping[str, float],
) -> CompareLine:
    label = words.listed_label(row, built.settings)
    return CompareLine(
        row=row,
        change=words.change(row.change, label),
        change_label=label,
        rank=words.rank(row, populations.get((row.format, channel))),
        target=targets.get(channel),
    )


def _method(population: Population) -> Method:
    known = population.phi is not None and population.mu is not None and 0 < population.mu < 1
    reach = build_reach(3, population.mu or 0.5, population.phi or 1.0, population.k0) if known else None
    return Method(population, words.method(population), reach)
