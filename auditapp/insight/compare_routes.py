"""Routes of the comparisons: many locations, a few side by side, tables of criteria, and the views people keep."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow
from auditapp.insight import (
    compare_words,
    comparison,
    desk,
    filters,
    heat,
    heat_sheet,
    saved,
    sheets,
    side,
    words,
)
from auditapp.insight.comparison import ComparePage
from auditapp.insight.desk import bp
from auditapp.insight.heat import HeatPage
from auditapp.insight.sheets import Row
from auditapp.insight.side import SidePage
from checklists.problems import Problem


@bp.get("/results/compare")
@allow(*DESK, *MANAGERS)
def compare(actor: Actor) -> Any:
    """Compare the locations in scope: which differ, which do not."""
    page = _compare(actor, figures_only=_file_kind() != "")
    if _file_kind():
        rows, sheet = sheets.compare(page), _("Comparison of locations")
        return _file(sheets.COMPARE_COLUMNS, rows, f"comparison-{page.period.quarter}", sheet)
    return _show(actor, "compare", page)


@bp.get("/results/compare.svg")
@allow(*DESK, *MANAGERS)
def compare_svg(actor: Actor) -> Response:
    """Draw the comparison as it stands on its page."""
    response = web.picture(_compare(actor).picture(web.locale(), "svg"))
    if "file" in request.args:
        response.headers["Content-Disposition"] = 'attachment; filename="comparison.svg"'
    return response


@bp.get("/results/compare.png")
@allow(*DESK, *MANAGERS)
def compare_png(actor: Actor) -> Response:
    """Give the same picture as an image for a slide."""
    response = current_app.make_response(_compare(actor).picture(web.locale(), "png"))
    response.mimetype = "image/png"
    response.headers["Content-Disposition"] = 'attachment; filename="comparison.png"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _compare(actor: Actor, *, figures_only: bool = False) -> ComparePage:
    return comparison.compare_page(
        *desk.ground(actor),
        region=desk.region(actor),
        channel=filters.read_compared_channel(request.args),
        location_format=filters.read_format(request.args),
        everything=figures_only or "all" in request.args,
        wave=request.args.get("wave", ""),
        figures_only=figures_only,
    )


@bp.get("/results/side")
@allow(*DESK, *MANAGERS)
def side_by_side(actor: Actor) -> Any:
    """Show two to six locations side by side, criterion by criterion and quarter by quarter."""
    page = _side(actor)
    if _file_kind():
        return _file(side.COLUMNS, side.sheet(page), f"side-{page.period.quarter}", _("Side by side"))
    return _show(actor, "side", page)


def _side(actor: Actor) -> SidePage:
    return side.side_page(*desk.ground(actor), request.args.getlist("location"), search=request.args.get("search", ""))


@bp.get("/results/heat")
@allow(*DESK, *MANAGERS)
def criteria_table(actor: Actor) -> Any:
    """Show all criteria by region or by location in one table."""
    page = _heat(actor)
    if _file_kind():
        rows, sheet = heat_sheet.rows_of(page), _("Table of criteria")
        return _file(heat_sheet.COLUMNS, rows, f"criteria-{page.by}-{page.period.quarter}", sheet)
    return _show(actor, "heat", page)


def _heat(actor: Actor) -> HeatPage:
    return heat.heat_page(
        *desk.ground(actor),
        by=filters.read_choice("by", request.args, heat.KINDS) or heat.default_kind(actor),
        region=desk.region(actor),
        channel=filters.read_channel(request.args),
        location_format=filters.read_format(request.args),
        page=web.page_number(),
        everything=_file_kind() != "",
    )


@bp.post("/results/views")
@allow(*DESK, *MANAGERS)
def save_view(actor: Actor) -> Any:
    """Keep the page that was looked at, whose parameters this address has, under a name; else show it with the reason.

    The reason stands beside the field, with what was typed and with the same filters.
    """
    name, page = request.form.get("name", ""), request.form.get("page", "")
    if page not in ENDPOINTS:
        raise Problem("unknown_value", key="page", value=page[:80], allowed=", ".join(ENDPOINTS))
    query = request.query_string.decode(errors="replace")
    try:
        row = saved.save_view(web.session(), actor, name=name, page=page, query=query, now=web.now())
    except Problem as refusal:
        shown = _compare(actor) if page == "compare" else _side(actor) if page == "side" else _heat(actor)
        return _show(actor, page, shown, status=422, typed=name, refused=refusal.text(web.locale()))
    flash(_("The view “%(name)s” is saved.", name=row.name))
    return web.to_path(_address(actor, row.page, row.query))


@bp.post("/results/views/<int:view_id>/delete")
@allow(*DESK, *MANAGERS)
def delete_view(actor: Actor, view_id: int) -> Any:
    """Remove a view of one's own and stay on the page it was of."""
    row = saved.delete_view(web.session(), actor, view_id)
    flash(_("The view “%(name)s” is removed.", name=row.name))
    return web.to_path(_address(actor, row.page, row.query))


ENDPOINTS = {"compare": ".compare", "side": ".side_by_side", "heat": ".criteria_table"}


def _address(actor: Actor, page: str, query: str) -> str:
    path = url_for(ENDPOINTS[page], programme=actor.programme)
    return f"{path}?{query}" if query else path


def _file_kind() -> str:
    """Return "csv" or "xlsx" where the figures are wanted as a file, "" for a page."""
    kind = request.args.get("format", "")
    return kind if kind in ("csv", "xlsx") else ""


def _file(columns: tuple[str, ...], rows: list[Row], name: str, sheet: str) -> Response:
    if _file_kind() == "xlsx":
        return sheets.respond_xlsx(columns, rows, name, sheet)
    return sheets.respond(columns, rows, name)


def _show(actor: Actor, name: str, page: Any, *, status: int = 200, typed: str = "", refused: str = "") -> Any:
    """Render a comparison; it knows its own address, as a page, as files, and among the views that were kept.

    `refused` says why the view could not be kept under the name `typed`.
    """
    query = saved.clean(name, list(request.args.items(multi=True)))
    joined = f"{_address(actor, name, query)}{'&' if query else '?'}"
    return web.page(
        f"insight/{name}.html",
        status,
        page=page,
        here=_address(actor, name, ""),
        typed=typed,
        refused=refused,
        picture_svg=f"{url_for('.compare_svg', programme=actor.programme)}?{query}",
        picture_png=f"{url_for('.compare_png', programme=actor.programme)}?{query}",
        words=words,
        said=compare_words,
        csv=f"{joined}format=csv",
        xlsx=f"{joined}format=xlsx",
        everything=f"{joined}all=1",
        query=query,
        kind=name,
        views=[(view, _view_address(actor, view)) for view in saved.views_of(web.session(), actor)],
    )


def _view_address(actor: Actor, view: saved.View) -> str:
    return _address(actor, view.page, view.query)
