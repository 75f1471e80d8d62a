"""Bring in the network and its people: regions, locations, memberships. The same table twice changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from auditapp import journal, links
from auditapp.codes import is_readable
from auditapp.exchange.findings import Findings
from auditapp.exchange.rows import ImportResult, Line, Row, batched, numbered
from auditapp.models import Location, Membership, Programme, Region, User
from checklists.lifecycle import Role
from checklists.model import LocationFormat

ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,39}")
ROLES = tuple(role.value for role in Role if role is not Role.ADMINISTRATOR)


def import_table(
    session: Session,
    programme: Programme,
    kind: str,
    rows: Iterable[Mapping[str, str]],
    *,
    actor_id: int | None,
    now: datetime,
) -> ImportResult:
    """Bring in `regions`, `locations` or `people`; Refused with every problem, and then nothing is stored."""
    return import_lines(session, programme, kind, numbered(kind, rows), Findings(), actor_id=actor_id, now=now)


def import_lines(
    session: Session,
    programme: Programme,
    kind: str,
    lines: Iterable[Line],
    findings: Findings,
    *,
    actor_id: int | None,
    now: datetime,
) -> ImportResult:
    """As `import_table`, for lines of files; problems of reading the files are in `findings`."""
    tally = _Tally()
    with session.begin_nested():
        _IMPORTERS[kind](session, programme, [Row(line, findings) for line in lines], tally, now)
        findings.check()
        session.flush()
        result = ImportResult(tally.new, tally.changed, tally.unchanged)
        if result.new or result.changed:
            journal.write(
                session,
                programme_id=programme.id,
                actor_id=actor_id,
                now=now,
                act="import",
                subject=kind,
                subject_id=programme.code,
                **result._asdict(),
            )
    return result


class _Tally:
    def __init__(self) -> None:
        self.new = self.changed = self.unchanged = 0

    def apply(self, row: object, values: Mapping[str, object]) -> None:
        """Set what differs on a stored row and count it."""
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in different.items():
            setattr(row, name, value)
        self.changed += bool(different)
        self.unchanged += not different


def _check_once(row: Row, column: str, key: object, value: str, seen: dict[object, int]) -> None:
    if key in seen and value:
        row.refuse("duplicate_id", column, value=value, first=seen[key])
    seen.setdefault(key, row.number)


def _regions(session: Session, programme: Programme, rows: list[Row], tally: _Tally, _now: datetime) -> None:
    stored = {
        region.path: region for region in session.scalars(select(Region).where(Region.programme_id == programme.id))
    }
    seen: dict[object, int] = {}
    read: list[tuple[str, str, Row]] = []
    for row in rows:
        path = row.text("region", 300)
        if path and not all(part and part == part.strip() for part in path.split("/")):
            row.refuse("unknown_region", "region", value=path)
        elif path and not all(is_readable(part) for part in path.split("/")):
            row.refuse("unreadable_name", "region", value=path)
        name = row.text("name", 120, required=False) or path.rpartition("/")[2]
        _check_once(row, "region", path, path, seen)
        read.append((path, name, row))
    for path, name, row in sorted(read, key=lambda entry: entry[0].count("/")):  # parents first, whatever the order
        parent = path.rpartition("/")[0]
        if parent and parent not in stored and not row.failed:
            row.refuse("unknown_region", "region", value=parent)
        if row.failed:
            continue
        if path in stored:
            tally.apply(stored[path], {"name": name})
            continue
        region = Region(
            programme_id=programme.id, parent_id=stored[parent].id if parent else None, path=path, name=name
        )
        session.add(region)
        session.flush()
        stored[path] = region
        tally.new += 1


def _locations(session: Session, programme: Programme, rows: list[Row], tally: _Tally, _now: datetime) -> None:
    regions: dict[str, int] = dict(
        session.execute(select(Region.path, Region.id).where(Region.programme_id == programme.id)).all()
    )
    stored = {row.code: row for row in session.scalars(select(Location).where(Location.programme_id == programme.id))}
    zones = available_timezones()
    seen: dict[object, int] = {}
    for row in rows:
        code = row.code("location")
        _check_once(row, "location", code, code, seen)
        values = _location_values(row, regions, zones)
        if row.failed:
            continue
        if code in stored:
            tally.apply(stored[code], values)
        else:
            session.add(Location(programme_id=programme.id, code=code, **values))
            tally.new += 1


def _location_values(row: Row, regions: Mapping[str, int], zones: set[str]) -> dict[str, object]:
    region = row.text("region", 300)
    if region and region not in regions:
        row.refuse("unknown_region", "region", value=region)
    lat, lon = row.number_between("lat", -90, 90), row.number_between("lon", -180, 180)
    if (lat is None) != (lon is None) and not row.failed:
        row.refuse("empty_value", "lat" if lat is None else "lon")
    zone = row.raw("timezone") or "Europe/Warsaw"
    if zone not in zones:
        row.refuse("bad_timezone", "timezone", value=zone)
    attributes = [part for part in re.split(r"\s*;\s*", row.raw("attributes")) if part]
    for attribute in attributes:
        if not ATTRIBUTE.fullmatch(attribute):
            row.refuse("bad_attribute", "attributes", value=attribute)
    opened, closed = row.day("opened_on"), row.day("closed_on")
    if opened and closed and closed < opened:
        row.refuse("window_backwards", "closed_on", start=opened.isoformat(), end=closed.isoformat())
    return {
        "name": row.text("name", 120),
        "region_id": regions.get(region),
        "format": row.one_of("format", tuple(LocationFormat)),
        "city": row.text("city", 80, required=False),
        "lat": lat,
        "lon": lon,
        "timezone": zone,
        "attributes": list(dict.fromkeys(attributes)),
        "footfall": row.number_between("footfall", 0, 10**9),
        "opened_on": opened,
        "closed_on": closed,
    }


def _people(session: Session, programme: Programme, rows: list[Row], tally: _Tally, now: datetime) -> None:
    """An account that exists keeps its own name and language: it may belong to other programmes as well.

    This programme knows it by those that it brings, and learns nothing of the account's.
    """
    scopes = _Scopes(session, programme.id)
    memberships = session.scalars(
        select(Membership).where(Membership.programme_id == programme.id).options(joinedload(Membership.user))
    ).all()
    stored = {(m.user.email, m.role, m.region_id, m.location_id): m for m in memberships}
    called = {m.user.email: (m.name, m.locale) for m in memberships}
    owners = {m.pseudonym: m.user.email for m in memberships if m.pseudonym is not None}
    users = {
        user.email: user
        for batch in batched((row.raw("email").lower() for row in rows), 5000)
        for user in session.scalars(select(User).where(User.email.in_(batch)))
    }
    seen: dict[object, int] = {}
    for row in rows:
        email = row.text("email", 254).lower()
        if email and not links.EMAIL.fullmatch(email):
            row.refuse("bad_email", "email", value=email)
        name = row.text("name", 120)
        locale = row.one_of("locale", ("pl", "en"), programme.locale)
        role = row.one_of("role", ROLES)
        region_id, location_id = scopes.read(row, role)
        pseudonym = _pseudonym(row, role, email, owners)
        key = (email, role, region_id, location_id)
        _check_once(row, "email", key, email, seen)
        if row.failed:
            continue
        if key in stored:
            tally.apply(stored[key], {"pseudonym": pseudonym, "active": True})
            continue
        if email not in users:
            users[email] = User(email=email, name=name, locale=locale, created_at=now)
            called[email] = (None, None)  # the account says the same
        own_name, own_locale = called.setdefault(email, (name, locale))
        session.add(
            Membership(
                programme_id=programme.id,
                user=users[email],
                role=role,
                region_id=region_id,
                location_id=location_id,
                pseudonym=pseudonym,
                name=own_name,
                locale=own_locale,
                pending=True,
            )
        )
        tally.new += 1


def _pseudonym(row: Row, role: str, email: str, owners: dict[str, str]) -> str | None:
    if role != Role.AUDITOR:
        row.blank("pseudonym")
        return None
    pseudonym = row.text("pseudonym", 40)
    if pseudonym and owners.setdefault(pseudonym, email) != email:
        row.refuse("duplicate_code", "pseudonym", code=pseudonym)
    return pseudonym


class _Scopes:
    """The regions and locations that a role may be tied to."""

    def __init__(self, session: Session, programme_id: int) -> None:
        regions = select(Region.path, Region.id).where(Region.programme_id == programme_id)
        locations = select(Location.code, Location.id).where(Location.programme_id == programme_id)
        self.regions: dict[str, int] = dict(session.execute(regions).all())
        self.locations: dict[str, int] = dict(session.execute(locations).all())

    def read(self, row: Row, role: str) -> tuple[int | None, int | None]:
        """Return (region id, location id), of which the role has at most one."""
        if role not in (Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER):
            row.blank("scope")
            return None, None
        scope = row.text("scope", 300)
        if role == Role.REGIONAL_MANAGER:
            if scope and scope not in self.regions:
                row.refuse("unknown_region", "scope", value=scope)
            return self.regions.get(scope), None
        if scope and scope not in self.locations:
            row.refuse("unknown_location", "scope", value=scope)
        return None, self.locations.get(scope)


_IMPORTERS: Mapping[str, Callable[[Session, Programme, list[Row], _Tally, datetime], None]] = {
    "regions": _regions,
    "locations": _locations,
    "people": _people,
}
