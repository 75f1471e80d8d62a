"""Who may come into a programme: invitations, and access taken away or given back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import journal, links
from auditapp.access import Actor
from auditapp.models import Location, Membership, User
from auditapp.programme.network import get_region_id
from auditapp.programme.record import record
from checklists.lifecycle import Role
from checklists.problems import Problem, at


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

    Of a known account nothing is told: its name and language here are those that are given, whatever it has itself.
    Problem bad_email, unknown_region, unknown_location, empty_value (no pseudonym) or duplicate_code.
    """
    email = links.normal_address(email)
    if not links.EMAIL.fullmatch(email):
        raise Problem("bad_email", at(field="email"), value=email)
    region_id = location_id = None
    if role == Role.REGIONAL_MANAGER:
        region_id = get_region_id(session, programme_id, region)
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
    called: tuple[str | None, str | None] = (name, locale)
    if user is None:
        called = (None, None)  # the account says the same
        user = User(email=email, name=name, locale=locale, created_at=now, password_hash=None)
        session.add(user)
        session.flush()
    same = [Membership.programme_id == programme_id, Membership.user_id == user.id, Membership.role == role]
    membership = session.scalar(
        select(Membership).where(*same, Membership.region_id == region_id, Membership.location_id == location_id)
    )
    if membership is None:
        before = session.scalars(select(Membership).where(*same[:2]).order_by(Membership.id).limit(1)).one_or_none()
        if before is not None:
            called = (before.name, before.locale)
        membership = Membership(
            programme_id=programme_id,
            user_id=user.id,
            role=role,
            region_id=region_id,
            location_id=location_id,
            pseudonym=pseudonym if role == Role.AUDITOR else None,
            name=called[0],
            locale=called[1],
            pending=True,
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
    if user.password_hash is not None:
        return membership, None
    return membership, links.make_link(session, user, "invitation", now, programme_id)


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
    record(session, actor, now, "let_in" if active else "shut_out", "membership", membership.id)
    return membership
