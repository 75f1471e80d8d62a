"""Who visits which location: the simple rule, on plain values, with no database behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from checklists.model import Channel, LocationFormat
from checklists.problems import Problem


class Misfit(StrEnum):
    """Why the rule leaves a location out."""

    CHANNEL = "channel"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"


# What a person most likely means who audits a channel: the choice a form begins with.
USUAL_FORMAT = {
    Channel.STORE_VISIT: LocationFormat.STORE,
    Channel.PHONE: LocationFormat.CONTACT_CENTRE,
    Channel.CHAT: LocationFormat.CONTACT_CENTRE,
    Channel.EMAIL: LocationFormat.CONTACT_CENTRE,
    Channel.ONLINE_ORDER: LocationFormat.ONLINE_SHOP,
}


def covers(channel: Channel, location_format: str, attributes: Collection[str]) -> bool:
    """Say whether a location of that format can be audited in the channel.

    A store visit needs a store, an order a shop on the web or a store that hands orders out; anybody can be rung up or
    written to.
    """
    if channel is Channel.STORE_VISIT:
        return location_format == LocationFormat.STORE
    if channel is Channel.ONLINE_ORDER:
        return location_format == LocationFormat.ONLINE_SHOP or "click_and_collect" in attributes
    return True


def find_misfit(
    channel: Channel,
    location_format: str,
    attributes: Collection[str],
    *,
    open_between: tuple[date | None, date | None],
    wave: tuple[date, date],
) -> Misfit | None:
    """Return why a location cannot be served in the wave, None when it can.

    `open_between` and `wave` are first and last days. A location that opens during the wave fits; one that closes
    during it does not, because a visit of the rule may fall on any day of the wave.
    """
    opened_on, closed_on = open_between
    if not covers(channel, location_format, attributes):
        return Misfit.CHANNEL
    if opened_on is not None and opened_on > wave[1]:
        return Misfit.NOT_OPEN_YET
    if closed_on is not None and closed_on <= wave[1]:
        return Misfit.CLOSED
    return None


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
    have: Mapping[int, int],
) -> list[PlannedVisit]:
    """Give every location `visits_each` visits in all, no auditor twice in a row at a location, work spread evenly.

    `locations` are names by id; `last_auditor` who was at a location last; `load` how many visits each auditor already
    has in the wave; `have` how many of the wanted ones each location has: only what is missing is planned. The least
    loaded auditor goes first and ties follow the order of `auditors`, so the same facts always give the same plan.
    Problem no_auditor_available when one location cannot be served under the rule.
    """
    work = {auditor: load.get(auditor, 0) for auditor in auditors}
    order = {auditor: position for position, auditor in enumerate(auditors)}
    previous = dict(last_auditor)
    planned: list[PlannedVisit] = []
    for turn in range(visits_each):
        for position, (location, name) in enumerate(locations.items()):
            if turn < have.get(location, 0):
                continue
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
