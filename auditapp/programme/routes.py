"""Routes of `programme`: the programme manager's desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from auditapp import mail, web
from auditapp.access import Actor, administrator_only, allow, get_location, get_visit
from auditapp.models import Location
from auditapp.programme import forms, queries, service
from checklists.lifecycle import Role, State
from checklists.model import Channel
from checklists.problems import Problem, at

bp = Blueprint("programme", __name__)
MANAGE = (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)


def refuse(form: Any, problem: Problem) -> None:
    """Show a refusal beside the field it names, or on top of the form."""
    name = problem.place.find("field") if problem.place else None
    if name is not None and name in form:
        form[name].errors = [*form[name].errors, problem.sentence(web.locale())]
    else:
        form.form_errors.append(problem.text(web.locale()))


@bp.route("/programmes/new", methods=["GET", "POST"])
@administrator_only
def new_programme() -> Any:
    form = forms.ProgrammeForm()
    if form.validate_on_submit():
        try:
            programme = service.create_programme(
                web.session(),
                code=form.code.data,
                name=form.name.data,
                kind=form.kind.data,
                actor_id=current_user.row.id,
                now=web.now(),
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            return web.see_other(".overview", programme=programme.code)
    return web.page("programme/new.html", 422 if form.errors else 200, form=form)


@bp.get("/p/<programme>/programme")
@allow(*MANAGE)
def overview(actor: Actor) -> Any:
    return web.page("programme/overview.html", overview=queries.overview(web.session(), actor))


@bp.route("/p/<programme>/programme/settings", methods=["GET", "POST"])
@allow(*MANAGE)
def settings(actor: Actor) -> Any:
    programme = queries.get_programme(web.session(), actor)
    weights = {channel.value: programme.channel_weights.get(channel.value, 1) for channel in Channel}
    form = forms.SettingsForm(data={"name": programme.name, **weights})
    if form.validate_on_submit():
        chosen = {channel.value: float(form[channel.value].data) for channel in Channel}
        if not any(chosen.values()):
            form.form_errors.append(_("At least one channel needs a weight above 0."))
        else:
            service.save_settings(
                web.session(), programme, name=form.name.data, weights=chosen, actor=actor, now=web.now()
            )
            flash(_("The settings are saved."))
            return web.see_other(".overview", programme=actor.programme)
    return web.page("programme/settings.html", 422 if form.errors else 200, form=form)


@bp.get("/p/<programme>/programme/locations")
@allow(*MANAGE)
def locations(actor: Actor) -> Any:
    page, text = web.page_number(), request.args.get("q", "").strip()
    rows = queries.locations(web.session(), actor, text=text, page=page)
    return web.page(
        "programme/locations.html",
        rows=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        page=page,
        text=text,
        regions=queries.regions(web.session(), actor),
        form=_region_form(actor),
    )


def _region_form(actor: Actor) -> forms.RegionForm:
    form = forms.RegionForm()
    paths = [region.path for region in queries.regions(web.session(), actor)]
    form.parent.choices = [SelectChoice("", _("top of the network")), *(SelectChoice(path) for path in paths)]
    return form


@bp.post("/p/<programme>/programme/regions")
@allow(*MANAGE)
def add_region(actor: Actor) -> Any:
    form = _region_form(actor)
    if not form.validate_on_submit():
        raise Problem("empty_value")
    region = service.add_region(
        web.session(), actor, parent=form.parent.data, name=form.name.data.strip(), now=web.now()
    )
    flash(_("The region %(path)s is added.", path=region.path))
    return web.see_other(".locations", programme=actor.programme)


@bp.route("/p/<programme>/programme/locations/new", methods=["GET", "POST"], defaults={"code": None})
@bp.route("/p/<programme>/programme/locations/<code>", methods=["GET", "POST"])
@allow(*MANAGE)
def location(actor: Actor, code: str | None) -> Any:
    session = web.session()
    row: Location | None = get_location(session, actor, code) if code else None
    form = forms.LocationForm(obj=row, data={"region": row.region.path} if row else None)
    form.region.choices = [SelectChoice(region.path) for region in queries.regions(session, actor)]
    if form.validate_on_submit():
        values = {
            name: form[name].data for name in ("code", "name", "format", "city", "attributes", "opened_on", "closed_on")
        }
        try:
            saved = service.save_location(session, actor, row, values, region=form.region.data, now=web.now())
        except Problem as problem:
            refuse(form, problem)
        else:
            flash(_("The location %(name)s is saved.", name=saved.name))
            return web.see_other(".locations", programme=actor.programme)
    return web.page("programme/location.html", 422 if form.errors else 200, form=form, row=row)


@bp.get("/p/<programme>/programme/people")
@allow(*MANAGE)
def people(actor: Actor) -> Any:
    page, role = web.page_number(), request.args.get("role", "")
    rows = queries.people(web.session(), actor, role=role, page=page)
    return web.page(
        "programme/people.html",
        rows=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        page=page,
        role=role,
        roles=forms.ROLES,
    )


@bp.route("/p/<programme>/programme/people/new", methods=["GET", "POST"])
@allow(*MANAGE)
def invite(actor: Actor) -> Any:
    session = web.session()
    form = forms.PersonForm()
    form.region.choices = [SelectChoice("", "–"), *(SelectChoice(row.path) for row in queries.regions(session, actor))]
    if form.validate_on_submit():
        try:
            membership, token = service.invite(
                session,
                actor.programme_id,
                email=form.email.data,
                name=form.name.data.strip(),
                role=Role(form.role.data),
                region=form.region.data,
                location=form.location.data.strip(),
                pseudonym=form.pseudonym.data.strip(),
                locale=web.locale(),
                actor_id=actor.user_id,
                now=web.now(),
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            _send_invitation(membership.user.email, token)
            flash(_("%(name)s is invited.", name=membership.user.name))
            return web.see_other(".people", programme=actor.programme)
    return web.page("programme/invite.html", 422 if form.errors else 200, form=form)


def _send_invitation(email: str, token: str | None) -> None:
    """Write the letter: with a link for a new account, without one for somebody who has a password."""
    base = web.settings().base_url
    if token is None:
        body = _("You have been given access to another programme. Log in here:\n\n%(url)s", url=base)
    else:
        body = _(
            "You are invited to auditapp. Choose your password here within 7 days:\n\n%(url)s",
            url=base + url_for("account.link", token=token),
        )
    mail.post(
        web.session(), web.database(), web.settings(), to=email, subject=_("Your invitation"), body=body, now=web.now()
    )


@bp.post("/p/<programme>/programme/people/<int:membership_id>")
@allow(*MANAGE)
def membership(actor: Actor, membership_id: int) -> Any:
    active = request.form.get("active") == "yes"
    service.set_membership_active(web.session(), actor, membership_id, active, web.now())
    flash(_("Access is given back.") if active else _("Access is taken away."))
    return web.see_other(".people", programme=actor.programme)


@bp.route("/p/<programme>/programme/waves/new", methods=["GET", "POST"])
@allow(*MANAGE)
def new_wave(actor: Actor) -> Any:
    form = forms.WaveForm()
    if form.validate_on_submit():
        try:
            row = service.create_wave(
                web.session(),
                actor,
                code=form.code.data,
                name=form.name.data,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                now=web.now(),
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            return web.see_other(".wave", programme=actor.programme, wave_id=row.id)
    return web.page("programme/new_wave.html", 422 if form.errors else 200, form=form)


@bp.get("/p/<programme>/programme/waves/<int:wave_id>")
@allow(*MANAGE)
def wave(actor: Actor, wave_id: int) -> Any:
    return _wave_page(actor, wave_id, forms.NoticeForm(formdata=None))


def _wave_page(actor: Actor, wave_id: int, notice: forms.NoticeForm) -> Any:
    session = web.session()
    row = service.get_wave(session, actor, wave_id)
    coverage = next(c for c in queries.waves(session, actor) if c.wave.id == row.id)
    page, status = web.page_number(), request.args.get("status", "")
    rows = queries.assignments(session, actor, wave_id=row.id, status=status, page=page)
    return web.page(
        "programme/wave.html",
        422 if notice.errors else 200,
        coverage=coverage,
        wave=row,
        programme=queries.get_programme(session, actor),
        notice=notice,
        rows=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        page=page,
        state=status,
        states=list(State),
    )


@bp.post("/p/<programme>/programme/waves/<int:wave_id>/notice")
@allow(*MANAGE)
def notice(actor: Actor, wave_id: int) -> Any:
    row = service.get_wave(web.session(), actor, wave_id)
    form = forms.NoticeForm()
    if not form.validate_on_submit():
        return _wave_page(actor, wave_id, form)
    try:
        service.record_notice(
            web.session(),
            actor,
            row,
            text=form.text.data,
            on=form.on.data,
            channel=form.channel.data,
            confirmed_by=form.confirmed_by.data,
            now=web.now(),
        )
    except Problem as problem:
        refuse(form, problem)
        return _wave_page(actor, wave_id, form)
    flash(_("The notice to staff is on record."))
    return web.see_other(".wave", programme=actor.programme, wave_id=row.id)


@bp.post("/p/<programme>/programme/waves/<int:wave_id>/status")
@allow(*MANAGE)
def wave_status(actor: Actor, wave_id: int) -> Any:
    session = web.session()
    row = service.get_wave(session, actor, wave_id)
    if request.form.get("status") == "open":
        try:
            service.open_wave(session, actor, row, queries.get_programme(session, actor).kind, web.now())
        except Problem as problem:
            notice = forms.NoticeForm(formdata=None)
            refuse(notice, problem)
            return _wave_page(actor, wave_id, notice)
        flash(_("The wave is open: visits can be assigned."))
    else:
        service.close_wave(session, actor, row, web.now())
        flash(_("The wave is closed."))
    return web.see_other(".wave", programme=actor.programme, wave_id=row.id)


def _assignment_choices(actor: Actor, form: Any) -> None:
    session = web.session()
    form.wave.choices = [
        SelectChoice(c.wave.id, c.wave.name) for c in queries.waves(session, actor) if c.wave.status == "open"
    ]
    form.checklist.choices = [
        SelectChoice(row.id, f"{row.code} {row.version}") for row in queries.checklists(session, actor)
    ]
    if "auditor" in form:
        form.auditor.choices = [SelectChoice(row.id, row.pseudonym) for row in queries.auditors(session, actor)]


@bp.route("/p/<programme>/programme/assignments/new", methods=["GET", "POST"])
@allow(*MANAGE)
def assign(actor: Actor) -> Any:
    session = web.session()
    form = forms.AssignmentForm()
    _assignment_choices(actor, form)
    if form.validate_on_submit():
        try:
            row = service.assign(
                session,
                actor,
                service.get_wave(session, actor, form.wave.data),
                _location_named(actor, form.location.data.strip()),
                service.get_checklist(session, actor, form.checklist.data),
                service.get_auditor(session, actor, form.auditor.data),
                scenario=form.scenario.data.strip(),
                kind=form.kind.data,
                window_from=form.window_from.data,
                window_to=form.window_to.data,
                now=web.now(),
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            flash(_("The visit %(code)s is assigned.", code=row.code))
            return web.see_other(".wave", programme=actor.programme, wave_id=row.wave_id)
    return web.page("programme/assign.html", 422 if form.errors else 200, form=form)


def _location_named(actor: Actor, code: str) -> Location:
    try:
        return get_location(web.session(), actor, code)
    except Problem as problem:
        raise Problem("unknown_location", at(field="location"), value=code) from problem


@bp.route("/p/<programme>/programme/assignments/rule", methods=["GET", "POST"])
@allow(*MANAGE)
def rule(actor: Actor) -> Any:
    """Preview what the rule would assign, then assign exactly that."""
    session = web.session()
    form = forms.RuleForm()
    _assignment_choices(actor, form)
    planned = []
    names: dict[int, str] = {}
    if form.validate_on_submit():
        try:
            wave = service.get_wave(session, actor, form.wave.data)
            version = service.get_checklist(session, actor, form.checklist.data)
            chosen = queries.locations_of_format(session, actor, form.format.data)
            planned = service.preview(session, actor, wave, version, chosen, form.visits_each.data)
            names = {row.id: row.name for row in chosen}
            if request.form.get("seen") and not form.confirm.data:
                form.confirm.errors = [_("Tick this to assign what the preview shows.")]
            elif form.confirm.data:
                count = service.assign_by_rule(session, actor, wave, version, planned, web.now())
                flash(ngettext("%(num)d visit is assigned.", "%(num)d visits are assigned.", count))
                return web.see_other(".wave", programme=actor.programme, wave_id=wave.id)
        except Problem as problem:
            refuse(form, problem)
    pseudonyms = {row.id: row.pseudonym for row in queries.auditors(session, actor)}
    return web.page(
        "programme/rule.html",
        422 if form.errors else 200,
        form=form,
        planned=planned,
        names=names,
        pseudonyms=pseudonyms,
    )


@bp.route("/p/<programme>/programme/assignments/<int:visit_id>", methods=["GET", "POST"])
@allow(*MANAGE)
def assignment(actor: Actor, visit_id: int) -> Any:
    """Show one assignment; give it to somebody else or call it off."""
    session = web.session()
    visit = get_visit(session, actor, visit_id)
    to_other, to_cancel = forms.ReassignForm(formdata=None), forms.ReasonForm(formdata=None)
    choices = [SelectChoice(row.id, row.pseudonym) for row in queries.auditors(session, actor)]
    to_other.auditor.choices = choices
    if request.method == "POST" and request.form.get("act") == "reassign":
        to_other = forms.ReassignForm()
        to_other.auditor.choices = choices
        if to_other.validate_on_submit():
            service.reassign(
                session, actor, visit, service.get_auditor(session, actor, to_other.auditor.data), web.now()
            )
            flash(_("The visit is given to somebody else."))
            return web.see_other(".assignment", programme=actor.programme, visit_id=visit.id)
    elif request.method == "POST":
        to_cancel = forms.ReasonForm()
        if to_cancel.validate_on_submit():
            service.cancel(session, actor, visit, to_cancel.reason.data, web.now())
            flash(_("The visit is called off."))
            return web.see_other(".wave", programme=actor.programme, wave_id=visit.wave_id)
    return web.page(
        "programme/assignment.html",
        422 if to_other.errors or to_cancel.errors else 200,
        visit=visit,
        to_other=to_other,
        to_cancel=to_cancel,
    )
