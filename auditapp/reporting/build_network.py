"""The values of the network's report."""

from __future__ import annotations

from auditapp import results
from auditapp.reporting.quarter import QuarterFacts
from reports import quarterly
from reports.quarterly import NetworkReport


def build_network(quarter: QuarterFacts) -> NetworkReport:
    """Build the report of the network."""
    facts, comparison = quarter.facts, quarter.frame.comparison
    lost = results.points_lost(facts, facts.locations["location"])
    codes = list(quarter.frame.criteria)
    overall = {found.criterion: found for found in results.build_summaries(facts, criteria=codes)}
    names = quarter.names
    return NetworkReport(
        frame=quarter.frame,
        network=quarter.network,
        change=results.find_change(facts),
        regions=tuple(found for found in results.build_summaries(facts, regions=quarter.regions) if found.locations),
        verdicts=quarter.verdicts(*quarter.largest()),
        channels=tuple(results.build_summaries(facts, channel=channel)[0] for channel in quarter.channels),
        lost=lost,
        dimensions=quarterly.dimensions_lost(lost, quarter.frame.criteria),
        criteria=tuple(
            (criterion, overall[code]) for code, criterion in quarter.frame.criteria.items() if overall[code].n
        ),
        below=quarterly.levelled(comparison, "below"),
        above=quarterly.levelled(comparison, "above"),
        changes=quarter.changes(facts.open_locations()),
        critical_visits=quarter.critical.of(facts.open_locations())[1:],
        not_visited=tuple(names[code] for code in quarter.network.not_visited),
        series=quarterly.since_first(results.build_series(facts)),
        facts=quarter.counts,
    )
