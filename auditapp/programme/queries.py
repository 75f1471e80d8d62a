"""Reads of `programme`: coverage, lists and choices. Every one starts from the programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from auditapp.access import VISIT_PARTS, Actor
from auditapp.models import (
    ChecklistVersion,
    Location,
    Membership,
    Programme,
    Region,
    StandardVersion,
    User,
    Visit,
    Wave,
)
from checklists.lifecycle import Role, State

PAGE = 50


@dataclass(frozen=True, slots=True)
class WaveCoverage:
    """How far a wave has come: visits by state, cancelled ones left out of `planned`."""

    wave: Wave
    planned: int
    waiting: int
    submitted: int
    approved: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Overview:
    programme: Programme
    locations: int
    people: int
    standards: Sequence[StandardVersion]
    checklists: Sequence[ChecklistVersion]
    waves: list[WaveCoverage]


@dataclass(frozen=True, slots=True)
class RegionUse:
    """How much belongs to a region: its own locations, the regions right below it, people who may look after it."""

    locations: int
    regions: int
    people: int

    @property
    def any(self) -> bool:
        return bool(self.locations or self.regions or self.people)


@dataclass(frozen=True, slots=True)
class WaveUse:
    """The visits of a wave, called off or not, and the first and last day that those not called off need."""

    visits: int
    first: date | None
    last: date | None


def get_programme(session: Session, actor: Actor) -> Programme:
    return session.get_one(Programme, actor.programme_id)


def overview(session: Session, actor: Actor) -> Overview:
    """Return the programme at a glance."""
    mine = actor.programme_id
    return Overview(
        programme=get_programme(session, actor),
        locations=session.scalar(select(func.count()).select_from(Location).where(Location.programme_id == mine)) or 0,
        people=session.scalar(
            select(func.count(func.distinct(Membership.user_id))).where(
                Membership.programme_id == mine, Membership.active
            )
        )
        or 0,
        standards=session.scalars(
            select(StandardVersion).where(StandardVersion.programme_id == mine).order_by(StandardVersion.version.desc())
        ).all(),
        checklists=checklists(session, actor),
        waves=waves(session, actor),
    )


def waves(session: Session, actor: Actor) -> list[WaveCoverage]:
    """Return the waves, newest first, with their coverage."""
    counts: dict[int, dict[str, int]] = {}
    for wave_id, status, n in session.execute(
        select(Visit.wave_id, Visit.status, func.count())
        .where(Visit.programme_id == actor.programme_id, Visit.wave_id.is_not(None))
        .group_by(Visit.wave_id, Visit.status)
    ):
        counts.setdefault(wave_id or 0, {})[status] = n
    rows = session.scalars(
        select(Wave).where(Wave.programme_id == actor.programme_id).order_by(Wave.starts_on.desc())
    ).all()
    return [_coverage(wave, counts.get(wave.id, {})) for wave in rows]


def _coverage(wave: Wave, counts: dict[str, int]) -> WaveCoverage:
    return WaveCoverage(
        wave=wave,
        planned=sum(n for status, n in counts.items() if status != State.CANCELLED),
        waiting=sum(counts.get(status, 0) for status in (State.ASSIGNED, State.IN_PROGRESS, State.RETURNED)),
        submitted=counts.get(State.SUBMITTED, 0),
        approved=counts.get(State.APPROVED, 0),
        rejected=counts.get(State.REJECTED, 0),
    )


def checklists(session: Session, actor: Actor) -> Sequence[ChecklistVersion]:
    """Return the checklist versions in force, newest version of each first."""
    return session.scalars(
        select(ChecklistVersion)
        .where(ChecklistVersion.programme_id == actor.programme_id)
        .options(joinedload(ChecklistVersion.standard_version))
        .order_by(ChecklistVersion.code, ChecklistVersion.version.desc())
    ).all()


def regions(session: Session, actor: Actor) -> Sequence[Region]:
    return session.scalars(select(Region).where(Region.programme_id == actor.programme_id).order_by(Region.path)).all()


def region_use(session: Session, region: Region) -> RegionUse:
    """Return what belongs to a region."""
    counts = [
        session.scalar(select(func.count()).where(belongs)) or 0
        for belongs in (
            Location.region_id == region.id,
            Region.parent_id == region.id,
            (Membership.region_id == region.id) & Membership.active,
        )
    ]
    return RegionUse(*counts)


def wave_use(session: Session, wave: Wave) -> WaveUse:
    """Return what belongs to a wave."""
    stands = Visit.status != State.CANCELLED
    first_day = func.coalesce(Visit.window_from, Visit.local_date)  # an imported visit has no window, only its day
    last_day = func.coalesce(Visit.window_to, Visit.local_date)
    visits, first, last = session.execute(
        select(func.count(), func.min(case((stands, first_day))), func.max(case((stands, last_day)))).where(
            Visit.wave_id == wave.id
        )
    ).one()
    return WaveUse(visits, first, last)


def locations(session: Session, actor: Actor, *, text: str = "", page: int = 1) -> Sequence[Location]:
    """Return one page of locations (one more than PAGE tells that there are further ones)."""
    query = (
        select(Location)
        .where(Location.programme_id == actor.programme_id)
        .options(joinedload(Location.region))
        .order_by(Location.code)
    )
    if text:
        query = query.where(
            Location.code.icontains(text, autoescape=True)
            | Location.name.icontains(text, autoescape=True)
            | Location.city.icontains(text, autoescape=True)
        )
    return session.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)).all()


def locations_of_format(session: Session, actor: Actor, format: str) -> Sequence[Location]:  # noqa: A002
    """Return the locations of a format, closed ones too."""
    return session.scalars(
        select(Location)
        .where(Location.programme_id == actor.programme_id, Location.format == format)
        .order_by(Location.code)
    ).all()


def people(
    session: Session, actor: Actor, *, role: str = "", text: str = "", first: int = 0, page: int = 1
) -> Sequence[Membership]:
    """Return one page of memberships with their people; `first` is the membership that leads the list."""
    query = (
        select(Membership)
        .where(Membership.programme_id == actor.programme_id)
        .join(Membership.user)
        .options(contains_eager(Membership.user), joinedload(Membership.region), joinedload(Membership.location))
        .order_by(case((Membership.id == first, 0), else_=1), Membership.role, Membership.id)
    )
    if role:
        query = query.where(Membership.role == role)
    if text:
        columns = (func.coalesce(Membership.name, User.name), User.email, Membership.pseudonym)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return session.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)).all()


def auditors(session: Session, actor: Actor) -> Sequence[Membership]:
    """Return the active auditors by pseudonym."""
    return session.scalars(
        select(Membership)
        .where(Membership.programme_id == actor.programme_id, Membership.role == Role.AUDITOR, Membership.active)
        .order_by(Membership.pseudonym)
    ).all()


def assignments(session: Session, actor: Actor, *, wave_id: int, status: str = "", page: int = 1) -> Sequence[Visit]:
    """Return one page of a wave's visits, whatever their state."""
    query = (
        select(Visit)
        .where(Visit.programme_id == actor.programme_id, Visit.wave_id == wave_id)
        .options(*VISIT_PARTS)
        .order_by(Visit.id)
    )
    if status:
        query = query.where(Visit.status == status)
    return session.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
