"""The pages of the criteria, and of one criterion, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from auditapp import results
from auditapp.cells import Part
from auditapp.insight import words
from auditapp.insight.filters import Period
from auditapp.insight.queries import Scope
from auditapp.models import Programme, Region
from auditapp.results import Facts
from checklists.model import Checklist, Criterion, Item, Section
from checklists.problems import Problem
from reports.criteria import CriterionRow, PointsLost
from reports.summary import Summary, in_region

SHOWN = 150  # locations listed at first


@dataclass(frozen=True, slots=True)
class NormLine:
    """One criterion: the network's score, the score of the region looked at, and what it costs there.

    `network` is None when no checklist asks for the criterion, `lost` when nobody was asked in the quarter.
    """

    criterion: Criterion
    network: Summary | None
    region: Summary | None
    lost: PointsLost | None

    @property
    def acceptance(self) -> str:
        found, level = self.network, self.criterion.acceptance_level
        return "" if found is None else words.acceptance(found.score, found.low, found.high, level)

    @property
    def tone(self) -> str:
        found, level = self.network, self.criterion.acceptance_level
        return "none" if found is None else words.acceptance_tone(found.score, found.low, found.high, level)


@dataclass(frozen=True, slots=True)
class CriteriaPage:
    """All criteria of the newest standard by section; `region` is what points lost are of, None for the network."""

    period: Period
    channel: str
    region: Region | None
    regions: Sequence[Region]
    sections: Sequence[tuple[Section, Sequence[NormLine]]]
    lost_total: float
    facts: Facts

    @property
    def lines(self) -> list[NormLine]:
        return [line for _, lines in self.sections for line in lines]

    @property
    def missed(self) -> int:
        """Return how many criteria are clearly below their acceptance level in the network."""
        return sum(line.tone == "below" for line in self.lines)

    @property
    def asked(self) -> int:
        """Return how many criteria a visit that counts asked about."""
        return sum(line.network is not None and line.network.n > 0 for line in self.lines)

    @property
    def met(self) -> int:
        return sum(line.tone == "above" for line in self.lines)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One criterion in one location and channel."""

    name: str
    region: str
    row: CriterionRow


@dataclass(frozen=True, slots=True)
class CriterionPage:
    """One criterion: its norm, how the network and the regions do, each location, and the items that measure it."""

    period: Period
    criterion: Criterion
    section: Section
    network: Summary | None
    regions: Sequence[tuple[Region, Summary]]
    places: Sequence[PlaceLine]
    too_few: Sequence[PlaceLine]
    hidden: int
    items: Sequence[tuple[Checklist, Sequence[Item]]]
    facts: Facts


def criteria_page(
    session: Session, programme: Programme, scope: Scope, period: Period, *, channel: str, region: Region | None
) -> CriteriaPage:
    """Return all criteria; points lost are those of `region`, else of the network."""
    facts = results.gather(session, programme, period.quarter, criteria=1, part=Part())
    norms = facts.standard.criteria if facts.standard is not None else ()
    asked = [each.code for each in norms if _asked(facts, each.code, channel)]
    paths = ["", region.path] if region is not None else [""]
    found = results.build_summaries(facts, regions=paths, criteria=asked, channel=channel or None) if asked else ()
    by_place = {(each.region, each.criterion): each for each in found}
    path = paths[-1]
    inside = facts.locations.loc[in_region(facts.locations, path), "location"]
    lost = results.points_lost(facts, list(inside), channel=channel or None)
    cost = {row.criterion: row for row in lost}
    lines = {
        each.code: NormLine(
            each,
            by_place.get(("", each.code)),
            by_place.get((path, each.code)) if region is not None else None,
            cost.get(each.code),
        )
        for each in norms
    }
    sections = facts.standard.sections if facts.standard is not None else ()
    by_section = [(each, [lines[norm.code] for norm in norms if norm.section == each.code]) for each in sections]
    return CriteriaPage(
        period=period,
        channel=channel,
        region=region,
        regions=scope.regions,
        sections=[(section, found) for section, found in by_section if found],
        lost_total=sum(row.lost for row in lost),
        facts=facts,
    )


def criterion_page(
    session: Session, programme: Programme, scope: Scope, period: Period, code: str, *, everything: bool
) -> CriterionPage:
    """Return one criterion; Problem not_found when no standard in use has it. `everything` lists all locations."""
    facts = results.gather(session, programme, period.quarter, part=Part(criteria=(code,)))
    criterion = facts.find_criterion(code)
    if criterion is None:
        raise Problem("not_found")
    standard = next(each for each in facts.standards if criterion in each.criteria)
    network, of_regions = None, []
    places: Sequence[PlaceLine] = ()
    if _asked(facts, code, ""):
        tops = _tops(scope.regions)
        network, *summaries = results.build_summaries(
            facts, regions=["", *(each.path for each in tops)], criteria=[code]
        )
        of_regions = [pair for pair in zip(tops, summaries, strict=True) if pair[1].locations]
        places = _places(facts, scope, code)
    shown = [line for line in places if line.row.score is not None]
    listed = shown if everything else shown[:SHOWN]
    return CriterionPage(
        period=period,
        criterion=criterion,
        section=next(section for section in standard.sections if section.code == criterion.section),
        network=network,
        regions=of_regions,
        places=listed,
        too_few=[line for line in places if line.row.score is None],
        hidden=len(shown) - len(listed),
        items=_items(facts, code),
        facts=facts,
    )


def _asked(facts: Facts, code: str, channel: str) -> bool:
    return any(criterion == code and channel in ("", name) for name, criterion in facts.items)


def _tops(regions: Sequence[Region]) -> list[Region]:
    """Return the regions that lie in no other of them."""
    paths = {region.path for region in regions}
    return [each for each in regions if not any(each.path.startswith(path + "/") for path in paths)]


def _places(facts: Facts, scope: Scope, code: str) -> Sequence[PlaceLine]:
    """Return the criterion in every location of the scope, for channels in which its format was ever visited."""
    shown = scope.within(facts.locations) & facts.open_locations()
    return facts.remember(("places", code, shown), lambda: _list_places(facts, shown, code), 10 * len(shown))


def _list_places(facts: Facts, shown: frozenset[str], code: str) -> Sequence[PlaceLine]:
    names, paths, formats = (
        dict(zip(facts.locations["location"].tolist(), facts.locations[column].tolist(), strict=True))
        for column in ("name", "region", "format")
    )
    now = facts.overall[["location", "channel"]].drop_duplicates()
    visited = {(formats[location], channel) for location, channel in now.itertuples(index=False)}
    lines = []
    for channel in dict.fromkeys(name for name, criterion in facts.items if criterion == code):
        here = [location for location in shown if (formats[location], channel) in visited]
        rows = results.criterion_rows(facts, channel=channel, shown=here, criterion=code) if here else ()
        lines += [PlaceLine(names[row.location], paths[row.location], row) for row in rows]
    return sorted(lines, key=lambda line: (line.name, line.row.location))


def _items(facts: Facts, code: str) -> list[tuple[Checklist, Sequence[Item]]]:
    """Return the items of the newest version of each channel that measure the criterion."""
    newest = {checklist.channel: checklist for checklist in facts.checklists.values()}
    found = [(each, [item for item in each.items if item.criterion == code]) for each in newest.values()]
    return [(checklist, items) for checklist, items in found if items]
