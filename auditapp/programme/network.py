"""What a programme manager changes in the programme itself and its network: settings, regions, locations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import journal
from auditapp.access import Actor, regions_for
from auditapp.models import Location, Membership, Programme, Region
from auditapp.programme import queries
from auditapp.programme.record import record
from checklists.problems import Problem, at
from reports.brand import Brand

LONGEST_PATH = 300


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
    session: Session, actor: Actor, programme: Programme, *, name: str, weights: dict[str, float], now: datetime
) -> Programme:
    """Change the name and the weights of the channels in a headline score."""
    before = {"name": programme.name, "weights": programme.channel_weights}
    programme.name = name
    programme.channel_weights = {channel: weight for channel, weight in weights.items() if weight != 1}
    after = {"name": name, "weights": programme.channel_weights}
    record(session, actor, now, "change", "programme", programme.code, before=before, after=after)
    return programme


def save_brand(
    session: Session, actor: Actor, programme: Programme, *, accent: str, logo: bytes | None, now: datetime
) -> Programme:
    """Set the colour ("" for the product's own) and the logo (None stays, b"" for none) of printed reports.

    Problem bad_colour, pale_colour or bad_logo.
    """
    kept = (programme.logo or b"") if logo is None else logo
    if accent:
        Brand(accent.lower(), kept)
    else:
        Brand(logo=kept)
    programme.accent, programme.logo = accent.lower(), kept or None
    record(session, actor, now, "change", "brand", programme.code, accent=programme.accent, logo_bytes=len(kept))
    return programme


def get_region_id(session: Session, programme_id: int, path: str, field: str = "region") -> int:
    """Return the id of the region with that path; Problem unknown_region at `field` otherwise."""
    found = session.scalar(select(Region.id).where(Region.programme_id == programme_id, Region.path == path))
    if found is None:
        raise Problem("unknown_region", at(field=field), value=path)
    return found


def get_region(session: Session, actor: Actor, region_id: int) -> Region:
    """Return a region of the actor's programme; Problem not_found otherwise."""
    region = session.scalar(regions_for(actor).where(Region.id == region_id))
    if region is None:
        raise Problem("not_found")
    return region


def add_region(session: Session, actor: Actor, *, parent: str, name: str, now: datetime) -> Region:
    """Add a region below `parent` (empty: at the top); Problem duplicate_name, text_too_long or unknown_region."""
    path = f"{parent}/{name}" if parent else name
    _check_path(session, actor, path)
    parent_id = get_region_id(session, actor.programme_id, parent, "parent") if parent else None
    region = Region(programme_id=actor.programme_id, parent_id=parent_id, path=path, name=name)
    session.add(region)
    session.flush()
    record(session, actor, now, "create", "region", region.id, path=path)
    return region


def rename_region(session: Session, actor: Actor, region: Region, *, name: str, now: datetime) -> Region:
    """Give a region another name; Problem duplicate_name or text_too_long.

    Results know the region by its row, so they stay. The path follows the name it was made of, and so do the paths
    below it; a path that an imported table chose for itself stays, because tables know the region by it.
    """
    before = {"name": region.name, "path": region.path}
    parent, slash, last = region.path.rpartition("/")
    if last == region.name and name != last:
        path = f"{parent}{slash}{name}"
        # Compared here and not with LIKE, which minds neither the case of a letter nor which region it moves.
        below = [row for row in queries.regions(session, actor) if row.path.startswith(region.path + "/")]
        longest = max((len(row.path) for row in below), default=len(region.path)) - len(region.path)
        _check_path(session, actor, path, longest)
        for row in below:
            row.path = path + row.path[len(region.path) :]
        region.path = path
    region.name = name
    session.flush()
    after = {"name": name, "path": region.path}
    record(session, actor, now, "rename", "region", region.id, before=before, after=after)
    return region


def remove_region(session: Session, actor: Actor, region: Region, now: datetime) -> Region:
    """Remove a region to which nothing belongs; Problem region_in_use otherwise.

    Memberships of people whose access was taken away go with it, because they are nothing without it; the journal
    keeps who they were. To move them to the region above would widen what they see, should access be given back.
    """
    use = queries.region_use(session, region)
    if use.any:
        raise Problem("region_in_use", locations=use.locations, regions=use.regions, people=use.people)
    gone = session.scalars(select(Membership).where(Membership.region_id == region.id)).all()
    without_access = [{"membership": row.id, "user": row.user_id} for row in gone]
    for row in gone:
        session.delete(row)
    session.flush()
    before = {"name": region.name, "path": region.path}
    session.delete(region)
    session.flush()
    record(session, actor, now, "remove", "region", region.id, before=before, without_access=without_access)
    return region


def _check_path(session: Session, actor: Actor, path: str, below: int = 0) -> None:
    """Refuse a path that is taken or too long; `below` is what the longest path under it adds to it."""
    if len(path) + below > LONGEST_PATH:
        raise Problem("text_too_long", at(field="name"), length=len(path) + below, limit=LONGEST_PATH)
    if session.scalar(select(Region.id).where(Region.programme_id == actor.programme_id, Region.path == path)):
        raise Problem("duplicate_name", at(field="name"), name=path.rpartition("/")[2])


def save_location(
    session: Session, actor: Actor, location: Location | None, values: dict[str, object], *, region: str, now: datetime
) -> Location:
    """Create a location or change one; Problem duplicate_code, unknown_region or window_backwards."""
    region_id = get_region_id(session, actor.programme_id, region)
    twin = session.scalar(
        select(Location.id).where(Location.programme_id == actor.programme_id, Location.code == values["code"])
    )
    if twin is not None and (location is None or twin != location.id):
        raise Problem("duplicate_code", at(field="code"), code=values["code"])
    opened, closed = values["opened_on"], values["closed_on"]
    if isinstance(opened, date) and isinstance(closed, date) and closed < opened:
        raise Problem("window_backwards", at(field="closed_on"), start=opened, end=closed)
    act = "create" if location is None else "change"
    if location is None:
        location = Location(programme_id=actor.programme_id)
        session.add(location)
    for name, value in {**values, "region_id": region_id}.items():
        setattr(location, name, value)
    session.flush()
    record(session, actor, now, act, "location", location.code)
    return location
