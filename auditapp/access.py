"""Who may see what: the actor of a request, the routes' declarations, and the scopes every query starts from.

Nothing is loaded by bare id: `get_location` and `get_visit` fetch and authorise in one statement, and what is out of
reach answers exactly like what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, false, or_, select, update
from sqlalchemy.orm import Session, joinedload

from auditapp import web
from auditapp.actor import DESK, MANAGERS, Actor
from auditapp.models import Location, Membership, Programme, Region, Visit
from checklists.lifecycle import Role, State
from checklists.problems import Problem

__all__ = [
    "BY_TOKEN",
    "DESK",
    "EVERYBODY",
    "MANAGERS",
    "SIGNED_IN",
    "VISIT_PARTS",
    "Actor",
    "actor_for",
    "administrator_only",
    "allow",
    "get_location",
    "get_own_visit",
    "get_region",
    "get_visit",
    "inside_region",
    "locations_for",
    "note_arrival",
    "regions_for",
    "visits_for",
]

EVERYBODY = "everybody"  # no log-in needed
SIGNED_IN = "signed in"  # any log-in, outside a programme
BY_TOKEN = "by token"  # noqa: S105 (no secret) no log-in: the request carries a visit's signed token, the view checks it


def actor_for(session: Session, user_id: int, name: str, is_administrator: bool, programme_code: str) -> Actor | None:
    """Return what the user is in the programme, or None when they are nothing there."""
    programme = session.scalar(select(Programme).where(Programme.code == programme_code))
    if programme is None:
        return None
    memberships = session.scalars(
        select(Membership)
        .where(Membership.user_id == user_id, Membership.programme_id == programme.id, Membership.active)
        .options(joinedload(Membership.region))
    ).all()
    roles = {Role(membership.role) for membership in memberships}
    if is_administrator:
        roles.add(Role.ADMINISTRATOR)
    if not roles:
        return None
    return Actor(
        user_id=user_id,
        name=name,
        programme_id=programme.id,
        programme=programme.code,
        roles=frozenset(roles),
        regions=tuple(m.region.path for m in memberships if m.region is not None),
        location_ids=frozenset(m.location_id for m in memberships if m.location_id is not None),
        auditor_id=next((m.id for m in memberships if m.role == Role.AUDITOR), None),
        newcomer=any(m.pending for m in memberships),
    )


def note_arrival(session: Session, actor: Actor) -> None:
    """Let an invitation be accepted: whoever comes in has taken it."""
    mine = (Membership.user_id == actor.user_id, Membership.programme_id == actor.programme_id, Membership.active)
    session.execute(update(Membership).where(*mine).values(pending=False))


def allow(*who: Role | str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare who may open a route: roles (a programme route), SIGNED_IN, BY_TOKEN or EVERYBODY.

    A programme route has `<programme>` in its address; the view receives the `Actor` in its place. A house test reads
    `view.allowed` of every route.
    """

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if EVERYBODY in who or BY_TOKEN in who:
                return view(*args, **kwargs)
            if not current_user.is_authenticated:
                return web.login_redirect()
            if SIGNED_IN in who:
                return view(*args, **kwargs)
            user = current_user.row
            actor = actor_for(web.session(), user.id, user.name, user.is_administrator, kwargs.pop("programme"))
            if actor is None:
                raise Problem("not_found")
            web.remember_actor(actor)
            if actor.roles.isdisjoint(who):
                raise Problem("forbidden")
            return view(actor, *args, **kwargs)

        guarded.allowed = frozenset(who)  # type: ignore[attr-defined]  # a mark the house tests read
        return guarded

    return declare


def administrator_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Declare a route of the installation itself, outside any programme."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return web.login_redirect()
        if not current_user.row.is_administrator:
            abort(404)
        return view(*args, **kwargs)

    guarded.allowed = frozenset({Role.ADMINISTRATOR})  # type: ignore[attr-defined]  # the same mark
    return guarded


def inside_region(path: str) -> ColumnElement[bool]:
    """Match the region itself and everything below it."""
    return or_(Region.path == path, Region.path.startswith(path + "/", autoescape=True))


def _location_scope(actor: Actor) -> ColumnElement[bool]:
    if actor.sees_network:
        return Location.programme_id == actor.programme_id
    parts = (
        [
            Location.region_id.in_(
                select(Region.id).where(
                    Region.programme_id == actor.programme_id, or_(*(inside_region(path) for path in actor.regions))
                )
            )
        ]
        if actor.regions
        else []
    )
    if actor.location_ids:
        parts.append(Location.id.in_(actor.location_ids))
    return (Location.programme_id == actor.programme_id) & or_(false(), *parts)


def locations_for(actor: Actor) -> Select[Location]:
    """Return the locations whose results the actor may see, with `Region` joined."""
    return select(Location).join(Region, Location.region_id == Region.id).where(_location_scope(actor))


def regions_for(actor: Actor) -> Select[Region]:
    """Return the regions the actor may open as a whole."""
    query = select(Region).where(Region.programme_id == actor.programme_id)
    if actor.sees_network:
        return query
    return query.where(or_(false(), *(inside_region(path) for path in actor.regions)))


def visits_for(actor: Actor) -> Select[Visit]:
    """Return the visits the actor may open: the desk all, an auditor the own ones, managers approved ones only."""
    query = select(Visit).join(Location, Visit.location_id == Location.id)
    parts: list[ColumnElement[bool]] = []
    if actor.sees_network:
        return query.where(Visit.programme_id == actor.programme_id)
    if actor.auditor_id is not None:
        parts.append(Visit.auditor_id == actor.auditor_id)
    if actor.roles & MANAGERS:
        parts.append(_location_scope(actor) & (Visit.status == State.APPROVED))
    return query.where(Visit.programme_id == actor.programme_id, or_(false(), *parts))


def get_location(session: Session, actor: Actor, code: str) -> Location:
    """Return the location when it is in the actor's scope; Problem not_found otherwise."""
    location = session.scalar(locations_for(actor).where(Location.code == code).options(joinedload(Location.region)))
    if location is None:
        raise Problem("not_found")
    return location


def get_region(session: Session, actor: Actor, path: str) -> Region:
    """Return the region when it is in the actor's scope; Problem not_found otherwise."""
    region = session.scalar(regions_for(actor).where(Region.path == path))
    if region is None:
        raise Problem("not_found")
    return region


def get_visit(session: Session, actor: Actor, visit_id: int) -> Visit:
    """Return the visit when it is in the actor's scope; Problem not_found otherwise."""
    visit = session.scalar(visits_for(actor).where(Visit.id == visit_id).options(*VISIT_PARTS))
    if visit is None:
        raise Problem("not_found")
    return visit


def get_own_visit(session: Session, actor: Actor, visit_id: int) -> Visit:
    """Return the auditor's own visit; Problem not_found otherwise, even for somebody who may read it."""
    visit = get_visit(session, actor, visit_id)
    if actor.auditor_id is None or visit.auditor_id != actor.auditor_id:
        raise Problem("not_found")
    return visit


VISIT_PARTS = (
    joinedload(Visit.location).joinedload(Location.region),
    joinedload(Visit.checklist_version),
    joinedload(Visit.auditor),
    joinedload(Visit.wave),
)
