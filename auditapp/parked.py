"""Documents that were sent with right and could not be applied: nothing is lost, the office decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session, joinedload, undefer

from auditapp import journal
from auditapp.access import VISIT_PARTS
from auditapp.actor import Actor
from auditapp.models import Parked, Submission, User, Visit
from auditapp.names import name_in
from checklists.answers import clean
from checklists.problems import Problem

REASONS = (
    "unreadable", "reassigned", "old_round", "unknown_round", "other_version", "incomplete", "already_sent",
    "other_phone", "no_photos", "replaced", "used_id", "submitted", "approved", "rejected", "cancelled",
)  # fmt: skip
PER_PAGE = 25
MOST_OF_A_DAY, A_DAY = 20, timedelta(days=1)  # documents parked of one visit, each of at most a megabyte
LATEST = 20
_parked = Parked.metadata.tables["parked"]
_CAME_AGAIN = (  # built once: every visit that is sent asks
    update(_parked)
    .where(_parked.c.visit_id == bindparam("visit"), _parked.c.sha256 == bindparam("sha"), _parked.c.resolution == "")
    .values(resolution="applied", resolved_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One parked document as the office's list shows it. `round` and `rev` are None when it cannot be read."""

    id: int
    visit_id: int
    visit: str
    status: str
    place: str
    timezone: str
    sender: str
    round: int | None
    rev: int | None
    device: str
    reason: str
    received_at: datetime
    skew: float | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Resolved:
    """One parked document that was decided about. `who` is "" when it came again and could be applied by then."""

    id: int
    visit: str
    place: str
    timezone: str
    reason: str
    resolution: str
    note: str
    who: str
    at: datetime | None


def park(
    session: Session,
    visit: Visit,
    *,
    submission_id: UUID,
    sender_id: int,
    body: bytes,
    reason: str,
    now: datetime,
    round_: int | None = None,
    rev: int | None = None,
    device: str = "",
    skew: float | None = None,
    bounded: bool = False,
) -> Parked:
    """Keep the bytes of a document with the reason; the same bytes for the same visit again are the same row.

    `bounded`, for what phones send: Problem too_many_attempts after MOST_OF_A_DAY of one visit. The phone keeps what it
    has and tries again.
    """
    sha = hashlib.sha256(body).hexdigest()
    row = session.scalar(select(Parked).where(Parked.visit_id == visit.id, Parked.sha256 == sha))
    if row is None:
        if bounded:
            _check_room(session, visit, now)
        row = Parked(
            programme_id=visit.programme_id,
            visit_id=visit.id,
            sender_id=sender_id,
            submission_id=submission_id,
            round=round_,
            rev=rev,
            device=device,
            reason=reason,
            body=body,
            sha256=sha,
            received_at=now,
            skew=skew,
        )
        session.add(row)
        session.flush()
    return row


def _check_room(session: Session, visit: Visit, now: datetime) -> None:
    recent = (Parked.visit_id == visit.id, Parked.received_at > now - A_DAY)
    if (session.scalar(select(func.count()).select_from(Parked).where(*recent)) or 0) >= MOST_OF_A_DAY:
        raise Problem("too_many_attempts", minutes=int(A_DAY.total_seconds()) // 60)


def park_row(
    session: Session, visit: Visit, row: Submission, now: datetime, *, reason: str = "replaced", bounded: bool = False
) -> Parked:
    """Park the document of a row: by default one that another document is about to replace."""
    return park(
        session,
        visit,
        submission_id=row.id,
        sender_id=visit.auditor_id,
        body=row.body or json.dumps(row.document, ensure_ascii=False).encode(),
        reason=reason,
        now=now,
        round_=row.round,
        rev=row.rev,
        device=row.device,
        skew=row.skew,
        bounded=bounded,
    )


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many documents of the actor's programme wait for a decision."""
    return session.scalar(select(func.count()).select_from(Parked).where(*_undecided(actor))) or 0


def _undecided(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Parked.programme_id == actor.programme_id, Parked.resolution == ""


def waiting(session: Session, actor: Actor, page: int = 1) -> Sequence[Waiting]:
    """Return one page (from 1, of PER_PAGE) of what waits for a decision in the actor's programme, newest first."""
    rows = session.scalars(
        select(Parked)
        .where(*_undecided(actor))
        .options(joinedload(Parked.visit).joinedload(Visit.location), joinedload(Parked.sender), undefer(Parked.body))
        .order_by(Parked.received_at.desc(), Parked.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return [
        Waiting(
            id=row.id,
            visit_id=row.visit_id,
            visit=row.visit.code,
            status=row.visit.status,
            place=row.visit.location.name,
            timezone=row.visit.location.timezone,
            sender=row.sender.pseudonym or "",
            round=row.round,
            rev=row.rev,
            device=row.device,
            reason=row.reason,
            received_at=row.received_at,
            skew=row.skew,
            body=row.body,
        )
        for row in rows
    ]


def resolved(session: Session, actor: Actor) -> Sequence[Resolved]:
    """Return the last LATEST decisions of the actor's programme, newest first."""
    rows = session.execute(
        select(Parked, name_in(actor.programme_id))
        .outerjoin(User, User.id == Parked.resolved_by)
        .where(Parked.programme_id == actor.programme_id, Parked.resolution != "")
        .options(joinedload(Parked.visit).joinedload(Visit.location))
        .order_by(Parked.resolved_at.desc(), Parked.id.desc())
        .limit(LATEST)
    )
    return [_resolved(row, who) for row, who in rows]


def find_decision(session: Session, row: Parked) -> Resolved | None:
    """Return what was decided about a document; None while it waits."""
    if not row.resolution:
        return None
    return _resolved(row, session.scalar(select(name_in(row.programme_id)).where(User.id == row.resolved_by)))


def _resolved(row: Parked, who: str | None) -> Resolved:
    return Resolved(
        id=row.id,
        visit=row.visit.code,
        place=row.visit.location.name,
        timezone=row.visit.location.timezone,
        reason=row.reason,
        resolution=row.resolution,
        note=row.note,
        who=who or "",
        at=row.resolved_at,
    )


def read_parked(session: Session, actor: Actor, parked_id: int) -> Parked:
    """Return a document of the actor's programme to look at, decided or not; Problem not_found."""
    row = session.scalar(
        select(Parked)
        .where(Parked.id == parked_id, Parked.programme_id == actor.programme_id)
        .options(joinedload(Parked.visit).options(*VISIT_PARTS), joinedload(Parked.sender), undefer(Parked.body))
    )
    if row is None:
        raise Problem("not_found")
    return row


def get_parked(session: Session, actor: Actor, parked_id: int) -> Parked:
    """Return an undecided document of the actor's programme, held for this transaction.

    Problem not_found or parked_resolved.
    """
    row = session.scalar(
        select(Parked)
        .where(Parked.id == parked_id, Parked.programme_id == actor.programme_id)
        .with_for_update(of=Parked)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Problem("not_found")
    if row.resolution:
        raise Problem("parked_resolved")
    return row


def dismiss(session: Session, actor: Actor, parked_id: int, reason: str, *, now: datetime) -> None:
    """Decide that a document is not needed; its bytes stay. Problem reason_missing, not_found, parked_resolved."""
    reason = clean(reason)
    if not reason:
        raise Problem("reason_missing")
    resolve(session, actor, get_parked(session, actor, parked_id), "dismissed", reason, now=now)


def applied(session: Session, visit_id: int, sha: str, now: datetime) -> None:
    """Close what was parked and has come again in the meantime, when it could be applied."""
    session.execute(_CAME_AGAIN, {"visit": visit_id, "sha": sha, "now": now})


def resolve(session: Session, actor: Actor, row: Parked, resolution: str, note: str, *, now: datetime) -> None:
    """Write down what was decided about a document, and the journal line."""
    row.resolution, row.resolved_at, row.resolved_by, row.note = resolution, now, actor.user_id, note
    journal.write(
        session,
        programme_id=row.programme_id,
        actor_id=actor.user_id,
        now=now,
        act=f"{resolution}_parked",
        subject="parked",
        subject_id=row.id,
        visit=row.visit_id,
        sha=row.sha256,
        **({"reason": note} if note else {}),
    )
    session.flush()
