"""Routes of `account`: log in and out, one-time links, profile, language, the first page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select

from auditapp import attempts, links, mail, navigation, web
from auditapp.access import EVERYBODY, SIGNED_IN, actor_for, allow
from auditapp.account import queries, service
from auditapp.account.forms import ChangePasswordForm, ForgotForm, LoginForm, NewPasswordForm
from auditapp.models import User
from checklists.problems import Problem

bp = Blueprint("account", __name__)


@bp.get("/")
@allow(SIGNED_IN)
def home() -> Any:
    """Lead to the first page of the person's day, or let them choose a programme."""
    programmes = queries.programmes_of(web.session(), current_user.row)
    if len(programmes) == 1:
        programme = programmes[0]
        user = current_user.row
        actor = actor_for(web.session(), user.id, user.name, user.is_administrator, programme.code)
        if actor is not None:
            return redirect(url_for(navigation.first_page(actor.roles), programme=programme.code), 303)
    return web.page("account/programmes.html", programmes=programmes)


@bp.get("/p/<programme>")
@allow(SIGNED_IN)
def enter(programme: str) -> Any:
    """Lead to the first page of the person's day in one programme."""
    user = current_user.row
    actor = actor_for(web.session(), user.id, user.name, user.is_administrator, programme)
    if actor is None:
        raise Problem("not_found")
    return redirect(url_for(navigation.first_page(actor.roles), programme=programme), 303)


@bp.route("/login", methods=["GET", "POST"])
@allow(EVERYBODY)
def login() -> Any:
    target = web.local_path(request.values.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target or url_for(".home"), 303)
    form = LoginForm()
    if form.validate_on_submit():
        limits = attempts.of_log_in(form.email.data, request.remote_addr)
        try:
            attempts.check_attempts(web.session(), *limits, now=web.now())
            signed_in = service.sign_in(
                web.session(),
                form.email.data,
                form.password.data,
                device=request.user_agent.string,
                now=web.now(),
            )
        except Problem as problem:
            if problem.code == "wrong_credentials":
                attempts.record_failure(web.session(), *limits, now=web.now())
            form.form_errors.append(problem.text(web.locale()))
            status = 429 if problem.code == "too_many_attempts" else 422
            return web.page("account/login.html", status, form=form, target=target)
        attempts.forget_failures(web.session(), limits[0])
        chosen = cookie.get("locale")
        cookie.clear()  # a session from before the log-in must not live on under the new name
        if chosen:
            cookie["locale"] = chosen
        # On an auditor's phone the log-in outlives the browser, which the phone ends whenever it is short of memory.
        cookie.permanent = service.idle_limit(web.session(), signed_in.row.id) == service.IDLE_AUDITOR
        login_user(signed_in)
        return redirect(target or url_for(".home"), 303)
    return web.page("account/login.html", 422 if form.errors else 200, form=form, target=target)


@bp.post("/logout")
@allow(SIGNED_IN)
def logout() -> Any:
    service.sign_out(web.session(), current_user.token, web.now())
    logout_user()
    flash(_("You are logged out."))
    return web.see_other(".login")


@bp.route("/forgot", methods=["GET", "POST"])
@allow(EVERYBODY)
def forgot() -> Any:
    form = ForgotForm()
    if form.validate_on_submit():
        session = web.session()
        box, sender = attempts.of_letters_to(form.email.data), attempts.of_letters_from(request.remote_addr)
        try:
            attempts.check_attempts(session, sender, now=web.now())
        except Problem as problem:
            form.form_errors.append(problem.text(web.locale()))
            return web.page("account/forgot.html", 429, form=form)
        allowed = attempts.may_try(session, box, web.now())
        attempts.record_failure(session, box, sender, now=web.now())
        address = links.normal_address(form.email.data)
        user = session.scalar(select(User).where(User.email == address, User.active.is_(True))) if allowed else None
        if user is not None:
            token = links.make_link(session, user, "reset", web.now())
            mail.post(
                session,
                web.jobs(),
                to=user.email,
                subject=_("A new password"),
                body=_(
                    "Open this address within 30 minutes to choose a new password:\n\n%(url)s\n\n"
                    "If you did not ask for it, you need not do anything.",
                    url=web.settings().base_url + url_for(".link", token=token),
                ),
            )
        # The same answer for a known and an unknown address.
        return web.page("account/forgot_sent.html")
    return web.page("account/forgot.html", 422 if form.errors else 200, form=form)


@bp.route("/link/<token>", methods=["GET", "POST"])
@allow(EVERYBODY)
def link(token: str) -> Any:
    """Choose a password after an invitation or a reset."""
    session = web.session()
    found = links.get_link(session, token, web.now())
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            service.accept_link(session, token, form.password.data, web.now())
        except Problem as problem:
            form.form_errors.append(problem.text(web.locale()))
            return web.page("account/link.html", 422, form=form, link=found)
        flash(_("Your password is set. Log in with it."))
        return web.see_other(".login")
    return web.page("account/link.html", 422 if form.errors else 200, form=form, link=found)


@bp.route("/profile", methods=["GET", "POST"])
@allow(SIGNED_IN)
def profile() -> Any:
    """Show one's sessions and change one's password."""
    session = web.session()
    form = ChangePasswordForm()
    status = 200
    if form.validate_on_submit():
        limit = attempts.of_password(current_user.row.id)
        try:
            attempts.check_attempts(session, limit, now=web.now())
            service.change_password(session, current_user, form.old.data, form.password.data, web.now())
        except Problem as problem:
            if problem.code == "wrong_credentials":
                attempts.record_failure(session, limit, now=web.now())
            form.form_errors.append(problem.text(web.locale()))
            status = 422
        else:
            flash(_("Your password is changed. Other devices are logged out."))
            return web.see_other(".profile")
    return web.page(
        "account/profile.html",
        422 if form.errors else status,
        form=form,
        sessions=queries.sessions_of(session, current_user.row.id, current_user.token),
    )


@bp.post("/profile/log-out-elsewhere")
@allow(SIGNED_IN)
def log_out_elsewhere() -> Any:
    service.sign_out_everywhere(web.session(), current_user.row.id, web.now(), keep=current_user.token)
    flash(_("All other devices are logged out."))
    return web.see_other(".profile")


@bp.post("/language")
@allow(EVERYBODY)
def language() -> Any:
    """Switch the language and stay where one was."""
    chosen = request.form.get("locale", "")
    if chosen in web.LANGUAGES:
        cookie["locale"] = chosen
        if current_user.is_authenticated:
            web.session().get_one(User, current_user.row.id).locale = chosen
    return redirect(web.local_path(request.form.get("next")) or url_for(".home"), 303)
