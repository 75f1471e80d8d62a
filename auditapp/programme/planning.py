"""Who visits which location: the simple rule, on plain values, with no database behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checklists.problems import Problem


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    location_id: int
    auditor_id: int
    scenario: str


def plan_visits(
    locations: Mapping[int, str],
    auditors: Sequence[int],
    *,
    visits_each: int,
    scenarios: Sequence[str],
    last_auditor: Mapping[int, int],
    load: Mapping[int, int],
) -> list[PlannedVisit]:
    """Give every location `visits_each` visits, no auditor twice in a row at a location, work spread evenly.

    `locations` are names by id; `last_auditor` who was at a location last; `load` how many visits each auditor already
    has in the wave. The least loaded auditor goes first and ties follow the order of `auditors`, so the same facts
    always give the same plan. Problem no_auditor_available when one location cannot be served under the rule.
    """
    work = {auditor: load.get(auditor, 0) for auditor in auditors}
    order = {auditor: position for position, auditor in enumerate(auditors)}
    previous = dict(last_auditor)
    planned: list[PlannedVisit] = []
    for turn in range(visits_each):
        for position, (location, name) in enumerate(locations.items()):
            free = [auditor for auditor in auditors if auditor != previous.get(location)]
            if not free:
                raise Problem("no_auditor_available", location=name)
            # Rotating by the location's position keeps neighbours from always meeting the same person.
            chosen = min(free, key=lambda a: (work[a], (order[a] - position) % len(auditors)))
            work[chosen] += 1
            previous[location] = chosen
            scenario = scenarios[(turn + position) % len(scenarios)] if scenarios else ""
            planned.append(PlannedVisit(location, chosen, scenario))
    return planned
