"""What the views of this room share: the blueprint, and the way from a sent form to a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, request
from flask_wtf import FlaskForm

from auditapp import web
from checklists.lifecycle import Role
from checklists.problems import Problem

bp = Blueprint("programme", __name__)
MANAGE = (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)

Done = TypeVar("Done")
Form = TypeVar("Form", bound=FlaskForm)


def refuse(form: Any, problem: Problem) -> None:
    """Show a refusal beside the field it names, or on top of the form."""
    name = problem.place.find("field") if problem.place else None
    if name is not None and name in form:
        form[name].errors = [*form[name].errors, problem.sentence(web.locale())]
    else:
        form.form_errors.append(problem.sentence(web.locale()))


def accept(form: Any, act: Callable[[], Done], *, named: str | None = None) -> Done | None:
    """Do what a sent form asks. None: the form stays as it was typed, every refusal beside the field it names.

    `named`: the form of a page with several (`one_of`); nothing is done when another one was sent.
    """
    if (named and request.form.get("act") != named) or not form.validate_on_submit():
        return None
    try:
        with web.session().begin_nested():  # a page that shows a refusal commits; nothing half done may be in it
            return act()
    except Problem as problem:
        refuse(form, problem)
        return None


def form_page(template: str, form: Any, **values: Any) -> Any:
    """Show a page around its form: 422 when the form was refused."""
    return web.page(template, 422 if form.errors else 200, form=form, **values)


def one_of(shape: type[Form], named: str, **values: Any) -> Form:
    """Return one of the forms of a page, filled in only when it is the one that was sent."""
    form: Form = shape(**values) if request.form.get("act") == named else shape(formdata=None, **values)
    return form
