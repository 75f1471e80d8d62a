"""Routes of the method: how far figures can be trusted, what more visits would tell, whom a rule would meet."""

from __future__ import annotations

from typing import Any

from flask import request

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow
from auditapp.insight import desk, explain, method, method_words, plans, queries
from auditapp.insight.desk import bp
from checklists.lifecycle import Role
from reports import method as printed


@bp.context_processor
def explain_numbers() -> dict[str, Any]:
    """Let every page of results say how its numbers came about (`insight/_explain.html`)."""
    return {"explain": explain}


@bp.get("/results/method", endpoint="method")
@allow(*DESK, *MANAGERS)
def show_method(actor: Actor) -> Any:
    """Show how figures come about, how far they can be trusted, and what was left out."""
    session = web.session()
    page = method.method_page(session, queries.get_programme(session, actor), desk.period(actor))
    rules = [each.get(web.locale()) for each in printed.rules(page.settings, web.locale())]
    return _show("method", page, rules=rules)


@bp.get("/results/method/questions")
@allow(*DESK, *MANAGERS)
def method_items(actor: Actor) -> Any:
    """Show how the questions of one checklist work."""
    session = web.session()
    page = method.items_page(session, queries.get_programme(session, actor), desk.period(actor), request.args)
    return _show("method_items", page)


@bp.get("/results/method/funnel")
@allow(*DESK, *MANAGERS)
def method_funnel(actor: Actor) -> Any:
    """Show scores by number of visits, with what chance alone would do."""
    page = _funnel(actor)
    return _show("method_funnel", page, described=page.words(web.locale()))


@bp.get("/results/method/funnel.svg")
@allow(*DESK, *MANAGERS)
def funnel_picture(actor: Actor) -> Any:
    """Draw the funnel."""
    return web.picture(_funnel(actor).picture(web.locale()))


def _funnel(actor: Actor) -> method.FunnelPage:
    session = web.session()
    programme, scope = queries.get_programme(session, actor), queries.scope_of(session, actor)
    return method.funnel_page(session, programme, scope, desk.period(actor), request.args)


@bp.get("/results/method/shoppers")
@allow(Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER)
def method_shoppers(actor: Actor) -> Any:
    """Show how strict shoppers are, by pseudonym, and whether that can be told from how good locations are."""
    session = web.session()
    page = method.shoppers_page(session, queries.get_programme(session, actor), desk.period(actor), request.args)
    return _show("method_shoppers", page)


@bp.get("/results/method/planner")
@allow(*DESK, *MANAGERS)
def method_planner(actor: Actor) -> Any:
    """Answer how many visits a question needs."""
    session = web.session()
    page = plans.plan_page(session, queries.get_programme(session, actor), desk.period(actor), request.args)
    return _show("method_planner", page)


@bp.get("/results/method/rules")
@allow(*DESK, *MANAGERS)
def method_rules(actor: Actor) -> Any:
    """Show how a rule errs: whom it would hit by chance, and whom it would miss."""
    session = web.session()
    page = plans.rule_page(session, queries.get_programme(session, actor), desk.period(actor), request.args)
    return _show("method_rules", page)


def _show(template: str, page: Any, **values: Any) -> Any:
    return desk.show(f"insight/{template}.html", page, said=method_words, key_of=method.key_of, **values)
