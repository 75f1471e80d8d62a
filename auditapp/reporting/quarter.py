"""A quarter read once for all of its reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import criterion_facts, failures, quotes, results
from auditapp.failures import Critical
from auditapp.models import Programme, Region, Visit
from auditapp.reporting import field
from checklists.model import Channel, Checklist
from checklists.problems import Problem
from reports import attention, quarterly
from reports.attention import CriterionChange, CriterionFacts
from reports.brand import PLAIN, Brand
from reports.compare import Comparison
from reports.criteria import CriterionRow
from reports.heat import Between, sum_between, tell_regions
from reports.items import judgement_share
from reports.measures import Measure
from reports.periods import Quarter
from reports.quarterly import Photo, Verdicts, VisitLine
from reports.quotes import Quote
from reports.regional import AreaStanding
from reports.summary import Series, Summary

HISTORY = 12


@dataclass(frozen=True)
class QuarterFacts:
    """Everything the reports of one quarter are built from, read once for all of them.

    `regions` are paths; `by_criterion` the network by (channel, criterion); `before` and `after` the criteria of the
    earlier quarter and of this one, with the measures `comparable` between them.
    """

    facts: results.Facts
    frame: quarterly.Frame
    network: Summary
    regions: tuple[str, ...]
    channels: tuple[str, ...]  # visited ones
    by_criterion: dict[tuple[str, str], Summary]
    criteria: dict[str, list[CriterionRow]]
    visits: dict[str, list[VisitLine]]
    quotes: dict[str, list[Quote]]
    asked: dict[str, list[field.Asked]]
    photos: dict[str, list[Photo]]
    critical: Critical
    before: CriterionFacts | None
    after: CriterionFacts
    comparable: frozenset[Measure]
    series: dict[str, Series]
    counts: quarterly.Facts

    @property
    def names(self) -> Mapping[str, str]:
        """Return the names of the locations by code."""
        places = self.facts.locations
        return dict(zip(places["location"].tolist(), places["name"].tolist(), strict=True))

    def changes(self, locations: Collection[str]) -> tuple[CriterionChange, ...]:
        """Return the changes of the criteria that can be compared, over these locations, the surest first."""
        if self.before is None:
            return ()
        members = np.array([code in locations for code in self.after.locations], dtype=np.bool_)
        settings = self.frame.comparison.settings
        return attention.criterion_changes(self.before, self.after, members, self.comparable, settings)

    def between(self, basis: str, location_format: str) -> dict[tuple[str, str, str], Between]:
        """Return what tells how the locations of a format differ, by (basis, channel, criterion)."""

        def make() -> dict[tuple[str, str, str], Between]:
            used = self.facts.criteria if basis == "quarter" else self.facts.four
            return {} if used is None else sum_between(used)

        found = self.facts.remember(("report between", basis), make, len(self.facts.items))
        return {(basis, name, code): sums for (kind, name, code), sums in found.items() if kind == location_format}

    def of_population(
        self, location_format: str, channel: str, criteria: tuple[str, ...] = ("",)
    ) -> dict[tuple[str, str], Summary]:
        """Return the network and all regions inside one format and channel, by (path, criterion)."""
        places = self.facts.locations[self.facts.locations["format"] == location_format].reset_index(drop=True)
        inside = replace(self.facts, locations=places, key=(*self.facts.key, location_format))
        found = results.build_summaries(inside, regions=["", *self.regions], criteria=list(criteria), channel=channel)
        return {(each.region, each.criterion): each for each in found}

    def standings(self, path: str) -> tuple[AreaStanding, ...]:
        """Return the region beside the network in each of its populations; all regions are told together."""
        found = []
        for population in self.frame.comparison.populations:
            kind, channel = population.format, population.channel
            summaries = self.of_population(kind, channel)
            level = self.verdicts(kind, channel).levels.get(path)
            if level is not None:
                found.append(AreaStanding(kind, channel, summaries[path, ""], summaries["", ""], level))
        return tuple(sorted(found, key=lambda each: -each.region.n))

    def verdicts(self, location_format: str, channel: str) -> Verdicts:
        """Return which regions clearly differ from the rest of the network inside one format and channel."""
        found = self.of_population(location_format, channel)
        seen = [path for path in self.regions if found[path, ""].n]
        told = tell_regions([(found[path, ""], found["", ""]) for path in seen], self.frame.comparison.settings)
        return Verdicts(location_format, channel, {path: level for path, (level, _) in zip(seen, told, strict=True)})

    def largest(self, locations: Collection[str] | None = None) -> tuple[str, str]:
        """Return the (format, channel) with most visits in these locations (None: the network); ("", "") of none."""
        visits: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.frame.comparison.rows:
            if row.channel and (locations is None or row.location in locations):
                visits[row.format, row.channel] += row.n
        return max(visits, key=lambda key: (visits[key], key), default=("", ""))


def gather(session: Session, programme: Programme, quarter: Quarter, *, anew: bool = False) -> QuarterFacts:
    """Read a quarter; Problem nothing_to_report when it has no approved visit.

    `anew` computes it as its next publication would, whatever an earlier one has frozen.
    """
    facts = results.gather(
        session, programme, quarter, previous=quarter.previous(), history=HISTORY, criteria=5, anew=anew
    )
    comparison = results.comparison_of(facts)
    if not any(row.n for row in comparison.rows):
        raise Problem("nothing_to_report", quarter=str(quarter))
    visited = {row.channel for row in comparison.rows if row.n}
    channels = tuple(str(channel) for channel in Channel if channel in visited)
    frame = _frame(session, programme, facts, comparison)
    criteria: dict[str, list[CriterionRow]] = defaultdict(list)
    by_criterion = {}
    for channel in channels:
        for row in results.criterion_rows(facts, channel=channel):
            if row.n:
                criteria[row.location].append(row)
        for found in results.build_summaries(facts, criteria=list(frame.criteria), channel=channel):
            by_criterion[channel, found.criterion] = found
    before, after = criterion_facts.read_criteria(session, programme, facts)
    paths = session.scalars(select(Region.path).where(Region.programme_id == programme.id).order_by(Region.path))
    return QuarterFacts(
        facts=facts,
        frame=frame,
        network=results.build_summaries(facts)[0],
        regions=tuple(paths),
        channels=channels,
        by_criterion=by_criterion,
        criteria=criteria,
        visits=field.read_visits(session, programme, quarter),
        quotes={
            code: [comment.quote for comment in found]
            for code, found in quotes.read_comments(session, programme.id, quarter, facts.checklists).items()
        },
        asked=field.read_asked(session, programme, quarter),
        photos=field.read_photos(session, programme, quarter, facts.checklists),
        critical=failures.read_critical(session, programme, facts),
        before=before,
        after=after,
        comparable=criterion_facts.comparable_measures(facts, after.measures),
        series=results.build_location_series(facts, facts.locations["location"]),
        counts=field.read_counts(session, programme, quarter),
    )


def _frame(session: Session, programme: Programme, facts: results.Facts, comparison: Comparison) -> quarterly.Frame:
    used = set(
        session.scalars(select(Visit.checklist_version_id).where(*field.approved(programme, facts.quarter)).distinct())
    )
    checklists = [checklist for version, checklist in facts.checklists.items() if version in used]
    measured = {(checklist.standard, checklist.standard_version) for checklist in checklists}
    # The quarter's own standard words its criteria; what only another one knows comes after.
    standards = sorted(facts.standards, key=lambda standard: (standard.code, standard.version) not in measured)
    known = list({criterion.code: criterion for each in reversed(standards) for criterion in each.criteria}.values())
    sections = {section.code: section.title for each in reversed(standards) for section in each.sections}
    order = [section.code for each in standards for section in each.sections]
    own = {criterion.code: place for place, criterion in enumerate(standards[0].criteria)}
    known.sort(key=lambda criterion: (order.index(criterion.section), own.get(criterion.code, len(own))))
    return quarterly.Frame(
        programme=programme.name,
        quarter=facts.quarter,
        previous=facts.previous,
        standard=standards[0],
        criteria={criterion.code: criterion for criterion in known},
        sections=sections,
        checklists=tuple(sorted((_used(each) for each in checklists), key=lambda each: each.name)),
        weights=facts.weights,
        reweighted=facts.reweighted,
        shoppers=facts.parameters.shoppers,
        targets=facts.targets,
        comparison=comparison,
        waves=field.read_waves(session, programme, facts.quarter),
        brand=Brand(programme.accent or PLAIN.accent, programme.logo or b""),
    )


def _used(checklist: Checklist) -> quarterly.ChecklistUsed:
    scored = [item for item in checklist.items if item.scored]
    name = f"{checklist.code} {checklist.version}"
    return quarterly.ChecklistUsed(name, checklist.channel.value, len(scored), judgement_share(checklist) or 0.0)
