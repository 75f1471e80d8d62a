"""What the pages of `insight` share: the blueprint, and reading what was asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session

from auditapp import web
from auditapp.access import Actor, get_region
from auditapp.insight import filters, queries, words
from auditapp.insight.queries import Scope
from auditapp.models import Programme, Region

bp = Blueprint("insight", __name__, url_prefix="/p/<programme>")
PARAMETERS = ("quarter", "previous", "region", "channel", "location_format", "all")


def period(actor: Actor) -> filters.Period:
    """Return the quarter looked at and the one it is compared with."""
    return filters.read_period(web.session(), actor.programme_id, request.args, web.now().date())


def region(actor: Actor) -> Region | None:
    """Return the region asked for, None for the whole network; Problem not_found outside the actor's scope."""
    path = request.args.get("region", "")
    return get_region(web.session(), actor, path) if path else None


def ground(actor: Actor) -> tuple[Session, Programme, Scope, filters.Period]:
    """Return what every page of results stands on: the session, the programme, the actor's scope, the quarters."""
    session = web.session()
    return session, queries.get_programme(session, actor), queries.scope_of(session, actor), period(actor)


def csv() -> bool:
    """Tell whether the figures are wanted as CSV instead of a page."""
    return request.args.get("format") == "csv"


def asked() -> dict[str, Any]:
    """Return the parameters of this page that an address may carry on; nothing else of what came in."""
    return {name: request.args[name] for name in PARAMETERS if name in request.args}


def show(template: str, page: Any, **more: Any) -> Any:
    """Render a page of results; it knows its own address as CSV and with everything listed."""
    endpoint, here = str(request.endpoint), {**asked(), **(request.view_args or {})}
    as_csv, everything = url_for(endpoint, **here, format="csv"), url_for(endpoint, **here | {"all": 1})
    return web.page(template, page=page, words=words, csv=as_csv, everything=everything, **more)
