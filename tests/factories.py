"""Real rows for tests: each function makes one thing with sensible defaults and returns its row."""

from __future__ import annotations

import itertools
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import visits
from auditapp.access import actor_for
from auditapp.account import service as account
from auditapp.convert import checklist_of
from auditapp.documents import add_document
from auditapp.links import digest
from auditapp.models import (
    ChecklistVersion,
    Location,
    Membership,
    Programme,
    Region,
    User,
    UserSession,
    Visit,
    Wave,
)
from auditapp.review import service as review
from checklists.answers import check, complete
from checklists.lifecycle import Act, Role
from checklists.model import Channel
from tests import documents

NOW = datetime(2026, 8, 12, 10, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)
_hash = account.hash_password(PASSWORD)


def make_programme(session: Session, code: str = "lumo", **values: Any) -> Programme:
    programme = Programme(
        code=code, name=values.pop("name", code.title()), created_at=NOW, channel_weights={}, **values
    )
    session.add(programme)
    session.flush()
    return programme


def make_region(session: Session, programme: Programme, path: str = "Północ") -> Region:
    found = session.scalar(select(Region).where(Region.programme_id == programme.id, Region.path == path))
    if found is not None:
        return found
    parent = make_region(session, programme, path.rpartition("/")[0]) if "/" in path else None
    region = Region(programme_id=programme.id, path=path, name=path.rpartition("/")[2], parent_id=parent and parent.id)
    session.add(region)
    session.flush()
    return region


def make_location(
    session: Session, programme: Programme, code: str = "", region: str = "Północ", **values: Any
) -> Location:
    code = code or f"L{next(_numbers):03d}"
    location = Location(
        programme_id=programme.id,
        code=code,
        name=values.pop("name", f"Sklep {code}"),
        region_id=make_region(session, programme, region).id,
        format=values.pop("format", "store"),
        attributes=values.pop("attributes", []),
        **values,
    )
    session.add(location)
    session.flush()
    return location


def make_user(session: Session, email: str = "", **values: Any) -> User:
    number = next(_numbers)
    user = User(
        email=email or f"person{number}@example.pl",
        name=values.pop("name", f"Osoba {number}"),
        password_hash=_hash,
        created_at=NOW,
        **values,
    )
    session.add(user)
    session.flush()
    return user


def make_member(
    session: Session,
    programme: Programme,
    role: Role,
    *,
    region: Region | None = None,
    location: Location | None = None,
    user: User | None = None,
    **values: Any,
) -> Membership:
    """A membership with its user. An auditor gets a pseudonym."""
    membership = Membership(
        programme_id=programme.id,
        user=user or make_user(session, **values),
        role=role,
        region_id=region and region.id,
        location_id=location and location.id,
        pseudonym=f"TK-{next(_numbers):03d}" if role == Role.AUDITOR else None,
    )
    session.add(membership)
    session.flush()
    return membership


def make_checklist(
    session: Session, programme: Programme, standard: str = documents.STANDARD, checklist: str = documents.CHECKLIST
) -> ChecklistVersion:
    """The small standard and its checklist, both in force."""
    add_document(session, programme.id, standard, name="standard.toml", actor_id=None, now=NOW)
    row = add_document(session, programme.id, checklist, name="checklist.toml", actor_id=None, now=NOW)
    assert isinstance(row, ChecklistVersion)
    return row


def make_wave(session: Session, programme: Programme, **values: Any) -> Wave:
    wave = Wave(
        programme_id=programme.id,
        code=values.pop("code", f"W{next(_numbers)}"),
        name="Fala",
        starts_on=values.pop("starts_on", date(2026, 7, 1)),
        ends_on=values.pop("ends_on", date(2026, 9, 30)),
        status=values.pop("status", "open"),
        notice_text="Badamy obsługę.",
        notice_on=date(2026, 6, 15),
        notice_channel="intranet",
        notice_confirmed_by="Dział HR",
        **values,
    )
    session.add(wave)
    session.flush()
    return wave


def make_assignment(
    session: Session, location: Location, version: ChecklistVersion, auditor: Membership, **values: Any
) -> Visit:
    visit = Visit(
        programme_id=location.programme_id,
        code=values.pop("code", f"V-{next(_numbers):06d}"),
        location=location,
        checklist_version=version,
        auditor=auditor,
        channel=version.channel,
        scenario="S1",
        window_from=date(2026, 7, 1),
        window_to=date(2026, 9, 30),
        **values,
    )
    session.add(visit)
    session.flush()
    return visit


def make_visit(
    session: Session,
    location: Location,
    version: ChecklistVersion,
    auditor: Membership,
    answers: dict[str, str | None] | None = None,
    *,
    at: datetime = NOW - timedelta(days=2),
    approve: bool = True,
    comments: dict[str, str] | None = None,
    **values: Any,
) -> Visit:
    """A visit that was submitted (and approved). `answers` are values by item; None is N/A. `comments` by item, too."""
    visit = make_assignment(session, location, version, auditor, **values)
    checklist = checklist_of(version)
    given = documents.GOOD if answers is None else answers
    said = comments or {}
    checked = {
        code: check(checklist.item(code), value or "", na=value is None, comment=said.get(code, ""))
        for code, value in given.items()
    }
    whole = complete(checklist, checked, frozenset(location.attributes))
    visits.place_in_time(visit, at, at + timedelta(minutes=20))
    visit.submitted_at = at + timedelta(hours=1)
    roles = {Role.AUDITOR}
    visits.move_visit(session, visit, Act.START, roles=roles, actor_id=auditor.user_id, now=at)
    visits.write_answers(session, visit, whole, author_id=auditor.user_id, reason="", now=at)
    visits.move_visit(session, visit, Act.SUBMIT, roles=roles, actor_id=auditor.user_id, now=at)
    if approve:
        visits.move_visit(session, visit, Act.APPROVE, roles={Role.REVIEWER}, actor_id=None, now=at)
    session.flush()
    return visit


def make_session_token(session: Session, user: User) -> str:
    """A logged-in session without the cost of hashing a password."""
    token = secrets.token_urlsafe(16)
    session.add(UserSession(token_hash=digest(token), user_id=user.id, created_at=NOW, last_seen_at=NOW, device="test"))
    session.flush()
    return token


STORE = Channel.STORE_VISIT


def ask_back(session: Session, visit: Visit, now: datetime = NOW, **notes: str) -> None:
    """Return a submitted visit as a reviewer does."""
    programme = session.get_one(Programme, visit.programme_id)
    user = make_member(session, programme, Role.REVIEWER).user
    actor = actor_for(session, user.id, user.name, False, programme.code)
    assert actor is not None
    review.return_visit(session, visit, notes, actor=actor, now=now)
