"""Who visits which location: one visit by hand, many by the rule, given to somebody else or called off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp import visits
from auditapp.access import Actor
from auditapp.convert import checklist_of
from auditapp.models import ChecklistVersion, Location, Membership, Visit, Wave
from auditapp.programme.planning import Misfit, PlannedVisit, covers, find_misfit, plan_visits
from auditapp.programme.record import record
from checklists.lifecycle import Act, Role, State
from checklists.model import Channel, Text, VisitKind
from checklists.problems import Problem, at
from reports.labels import CHANNELS, FORMATS


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rule would assign in a wave: the locations it serves and those it leaves out, with the reason.

    `have` are the visits that count towards the number wanted: regular ones of the wave in the checklist's channel,
    not called off and not rejected, by location id.
    """

    wave: Wave
    version: ChecklistVersion
    planned: Sequence[PlannedVisit]
    fitting: Sequence[Location]
    unfit: Mapping[Misfit, Sequence[Location]]
    have: Mapping[int, int]

    @property
    def already(self) -> list[tuple[str, int, int]]:
        """Each location that has visits of the wave: its name, how many it has, how many the rule would add."""
        added = Counter(each.location_id for each in self.planned)
        return [(row.name, self.have[row.id], added[row.id]) for row in self.fitting if row.id in self.have]

    @property
    def lines(self) -> list[tuple[str, int, Text | None]]:
        """Each planned visit as a person reads it: the location's name, the auditor, the scenario's title."""
        names = {location.id: location.name for location in self.fitting}
        titles = {scenario.code: scenario.title for scenario in checklist_of(self.version).scenarios}
        return [(names[each.location_id], each.auditor_id, titles.get(each.scenario)) for each in self.planned]


def get_checklist(session: Session, actor: Actor, version_id: int) -> ChecklistVersion:
    """Return a checklist version of the programme; Problem not_found otherwise."""
    row = session.scalar(
        select(ChecklistVersion).where(
            ChecklistVersion.programme_id == actor.programme_id, ChecklistVersion.id == version_id
        )
    )
    if row is None:
        raise Problem("not_found")
    return row


def get_auditor(session: Session, actor: Actor, membership_id: int) -> Membership:
    """Return an active auditor of the programme; Problem unknown_person otherwise."""
    row = session.scalar(
        select(Membership).where(
            Membership.programme_id == actor.programme_id,
            Membership.id == membership_id,
            Membership.role == Role.AUDITOR,
            Membership.active,
        )
    )
    if row is None:
        raise Problem("unknown_person", at(field="auditor"), value=membership_id)
    return row


def assign(
    session: Session,
    actor: Actor,
    wave: Wave,
    location: Location,
    version: ChecklistVersion,
    auditor: Membership,
    *,
    scenario: str,
    kind: str,
    window_from: date,
    window_to: date,
    now: datetime,
) -> Visit:
    """Plan one visit by hand.

    Problem wave_not_open, channel_not_there, window_backwards, window_outside_wave or bad_enum.
    """
    if wave.status != "open":
        raise Problem("wave_not_open", at(field="wave"))
    if not covers(Channel(version.channel), location.format, location.attributes):
        raise Problem(
            "channel_not_there",
            at(field="checklist"),
            location=location.name,
            channel=CHANNELS[version.channel],
            format=FORMATS[location.format],
        )
    if window_to < window_from:
        raise Problem("window_backwards", at(field="window_to"), start=window_from, end=window_to)
    if window_from < wave.starts_on or window_to > wave.ends_on:
        field = "window_from" if window_from < wave.starts_on else "window_to"
        raise Problem("window_outside_wave", at(field=field), start=wave.starts_on, end=wave.ends_on)
    known = [item.code for item in checklist_of(version).scenarios]
    if scenario and scenario not in known:
        raise Problem("bad_enum", at(field="scenario"), value=scenario, allowed=known)
    visit = Visit(
        programme_id=actor.programme_id,
        code=next_codes(session, actor.programme_id)(),
        wave=wave,
        location=location,
        checklist_version=version,
        auditor=auditor,
        channel=version.channel,
        kind=kind,
        scenario=scenario or (known[0] if known else ""),
        window_from=window_from,
        window_to=window_to,
    )
    session.add(visit)
    session.flush()
    record(session, actor, now, "assign", "visit", visit.id, auditor=auditor.pseudonym)
    return visit


def preview(
    session: Session,
    actor: Actor,
    wave: Wave,
    version: ChecklistVersion,
    locations: Sequence[Location],
    visits_each: int,
) -> Preview:
    """Return what the rule would assign so that every location that fits has `visits_each`, nobody twice in a row.

    Problem no_auditor_available when a location cannot be served.
    """
    fitting: list[Location] = []
    unfit: dict[Misfit, list[Location]] = {}
    for location in locations:
        misfit = find_misfit(
            Channel(version.channel),
            location.format,
            location.attributes,
            open_between=(location.opened_on, location.closed_on),
            wave=(wave.starts_on, wave.ends_on),
        )
        (fitting if misfit is None else unfit.setdefault(misfit, [])).append(location)
    auditors = session.scalars(
        select(Membership.id)
        .where(Membership.programme_id == actor.programme_id, Membership.role == Role.AUDITOR, Membership.active)
        .order_by(Membership.id)
    ).all()
    latest = (
        select(func.max(Visit.id))
        .where(
            Visit.programme_id == actor.programme_id,
            Visit.channel == version.channel,
            Visit.status != State.CANCELLED,
            Visit.location_id.in_([location.id for location in fitting]),
        )
        .group_by(Visit.location_id)
    )
    last = session.execute(select(Visit.location_id, Visit.auditor_id).where(Visit.id.in_(latest)))
    load = session.execute(
        select(Visit.auditor_id, func.count().label("visits"))
        .where(Visit.wave_id == wave.id, Visit.status != State.CANCELLED)
        .group_by(Visit.auditor_id)
    )
    counted = session.execute(
        select(Visit.location_id, func.count().label("visits"))
        .where(
            Visit.wave_id == wave.id,
            Visit.channel == version.channel,
            Visit.kind == VisitKind.REGULAR,
            Visit.status.not_in((State.CANCELLED, State.REJECTED)),
            Visit.location_id.in_([location.id for location in fitting]),
        )
        .group_by(Visit.location_id)
    )
    have = {row.location_id: row.visits for row in counted}
    planned = plan_visits(
        {location.id: location.name for location in fitting},
        auditors,
        visits_each=visits_each,
        scenarios=[scenario.code for scenario in checklist_of(version).scenarios],
        last_auditor={row.location_id: row.auditor_id for row in last},
        load={row.auditor_id: row.visits for row in load},
        have=have,
    )
    return Preview(wave, version, planned, fitting, unfit, have)


def assign_by_rule(session: Session, actor: Actor, preview: Preview, now: datetime) -> int:
    """Store what the preview shows; returns the number of assignments. Problem wave_not_open."""
    wave, version = preview.wave, preview.version
    if wave.status != "open":
        raise Problem("wave_not_open", at(field="wave"))
    code = next_codes(session, actor.programme_id)
    for plan in preview.planned:
        session.add(
            Visit(
                programme_id=actor.programme_id,
                code=code(),
                wave_id=wave.id,
                location_id=plan.location_id,
                checklist_version_id=version.id,
                auditor_id=plan.auditor_id,
                channel=version.channel,
                scenario=plan.scenario,
                window_from=wave.starts_on,
                window_to=wave.ends_on,
            )
        )
    detail = {"visits": len(preview.planned), "checklist": f"{version.code} {version.version}"}
    record(session, actor, now, "assign_by_rule", "wave", wave.code, **detail)
    session.flush()
    return len(preview.planned)


def next_codes(session: Session, programme_id: int) -> Callable[[], str]:
    """Return a function that gives the programme's next visit codes: V-000123."""
    highest = session.scalar(
        select(func.max(Visit.code)).where(Visit.programme_id == programme_id, Visit.code.like("V-______"))
    )
    number = int(highest[2:]) if highest and highest[2:].isdigit() else 0

    def code() -> str:
        nonlocal number
        number += 1
        return f"V-{number:06d}"

    return code


def reassign(session: Session, actor: Actor, visit: Visit, auditor: Membership, now: datetime) -> Visit:
    """Give an assignment to another auditor."""
    visits.move_visit(
        session, visit, Act.REASSIGN, roles=actor.roles, actor_id=actor.user_id, now=now, auditor=auditor.pseudonym
    )
    visit.auditor = auditor
    return visit


def cancel(session: Session, actor: Actor, visit: Visit, reason: str, now: datetime) -> Visit:
    """Call an assignment off."""
    visits.move_visit(session, visit, Act.CANCEL, roles=actor.roles, actor_id=actor.user_id, now=now, reason=reason)
    return visit
