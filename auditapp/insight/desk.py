"""What the pages of `insight` share: the blueprint, and reading what was asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from auditapp import web
from auditapp.access import Actor, get_region
from auditapp.insight import filters, words
from auditapp.models import Region

bp = Blueprint("insight", __name__, url_prefix="/p/<programme>")
PARAMETERS = ("quarter", "previous", "region", "channel", "location_format", "all")


def period(actor: Actor) -> filters.Period:
    """Return the quarter looked at and the one it is compared with."""
    return filters.read_period(web.session(), actor.programme_id, request.args, web.now().date())


def region(actor: Actor) -> Region | None:
    """Return the region asked for, None for the whole network; Problem not_found outside the actor's scope."""
    path = request.args.get("region", "")
    return get_region(web.session(), actor, path) if path else None


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
