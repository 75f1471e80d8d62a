"""The comparison of stores as a page: groups in which the order means something, or nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.orm import Session

from auditapp import parameter_words, restated, results
from auditapp.insight import dots, standing_words, words
from auditapp.insight.filters import Period
from auditapp.insight.queries import Scope
from auditapp.models import Programme, Region, Wave
from auditapp.results import Facts
from checklists.model import LocationFormat
from reports import charts
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow, listed_label
from reports.measures import channels_of
from reports.periods import Quarter
from reports.planner import Reach, build_reach
from reports.summary import Summary, in_region

GROUPS = ("below", "none", "above", "indicative", "unlabelled", "single", "not_visited")  # as the page lists them
CLEAR = ("below", "above")
SHOWN = 100  # locations of a group, listed at first


@dataclass(frozen=True, slots=True)
class CompareLine:
    """One location with what is said of it in a list of many; `population` None over several channels."""

    row: ComparisonRow
    change: str
    change_label: str | None
    rank: str
    target: float | None
    population: Population | None


@dataclass(frozen=True, slots=True)
class Group:
    """`number` locations of which the same can be said (`standing_words.group`), the first of them or all as `lines`.

    `wrong` is how many of a list of clear differences are expected to stand there by chance.
    """

    name: str
    number: int
    wrong: float
    lines: Sequence[CompareLine]

    @property
    def hidden(self) -> int:
        return self.number - len(self.lines)


@dataclass(frozen=True, slots=True)
class Method:
    """How far one population can be trusted; `reach` is what three visits tell, None where nothing is known."""

    population: Population
    words: str
    reach: Reach | None


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Locations in groups by what can be said of them; groups without locations are left out.

    `wave` narrows the list only: figures are of whole quarters. `visits` are the scores of the visits of the locations
    listed, `breaks` the quarters since the earlier one in which a checklist changed too much to compare across.
    """

    period: Period
    region: Region | None
    channel: str
    format: str
    regions: Sequence[Region]
    formats: Sequence[str]
    channels: Sequence[str]
    comparison: Comparison
    summary: Summary
    groups: Sequence[Group]
    methods: Sequence[Method]
    wave: Wave | None
    waves: Sequence[Wave]
    visits: Mapping[str, Sequence[float]]
    breaks: Sequence[Quarter]
    facts: Facts

    @property
    def said_of_settings(self) -> list[str]:
        """Say which settings the figures rest on, and what intervals know of shoppers."""
        return [*parameter_words.settings(self.facts), *parameter_words.few_shoppers(self.facts)]

    @property
    def standing(self) -> str:
        """Return the first sentence: it counts the very rows that are listed."""
        alone = standing_words.is_alone(self.comparison.populations, self.channel)
        said = standing_words.differences(self.comparison.rows, alone=alone, elsewhere=bool(self.channels))
        return words.of_channel(self.channel, said) if self.channel and len(self.channels) > 1 else said

    @property
    def pick(self) -> bool:
        """Tell whether there is anything to put side by side."""
        return len(self.comparison.rows) > 1

    @property
    def ranked(self) -> bool:
        return any(line.rank for group in self.groups for line in group.lines)

    @property
    def hidden(self) -> bool:
        return any(group.hidden for group in self.groups)

    @property
    def restated(self) -> bool:
        """Tell whether changes are on common items because a checklist got a new version."""
        return bool(self.comparison.restated)

    @property
    def listed(self) -> list[CompareLine]:
        return [line for group in self.groups for line in group.lines]

    @property
    def scored(self) -> int:
        """Return how many locations have a score, listed or not yet."""
        return sum(row.score is not None for row in self.comparison.rows)

    @property
    def drawn(self) -> list[CompareLine]:
        """Return the lines that a picture holds, as listed: the clear differences before all others."""
        clear = [line for group in self.groups if group.name in CLEAR for line in group.lines]
        others = [line for group in self.groups if group.name not in CLEAR for line in group.lines]
        scored = [line.row.location for line in (*clear, *others) if line.row.score is not None]
        codes = frozenset(scored[: charts.COMPARED_AT_ONCE])
        return [line for line in self.listed if line.row.location in codes]

    def picture(self, locale: str, kind: Literal["svg", "png"]) -> bytes:
        """Return the picture of the lines that it holds."""
        targets = {line.row.location: line.target for line in self.drawn if line.target is not None}
        rows = [line.row for line in self.drawn]
        return charts.draw_comparison(rows, self.visits, locale=locale, targets=targets, total=self.scored, kind=kind)

    def picture_words(self, locale: str) -> str:
        """Say in words what the picture shows."""
        return charts.describe_comparison([line.row for line in self.drawn], locale=locale, total=self.scored)


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
    wave: str = "",
    figures_only: bool = False,
) -> ComparePage:
    """Return the comparison of the locations in scope, narrowed by region, channel, location format and wave.

    `figures_only` leaves the visits' own scores out.

    `channel` "" is the headline over all channels, None the channel in which most of them were visited: only inside a
    channel can locations be told apart.
    """
    facts = results.gather(session, programme, period.quarter, previous=period.previous)
    built = results.comparison_of(facts)
    path = region.path if region is not None else ""
    present = channels_of(facts.overall[facts.overall["quarter"] == str(period.quarter)])
    shown = scope.within(facts.locations)
    if path:
        shown &= set(facts.locations.loc[in_region(facts.locations, path), "location"].tolist())
    waves = dots.waves_of(session, programme.id, period.quarter)
    chosen = dots.get_wave(waves, wave) if wave else None
    if chosen is not None:
        shown &= dots.visited_in(session, chosen, period.quarter)
    mine = [row for row in built.rows if row.location in shown and location_format in ("", row.format)]
    if channel is None:
        channel = _main_channel(mine) if len(present) > 1 else ""
    rows = tuple(row for row in mine if row.channel == channel)
    populations = {(each.format, each.channel): each for each in built.populations}
    source: Mapping[str, str]
    if channel == "":
        source = facts.remember(("sources",), lambda: _sources(built), len(facts.locations))
    else:
        source = dict.fromkeys((row.location for row in rows), channel)

    def line(row: ComparisonRow) -> CompareLine:
        return _line(row, built, populations.get((row.format, source.get(row.location, ""))), facts.targets)

    used = {(row.format, source.get(row.location, "")) for row in rows}
    (summary,) = results.build_summaries(_of_format(facts, location_format), regions=[path], channel=channel or None)
    by_name = facts.remember(("by name",), lambda: _by_name(built), len(facts.locations))
    groups = _groups(sorted(rows, key=lambda row: by_name[row.location]), line, everything=everything)
    listed = [] if figures_only else [line.row.location for group in groups for line in group.lines if line.row.n]
    least = facts.settings.overlap
    broken = restated.breaks(facts.checklists, facts.used, channel or None, least) if period.previous else ()
    return ComparePage(
        period=period,
        region=region,
        channel=channel,
        format=location_format,
        regions=scope.regions,
        formats=[each.value for each in LocationFormat if each.value in set(facts.locations["format"].unique())],
        channels=present,
        comparison=replace(built, rows=rows),
        summary=summary,
        groups=groups,
        methods=[_method(each) for key, each in populations.items() if key in used],
        wave=chosen,
        waves=waves,
        visits=dots.visit_scores(session, programme.id, period.quarter, listed, channel),
        breaks=[each for each in sorted(broken) if period.previous and period.previous < each <= period.quarter],
        facts=facts,
    )


def _of_format(facts: Facts, location_format: str) -> Facts:
    """Return the facts of the locations of one format; of all of them where none is asked for, or none is of it."""
    places = facts.locations[facts.locations["format"] == location_format].reset_index(drop=True)
    return facts if places.empty else replace(facts, locations=places, key=(*facts.key, location_format))


def _by_name(built: Comparison) -> dict[str, int]:
    """Return the place of each location in a list by name."""
    names = sorted({(row.name, row.location) for row in built.rows})
    return {code: place for place, (_, code) in enumerate(names)}


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


def _groups(
    rows: Iterable[ComparisonRow], line: Callable[[ComparisonRow], CompareLine], *, everything: bool
) -> list[Group]:
    """Return the `rows`, which come by name, by what can be said of them: the surest first where that is something."""
    found: defaultdict[str, list[ComparisonRow]] = defaultdict(list)
    for row in rows:
        found[standing_words.group(row)].append(row)
    found["below"].sort(key=lambda row: -(row.p_below or 0.0))
    found["above"].sort(key=lambda row: row.p_below or 0.0)
    groups = []
    for name in GROUPS:
        if found[name]:
            below = sum(row.p_below or 0.0 for row in found[name])
            wrong = len(found[name]) - below if name == "below" else below
            listed = found[name] if everything else found[name][:SHOWN]
            groups.append(Group(name, len(found[name]), wrong, [line(row) for row in listed]))
    return groups


def _line(
    row: ComparisonRow, built: Comparison, population: Population | None, targets: Mapping[str, float]
) -> CompareLine:
    label = listed_label(row, built.settings)
    scored = standing_words.group(row) not in ("single", "not_visited")
    return CompareLine(
        row=row,
        change=words.listed_change(row, label) if scored else "",
        change_label=label,
        rank=words.rank(row, population),
        target=targets.get(population.channel) if scored and population is not None else None,
        population=population,
    )


def _method(population: Population) -> Method:
    known = population.phi is not None and population.mu is not None and 0 < population.mu < 1
    reach = build_reach(3, population.mu or 0.5, population.phi or 1.0, population.k0) if known else None
    return Method(population, words.method(population), reach)
