"""What a programme manager changes: network, people, waves, assignments. Never a status without its journal line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp import journal, links, visits
from auditapp.access import Actor
from auditapp.convert import checklist_of
from auditapp.models import ChecklistVersion, Location, Membership, Programme, Region, User, Visit, Wave
from auditapp.programme.planning import PlannedVisit, plan_visits
from checklists.lifecycle import Act, Role, State
from checklists.problems import Problem, at


def create_programme(
    session: Session, *, code: str, name: str, kind: str, actor_id: int | None, now: datetime
) -> Programme:
    """Open a new programme; Problem duplicate_code when the code is taken."""
    if session.scalar(select(Programme.id).where(Programme.code == code)) is not None:
        raise Problem("duplicate_code", at(field="code"), code=code)
    programme = Programme(code=code, name=name, kind=kind, channel_weights={}, created_at=now)
    session.add(programme)
    session.flush()
    journal.write(
        session,
        programme_id=programme.id,
        actor_id=actor_id,
        now=now,
        act="create",
        subject="programme",
        subject_id=programme.code,
    )
    return programme


def save_settings(
    session: Session, programme: Programme, *, name: str, weights: dict[str, float], actor: Actor, now: datetime
) -> None:
    """Change the name and the weights of the channels in a headline score."""
    before = {"name": programme.name, "weights": programme.channel_weights}
    programme.name = name
    programme.channel_weights = {channel: weight for channel, weight in weights.items() if weight != 1}
    journal.write(
        session,
        programme_id=programme.id,
        actor_id=actor.user_id,
        now=now,
        act="change",
        subject="programme",
        subject_id=programme.code,
        before=before,
        after={"name": name, "weights": programme.channel_weights},
    )


def add_region(session: Session, actor: Actor, *, parent: str, name: str, now: datetime) -> Region:
    """Add a region below `parent` (empty: at the top); Problem duplicate_code when it is there already."""
    path = f"{parent}/{name}" if parent else name
    if session.scalar(select(Region.id).where(Region.programme_id == actor.programme_id, Region.path == path)):
        raise Problem("duplicate_code", at(field="name"), code=path)
    parent_id = None
    if parent:
        parent_id = session.scalar(
            select(Region.id).where(Region.programme_id == actor.programme_id, Region.path == parent)
        )
        if parent_id is None:
            raise Problem("unknown_region", at(field="parent"), value=parent)
    region = Region(programme_id=actor.programme_id, parent_id=parent_id, path=path, name=name)
    session.add(region)
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act="create",
        subject="region",
        subject_id=path,
    )
    return region


def save_location(
    session: Session, actor: Actor, location: Location | None, values: dict[str, object], *, region: str, now: datetime
) -> Location:
    """Create a location or change one; Problem duplicate_code, unknown_region or window_backwards."""
    region_id = session.scalar(
        select(Region.id).where(Region.programme_id == actor.programme_id, Region.path == region)
    )
    if region_id is None:
        raise Problem("unknown_region", at(field="region"), value=region)
    twin = session.scalar(
        select(Location.id).where(Location.programme_id == actor.programme_id, Location.code == values["code"])
    )
    if twin is not None and (location is None or twin != location.id):
        raise Problem("duplicate_code", at(field="code"), code=values["code"])
    opened, closed = values["opened_on"], values["closed_on"]
    if isinstance(opened, date) and isinstance(closed, date) and closed < opened:
        raise Problem("window_backwards", at(field="closed_on"), start=opened.isoformat(), end=closed.isoformat())
    act = "create" if location is None else "change"
    if location is None:
        location = Location(programme_id=actor.programme_id)
        session.add(location)
    for name, value in {**values, "region_id": region_id}.items():
        setattr(location, name, value)
    session.flush()
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act=act,
        subject="location",
        subject_id=location.code,
    )
    return location


def invite(
    session: Session,
    programme_id: int,
    *,
    email: str,
    name: str,
    role: Role,
    region: str = "",
    location: str = "",
    pseudonym: str = "",
    locale: str = "pl",
    actor_id: int | None,
    now: datetime,
) -> tuple[Membership, str | None]:
    """Make somebody a member; returns the membership and the token of an invitation (None for a known account).

    Problem bad_email, unknown_region, unknown_location, empty_value (no pseudonym) or duplicate_code.
    """
    email = email.strip().lower()
    if not links.EMAIL.fullmatch(email):
        raise Problem("bad_email", at(field="email"), value=email)
    region_id = location_id = None
    if role == Role.REGIONAL_MANAGER:
        region_id = session.scalar(select(Region.id).where(Region.programme_id == programme_id, Region.path == region))
        if region_id is None:
            raise Problem("unknown_region", at(field="region"), value=region)
    if role == Role.LOCATION_MANAGER:
        location_id = session.scalar(
            select(Location.id).where(Location.programme_id == programme_id, Location.code == location)
        )
        if location_id is None:
            raise Problem("unknown_location", at(field="location"), value=location)
    if role == Role.AUDITOR:
        if not pseudonym:
            raise Problem("empty_value", at(field="pseudonym"))
        if session.scalar(
            select(Membership.id).where(Membership.programme_id == programme_id, Membership.pseudonym == pseudonym)
        ):
            raise Problem("duplicate_code", at(field="pseudonym"), code=pseudonym)
    user = session.scalar(select(User).where(User.email == email))
    if user is None:
        user = User(email=email, name=name, locale=locale, created_at=now, password_hash=None)
        session.add(user)
        session.flush()
    same = [Membership.programme_id == programme_id, Membership.user_id == user.id, Membership.role == role]
    membership = session.scalar(
        select(Membership).where(*same, Membership.region_id == region_id, Membership.location_id == location_id)
    )
    if membership is None:
        membership = Membership(
            programme_id=programme_id,
            user_id=user.id,
            role=role,
            region_id=region_id,
            location_id=location_id,
            pseudonym=pseudonym if role == Role.AUDITOR else None,
        )
        session.add(membership)
    membership.active = True
    session.flush()
    journal.write(
        session,
        programme_id=programme_id,
        actor_id=actor_id,
        now=now,
        act="invite",
        subject="membership",
        subject_id=membership.id,
        role=role,
    )
    return membership, links.make_link(session, user, "invitation", now) if user.password_hash is None else None


def set_membership_active(
    session: Session, actor: Actor, membership_id: int, active: bool, now: datetime
) -> Membership:
    """Take somebody's access to the programme away, or give it back. Their past work stays."""
    membership = session.scalar(
        select(Membership).where(Membership.programme_id == actor.programme_id, Membership.id == membership_id)
    )
    if membership is None:
        raise Problem("not_found")
    if membership.user_id == actor.user_id:
        raise Problem("forbidden")
    membership.active = active
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act="let_in" if active else "shut_out",
        subject="membership",
        subject_id=membership.id,
    )
    return membership


def get_wave(session: Session, actor: Actor, wave_id: int) -> Wave:
    """Return a wave of the actor's programme; Problem not_found otherwise."""
    wave = session.scalar(select(Wave).where(Wave.programme_id == actor.programme_id, Wave.id == wave_id))
    if wave is None:
        raise Problem("not_found")
    return wave


def create_wave(
    session: Session, actor: Actor, *, code: str, name: str, starts_on: date, ends_on: date, now: datetime
) -> Wave:
    """Plan a field period; Problem window_backwards or duplicate_code."""
    if ends_on < starts_on:
        raise Problem("window_backwards", at(field="ends_on"), start=starts_on.isoformat(), end=ends_on.isoformat())
    if session.scalar(select(Wave.id).where(Wave.programme_id == actor.programme_id, Wave.code == code)):
        raise Problem("duplicate_code", at(field="code"), code=code)
    wave = Wave(programme_id=actor.programme_id, code=code, name=name, starts_on=starts_on, ends_on=ends_on)
    session.add(wave)
    session.flush()
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act="create",
        subject="wave",
        subject_id=code,
    )
    return wave


def record_notice(
    session: Session, actor: Actor, wave: Wave, *, text: str, on: date, channel: str, confirmed_by: str, now: datetime
) -> None:
    """Record that staff were told beforehand: what, when, how, and who confirms it.

    Problem notice_recorded when it is on record already (what was said stays said), notice_date for a day to come or
    more than two years back.
    """
    if wave.notice_on is not None:
        raise Problem("notice_recorded", day=wave.notice_on.isoformat())
    if not now.date() - timedelta(days=731) <= on <= now.date():
        raise Problem("notice_date", at(field="on"), value=on.isoformat())
    wave.notice_text, wave.notice_on, wave.notice_channel, wave.notice_confirmed_by = text, on, channel, confirmed_by
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act="record_notice",
        subject="wave",
        subject_id=wave.code,
        on=on.isoformat(),
        channel=channel,
        confirmed_by=confirmed_by,
    )


def open_wave(session: Session, actor: Actor, wave: Wave, programme_kind: str, now: datetime) -> None:
    """Open a wave; Problem notice_missing for own or franchise locations whose staff were not told."""
    if programme_kind != "competitor" and wave.notice_on is None:
        raise Problem("notice_missing")
    _set_wave_status(session, actor, wave, "open", now)


def close_wave(session: Session, actor: Actor, wave: Wave, now: datetime) -> None:
    """Close a wave: nothing more is assigned in it."""
    _set_wave_status(session, actor, wave, "closed", now)


def _set_wave_status(session: Session, actor: Actor, wave: Wave, status: str, now: datetime) -> None:
    before, wave.status = wave.status, status
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act=status,
        subject="wave",
        subject_id=wave.code,
        before=before,
        after=status,
    )


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
    """Plan one visit by hand; Problem wave_not_open, window_backwards, window_outside_wave or unknown_value."""
    if wave.status != "open":
        raise Problem("wave_not_open")
    if window_to < window_from:
        raise Problem(
            "window_backwards", at(field="window_to"), start=window_from.isoformat(), end=window_to.isoformat()
        )
    if window_from < wave.starts_on or window_to > wave.ends_on:
        raise Problem(
            "window_outside_wave",
            at(field="window_from"),
            start=wave.starts_on.isoformat(),
            end=wave.ends_on.isoformat(),
        )
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
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act="assign",
        subject="visit",
        subject_id=visit.id,
        auditor=auditor.pseudonym,
    )
    return visit


def preview(
    session: Session,
    actor: Actor,
    wave: Wave,
    version: ChecklistVersion,
    locations: Sequence[Location],
    visits_each: int,
) -> list[PlannedVisit]:
    """Return what the rule would assign: `visits_each` for every location, nobody twice in a row at one."""
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
            Visit.location_id.in_([location.id for location in locations]),
        )
        .group_by(Visit.location_id)
    )
    last = session.execute(select(Visit.location_id, Visit.auditor_id).where(Visit.id.in_(latest)))
    load = session.execute(
        select(Visit.auditor_id, func.count().label("visits"))
        .where(Visit.wave_id == wave.id, Visit.status != State.CANCELLED)
        .group_by(Visit.auditor_id)
    )
    return plan_visits(
        {location.id: location.name for location in locations},
        auditors,
        visits_each=visits_each,
        scenarios=[scenario.code for scenario in checklist_of(version).scenarios],
        last_auditor={row.location_id: row.auditor_id for row in last},
        load={row.auditor_id: row.visits for row in load},
    )


def assign_by_rule(
    session: Session,
    actor: Actor,
    wave: Wave,
    version: ChecklistVersion,
    planned: Sequence[PlannedVisit],
    now: datetime,
) -> int:
    """Store what the rule planned; returns the number of assignments. Problem wave_not_open."""
    if wave.status != "open":
        raise Problem("wave_not_open")
    code = next_codes(session, actor.programme_id)
    for plan in planned:
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
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act="assign_by_rule",
        subject="wave",
        subject_id=wave.code,
        visits=len(planned),
        checklist=f"{version.code} {version.version}",
    )
    session.flush()
    return len(planned)


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


def reassign(session: Session, actor: Actor, visit: Visit, auditor: Membership, now: datetime) -> None:
    """Give an assignment to another auditor."""
    visits.move_visit(
        session, visit, Act.REASSIGN, roles=actor.roles, actor_id=actor.user_id, now=now, auditor=auditor.pseudonym
    )
    visit.auditor = auditor


def cancel(session: Session, actor: Actor, visit: Visit, reason: str, now: datetime) -> None:
    """Call an assignment off."""
    visits.move_visit(session, visit, Act.CANCEL, roles=actor.roles, actor_id=actor.user_id, now=now, reason=reason)
