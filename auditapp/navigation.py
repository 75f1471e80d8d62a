"""The menu of each role, in the order of that person's day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l

from auditapp import web
from auditapp.access import DESK, MANAGERS
from checklists.lifecycle import Role


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    url: str
    current: bool


MANAGE = frozenset({Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER})
# (endpoint, label, who sees it). The first entry a person sees is where the log-in leads.
MENU = (
    ("fieldwork.visits", _l("My visits"), frozenset({Role.AUDITOR})),
    ("review.queue", _l("Review"), DESK),
    ("insight.agenda", _l("At a glance"), MANAGE | {Role.REGIONAL_MANAGER}),
    ("insight.overview", _l("Results"), DESK | MANAGERS),
    ("insight.compare", _l("Compare"), DESK | MANAGERS),
    ("insight.criteria", _l("Criteria"), DESK | MANAGERS),
    ("reporting.index", _l("Reports"), DESK | MANAGERS),
    ("handbook.show", _l("Standard"), frozenset(Role)),
    ("programme.overview", _l("Programme"), MANAGE),
    ("parked.index", _l("From phones"), MANAGE),
)


def menu() -> list[Entry]:
    """Return the entries of the person acting in this programme; empty outside one."""
    actor = web.actor()
    if actor is None:
        return []
    here = request.endpoint or ""
    return [
        Entry(str(label), url_for(endpoint, programme=actor.programme), endpoint == here)
        for endpoint, label, roles in MENU
        if not actor.roles.isdisjoint(roles) and endpoint in current_app.view_functions
    ]


def first_page(roles: frozenset[Role]) -> str:
    """Return the endpoint a person with these roles starts at."""
    if Role.PROGRAMME_MANAGER in roles or (Role.ADMINISTRATOR in roles):
        return "programme.overview"
    return next(endpoint for endpoint, _label, allowed in MENU if not roles.isdisjoint(allowed))
