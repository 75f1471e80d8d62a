"""Routes of the method: how far figures can be trusted, what more visits would tell, whom a rule would meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from auditapp import web
from auditapp.access import DESK, MANAGERS, Actor, allow
from auditapp.insight import desk, explain, explain_lists, explain_tables, method, method_words, plans, queries
from auditapp.insight.desk import bp
from auditapp.insight.filters import Period
from auditapp.models import Programme
from checklists.lifecycle import Role
from reports import method as printed

T = TypeVar("T")


@bp.context_processor
def explain_numbers() -> dict[str, Any]:
    """Let every page of results say how its numbers came about (`insight/_explain.html`)."""
    return {"explain": explain, "explain_lists": explain_lists, "explain_tables": explain_tables}


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
    return _show("method_items", _asked(actor, method.items_page))


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
    return method.funnel_page(*desk.ground(actor), request.args)


@bp.get("/results/method/shoppers")
@allow(Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER)
def method_shoppers(actor: Actor) -> Any:
    """Show how strict shoppers are, by pseudonym, and whether that can be told from how good locations are."""
    return _show("method_shoppers", _asked(actor, method.shoppers_page))


@bp.get("/results/method/planner")
@allow(*DESK, *MANAGERS)
def method_planner(actor: Actor) -> Any:
    """Answer how many visits a question needs."""
    return _show("method_planner", _asked(actor, plans.plan_page))


@bp.get("/results/method/rules")
@allow(*DESK, *MANAGERS)
def method_rules(actor: Actor) -> Any:
    """Show how a rule errs: whom it would hit by chance, and whom it would miss."""
    return _show("method_rules", _asked(actor, plans.rule_page))


def _asked(actor: Actor, build: Callable[[Session, Programme, Period, MultiDict[str, str]], T]) -> T:
    """Return a page that is the same for everybody, for what the address asks."""
    session = web.session()
    return build(session, queries.get_programme(session, actor), desk.period(actor), request.args)


def _show(template: str, page: Any, **values: Any) -> Any:
    return desk.show(f"insight/{template}.html", page, said=method_words, key_of=method.key_of, **values)
