"""Routes of `programme`: waves, and who visits which location in them."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from auditapp import web
from auditapp.access import Actor, allow, get_location, get_visit
from auditapp.convert import checklist_of
from auditapp.models import Location
from auditapp.programme import assignments, forms, planning, queries, waves
from auditapp.programme.desk import MANAGE, accept, bp, form_page, one_of, refuse
from checklists.lifecycle import State
from checklists.model import Channel
from checklists.problems import Problem, at


@bp.route("/p/<programme>/programme/waves/new", methods=["GET", "POST"])
@allow(*MANAGE)
def new_wave(actor: Actor) -> Any:
    form = forms.WaveForm()
    row = accept(
        form,
        lambda: waves.create_wave(
            web.session(),
            actor,
            code=form.code.data,
            name=form.name.data,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            now=web.now(),
        ),
    )
    if row is not None:
        return web.see_other(".wave", programme=actor.programme, wave_id=row.id)
    return form_page("programme/new_wave.html", form)


@bp.get("/p/<programme>/programme/waves/<int:wave_id>")
@allow(*MANAGE)
def wave(actor: Actor, wave_id: int) -> Any:
    return _wave_page(actor, wave_id, forms.NoticeForm(formdata=None))


def _wave_page(actor: Actor, wave_id: int, notice: forms.NoticeForm, close: forms.CloseForm | None = None) -> Any:
    session = web.session()
    row = waves.get_wave(session, actor, wave_id)
    coverage = next(c for c in queries.waves(session, actor) if c.wave.id == row.id)
    page, status = web.page_number(), request.args.get("status", "")
    rows = queries.assignments(session, actor, wave_id=row.id, status=status, page=page)
    return web.page(
        "programme/wave.html",
        422 if notice.errors or (close and close.errors) else 200,
        form=notice,
        close=close or forms.CloseForm(formdata=None),
        coverage=coverage,
        wave=row,
        programme=queries.get_programme(session, actor),
        rows=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        page=page,
        state=status,
        states=list(State),
    )


@bp.route("/p/<programme>/programme/waves/<int:wave_id>/change", methods=["GET", "POST"])
@allow(*MANAGE)
def change_wave(actor: Actor, wave_id: int) -> Any:
    """Change the name and the days of a wave, or remove it when it has no visit."""
    session = web.session()
    row = waves.get_wave(session, actor, wave_id)
    change = one_of(forms.WaveChangeForm, "change", obj=row)
    remove = one_of(forms.RemoveForm, "remove")
    changed = accept(
        change,
        lambda: waves.change_wave(
            session,
            actor,
            row,
            name=change.name.data,
            starts_on=change.starts_on.data,
            ends_on=change.ends_on.data,
            now=web.now(),
        ),
        named="change",
    )
    if changed is not None:
        flash(_("The wave is saved."))
        return web.see_other(".wave", programme=actor.programme, wave_id=wave_id)
    if accept(remove, lambda: waves.remove_wave(session, actor, row, web.now()), named="remove") is not None:
        flash(_("The wave “%(name)s” is removed.", name=row.name))
        return web.see_other(".overview", programme=actor.programme)
    return web.page(
        "programme/change_wave.html",
        422 if change.errors or remove.errors else 200,
        wave=row,
        use=queries.wave_use(session, row),
        change=change,
        remove=remove,
    )


@bp.post("/p/<programme>/programme/waves/<int:wave_id>/notice")
@allow(*MANAGE)
def notice(actor: Actor, wave_id: int) -> Any:
    row = waves.get_wave(web.session(), actor, wave_id)
    form = forms.NoticeForm()
    recorded = accept(
        form,
        lambda: waves.record_notice(
            web.session(),
            actor,
            row,
            text=form.text.data,
            on=form.on.data,
            channel=form.channel.data,
            confirmed_by=form.confirmed_by.data,
            now=web.now(),
        ),
    )
    if recorded is None:
        return _wave_page(actor, wave_id, form)
    flash(_("The notice to staff is on record."))
    return web.see_other(".wave", programme=actor.programme, wave_id=row.id)


@bp.post("/p/<programme>/programme/waves/<int:wave_id>/status")
@allow(*MANAGE)
def wave_status(actor: Actor, wave_id: int) -> Any:
    session = web.session()
    row = waves.get_wave(session, actor, wave_id)
    if request.form.get("status") == "open":
        try:
            waves.open_wave(session, actor, row, queries.get_programme(session, actor).kind, web.now())
        except Problem as problem:
            notice = forms.NoticeForm(formdata=None)
            refuse(notice, problem)
            return _wave_page(actor, wave_id, notice)
        flash(_("The wave is open: visits can be assigned."))
    else:
        close = forms.CloseForm()
        out = next(c for c in queries.waves(session, actor) if c.wave.id == row.id).waiting
        if out and not close.validate():
            return _wave_page(actor, wave_id, forms.NoticeForm(formdata=None), close)
        waves.close_wave(session, actor, row, web.now())
        flash(_("The wave is closed."))
    return web.see_other(".wave", programme=actor.programme, wave_id=row.id)


def _fill_choices(actor: Actor, form: Any) -> dict[str, Any]:
    """Fill in the choices of an assignment form; returns what its page shows beside it."""
    session = web.session()
    channels = {choice.value: choice.label for choice in forms.CHANNELS}
    form.wave.choices = [
        SelectChoice(c.wave.id, c.wave.name) for c in queries.waves(session, actor) if c.wave.status == "open"
    ]
    versions = [(row, checklist_of(row).scenarios) for row in queries.checklists(session, actor)]
    form.checklist.choices = [
        SelectChoice(row.id, f"{row.code} {row.version} – {channels[row.channel]}") for row, _scenarios in versions
    ]
    auditors = queries.auditors(session, actor)
    if "auditor" in form:
        form.auditor.choices = [SelectChoice(row.id, row.pseudonym) for row in auditors]
    if "scenario" in form:
        form.scenario.choices = [SelectChoice("", _("the first one of the checklist"))] + [
            SelectChoice(f"{row.id}:{each.code}", f"{each.title.get(web.locale())} ({row.code} {row.version})")
            for row, scenarios in versions
            for each in scenarios
        ]
    return {"versions": versions, "pseudonyms": {row.id: row.pseudonym for row in auditors}}


@bp.route("/p/<programme>/programme/assignments/new", methods=["GET", "POST"])
@allow(*MANAGE)
def assign(actor: Actor) -> Any:
    session = web.session()
    form = forms.AssignmentForm()
    beside = _fill_choices(actor, form)
    row = accept(
        form,
        lambda: assignments.assign(
            session,
            actor,
            waves.get_wave(session, actor, form.wave.data),
            _location_named(actor, form.location.data),
            assignments.get_checklist(session, actor, form.checklist.data),
            assignments.get_auditor(session, actor, form.auditor.data),
            scenario=form.scenario.data.partition(":")[2],
            kind=form.kind.data,
            window_from=form.window_from.data,
            window_to=form.window_to.data,
            now=web.now(),
        ),
    )
    if row is not None:
        flash(_("The visit %(code)s is assigned.", code=row.code))
        return web.see_other(".wave", programme=actor.programme, wave_id=row.wave_id)
    return form_page("programme/assign.html", form, **beside)


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
    beside = _fill_choices(actor, form)
    if request.method == "GET" and beside["versions"]:
        form.format.data = planning.USUAL_FORMAT[Channel(beside["versions"][0][0].channel)]
    preview = accept(form, lambda: _preview(actor, form))
    if preview is not None and not preview.fitting:
        form.format.errors = [_("No location fits, so nothing would be assigned. The reasons stand below.")]
    elif preview is not None and not preview.planned:
        form.visits_each.errors = [_("Every location that fits has this many visits in the wave already.")]
    elif preview is not None and form.confirm.data:
        count = assignments.assign_by_rule(session, actor, preview, web.now())
        flash(ngettext("%(num)d visit is assigned.", "%(num)d visits are assigned.", count))
        return web.see_other(".wave", programme=actor.programme, wave_id=preview.wave.id)
    elif preview is not None and request.form.get("seen"):
        form.confirm.errors = [_("Tick this to assign what the preview shows.")]
    return form_page("programme/rule.html", form, preview=preview, **beside)


def _preview(actor: Actor, form: forms.RuleForm) -> assignments.Preview:
    session = web.session()
    return assignments.preview(
        session,
        actor,
        waves.get_wave(session, actor, form.wave.data),
        assignments.get_checklist(session, actor, form.checklist.data),
        queries.locations_of_format(session, actor, form.format.data),
        form.visits_each.data,
    )


@bp.route("/p/<programme>/programme/assignments/<int:visit_id>", methods=["GET", "POST"])
@allow(*MANAGE)
def assignment(actor: Actor, visit_id: int) -> Any:
    """Show one assignment; give it to somebody else or call it off."""
    session = web.session()
    visit = get_visit(session, actor, visit_id)
    to_other, to_cancel = one_of(forms.ReassignForm, "reassign"), one_of(forms.ReasonForm, "cancel")
    to_other.auditor.choices = [SelectChoice(row.id, row.pseudonym) for row in queries.auditors(session, actor)]
    given = accept(
        to_other,
        lambda: assignments.reassign(
            session, actor, visit, assignments.get_auditor(session, actor, to_other.auditor.data), web.now()
        ),
        named="reassign",
    )
    if given is not None:
        flash(_("The visit is given to somebody else."))
        return web.see_other(".assignment", programme=actor.programme, visit_id=visit.id)
    cancelled = accept(
        to_cancel,
        lambda: assignments.cancel(session, actor, visit, to_cancel.reason.data, web.now()),
        named="cancel",
    )
    if cancelled is not None:
        flash(_("The visit is called off."))
        return web.see_other(".wave", programme=actor.programme, wave_id=visit.wave_id)
    scenarios = checklist_of(visit.checklist_version).scenarios
    return web.page(
        "programme/assignment.html",
        422 if to_other.errors or to_cancel.errors else 200,
        visit=visit,
        scenario=next((each for each in scenarios if each.code == visit.scenario), None),
        to_other=to_other,
        to_cancel=to_cancel,
    )
