"""Routes of `insight`: what was asked for, one value, a page or the same figures as CSV."""

from __future__ import annotations

from typing import Any

from flask import request

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow, get_location, get_region
from auditapp.insight import (
    agenda_routes,
    agenda_words,
    areas,
    compare_routes,
    desk,
    filters,
    method_routes,
    norms,
    places,
    queries,
    sheets,
    words,
)
from auditapp.insight.desk import bp
from checklists.problems import Problem

# The other views of the room register themselves when they are imported.
__all__ = ["agenda_routes", "bp", "compare_routes", "method_routes"]


@bp.get("/results")
@allow(*DESK, *MANAGERS)
def overview(actor: Actor) -> Any:
    """Show the network, or what the person answers for; one location alone is its own page."""
    session, programme, scope, period = desk.ground(actor)
    if actor.sees_network:
        return _area(areas.area_page(session, programme, scope, period, None))
    if len(actor.regions) == 1 and not actor.location_ids:
        region = next((each for each in scope.regions if each.path == actor.regions[0]), None)
        return _area(areas.area_page(session, programme, scope, period, region, everything="all" in request.args))
    if scope.codes is not None and len(scope.codes) == 1 and not actor.regions:
        (code,) = scope.codes
        return web.see_other(".location", programme=actor.programme, code=code, **desk.asked())
    page = areas.places_page(session, programme, scope, period, actor.regions)
    if desk.csv():
        return sheets.respond(sheets.COLUMNS, sheets.places(page), f"results-{period.quarter}")
    return desk.show("insight/places.html", page)


@bp.get("/results/regions/<path:path>")
@allow(*DESK, *MANAGERS)
def region(actor: Actor, path: str) -> Any:
    """Show one region with the regions and locations in it."""
    found = get_region(web.session(), actor, path)
    return _area(areas.area_page(*desk.ground(actor), found, everything="all" in request.args))


def _area(page: areas.AreaPage) -> Any:
    if desk.csv():
        return sheets.respond(sheets.COLUMNS, sheets.area(page), f"results-{page.period.quarter}")
    return desk.show("insight/area.html", page)


@bp.get("/results/history.svg")
@allow(*DESK, *MANAGERS)
def history(actor: Actor) -> Any:
    """Draw the history of a location, a region or the network, as asked for in the address."""
    session, period = web.session(), desk.period(actor)
    programme, code = queries.get_programme(session, actor), request.args.get("location", "")
    if code:
        found = places.location_history(session, programme, period, get_location(session, actor, code))
    else:
        region = desk.region(actor)
        if region is None and not actor.sees_network:
            raise Problem("not_found")
        found = areas.area_history(session, programme, period, region)
    return web.picture(found.picture(web.locale()))


@bp.get("/results/locations/<code>")
@allow(*DESK, *MANAGERS)
def location(actor: Actor, code: str) -> Any:
    """Show one location: its score, what to work on, and its visits."""
    session, period = web.session(), desk.period(actor)
    found = get_location(session, actor, code)
    page = places.location_page(session, actor, queries.get_programme(session, actor), period, found)
    if desk.csv():
        return sheets.respond(sheets.COLUMNS, sheets.location(page), f"location-{period.quarter}")
    return desk.show("insight/location.html", page, sentences=agenda_words)


@bp.get("/results/visits/<int:visit_id>")
@allow(*DESK, *MANAGERS)
def visit(actor: Actor, visit_id: int) -> Any:
    """Show one approved visit with its answers and photos."""
    page = queries.visit_page(web.session(), actor, visit_id, web.locale())
    return web.page("insight/visit.html", page=page, words=words)


@bp.get("/results/visits/<int:visit_id>/photos/<int:evidence_id>")
@allow(*DESK, *MANAGERS)
def visit_photo(actor: Actor, visit_id: int, evidence_id: int) -> Any:
    """Show one photo of an approved visit large, with the way to those before and after it."""
    page = queries.photo_page(web.session(), actor, visit_id, evidence_id, web.locale())
    return web.page("insight/photo.html", page=page)


@bp.get("/results/criteria")
@allow(*DESK, *MANAGERS)
def criteria(actor: Actor) -> Any:
    """Show all criteria of the standard with the network's scores."""
    channel, region = filters.read_channel(request.args), desk.region(actor)
    page = norms.criteria_page(*desk.ground(actor), channel=channel, region=region)
    if desk.csv():
        return sheets.respond(sheets.COLUMNS, sheets.criteria(page, web.locale()), f"criteria-{page.period.quarter}")
    return desk.show("insight/criteria.html", page)


@bp.get("/results/criteria/<code>")
@allow(*DESK, *MANAGERS)
def criterion(actor: Actor, code: str) -> Any:
    """Show one criterion: its norm, the network, regions and locations, the items that measure it."""
    page = norms.criterion_page(*desk.ground(actor), code, everything=desk.csv() or "all" in request.args)
    if desk.csv():
        return sheets.respond(sheets.COLUMNS, sheets.criterion(page), f"criterion-{page.period.quarter}")
    return desk.show("insight/criterion.html", page)
