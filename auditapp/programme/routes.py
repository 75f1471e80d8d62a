"""Routes of `programme`: the programme itself, its network and its people; waves stand in `wave_routes`."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from auditapp import mail, web
from auditapp.access import Actor, administrator_only, allow, get_location
from auditapp.models import Location
from auditapp.programme import forms, network, queries, wave_routes
from auditapp.programme import people as people_service
from auditapp.programme.desk import MANAGE, accept, bp, form_page, one_of
from checklists.lifecycle import Role
from checklists.model import Channel
from reports.pictures import LOGO_BYTES

__all__ = ["bp", "wave_routes"]


@bp.route("/programmes/new", methods=["GET", "POST"])
@administrator_only
def new_programme() -> Any:
    form = forms.ProgrammeForm()
    programme = accept(
        form,
        lambda: network.create_programme(
            web.session(),
            code=form.code.data,
            name=form.name.data,
            kind=form.kind.data,
            actor_id=current_user.row.id,
            now=web.now(),
        ),
    )
    if programme is not None:
        return web.see_other(".overview", programme=programme.code)
    return form_page("programme/new.html", form)


@bp.get("/p/<programme>/programme")
@allow(*MANAGE)
def overview(actor: Actor) -> Any:
    return web.page("programme/overview.html", overview=queries.overview(web.session(), actor))


@bp.route("/p/<programme>/programme/settings", methods=["GET", "POST"])
@allow(*MANAGE)
def settings(actor: Actor) -> Any:
    session = web.session()
    programme = queries.get_programme(session, actor)
    weights = {channel.value: programme.channel_weights.get(channel.value, 1) for channel in Channel}
    form = forms.SettingsForm(data={"name": programme.name, **weights})
    saved = accept(
        form,
        lambda: network.save_settings(
            session,
            actor,
            programme,
            name=form.name.data,
            weights={channel.value: float(form[channel.value].data) for channel in Channel},
            now=web.now(),
        ),
    )
    if saved is not None:
        flash(_("The settings are saved."))
        return web.see_other(".overview", programme=actor.programme)
    return form_page("programme/settings.html", form)


@bp.route("/p/<programme>/programme/brand", methods=["GET", "POST"])
@allow(*MANAGE)
def brand(actor: Actor) -> Any:
    """The client's colour and logo on printed reports."""
    session = web.session()
    programme = queries.get_programme(session, actor)
    form = forms.BrandForm(data={"accent": programme.accent})
    sent = b""
    if form.logo.data:
        sent = form.logo.data.read(LOGO_BYTES + 1)
        form.logo.data.close()
    logo = b"" if form.no_logo.data else (sent or None)
    accent = (form.accent.data or "").strip()
    saved = accept(form, lambda: network.save_brand(session, actor, programme, accent=accent, logo=logo, now=web.now()))
    if saved is not None:
        flash(_("The look of the reports is saved. Those issued already stay as they are."))
        return web.see_other(".brand", programme=actor.programme)
    return form_page("programme/brand.html", form, has_logo=bool(programme.logo))


@bp.get("/p/<programme>/programme/locations")
@allow(*MANAGE)
def locations(actor: Actor) -> Any:
    return _locations_page(actor, _region_form(actor))


def _locations_page(actor: Actor, form: forms.RegionForm) -> Any:
    page, text = web.page_number(), request.args.get("q", "").strip()
    rows = queries.locations(web.session(), actor, text=text, page=page)
    return form_page(
        "programme/locations.html",
        form,
        rows=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        page=page,
        text=text,
        regions=queries.regions(web.session(), actor),
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
    row = accept(
        form,
        lambda: network.add_region(web.session(), actor, parent=form.parent.data, name=form.name.data, now=web.now()),
    )
    if row is None:
        return _locations_page(actor, form)
    flash(_("The region %(path)s is added.", path=row.path))
    return web.see_other(".locations", programme=actor.programme)


@bp.route("/p/<programme>/programme/regions/<int:region_id>", methods=["GET", "POST"])
@allow(*MANAGE)
def region(actor: Actor, region_id: int) -> Any:
    """Show a region; rename it, or remove it when nothing belongs to it."""
    session = web.session()
    row = network.get_region(session, actor, region_id)
    rename = one_of(forms.RenameForm, "rename", data={"name": row.name})
    remove = one_of(forms.RemoveForm, "remove")
    now = web.now()
    renamed = accept(
        rename, lambda: network.rename_region(session, actor, row, name=rename.name.data, now=now), named="rename"
    )
    if renamed is not None:
        flash(_("The region is now called %(name)s.", name=row.name))
        return web.see_other(".locations", programme=actor.programme)
    if accept(remove, lambda: network.remove_region(session, actor, row, now), named="remove") is not None:
        flash(_("The region %(path)s is removed.", path=row.path))
        return web.see_other(".locations", programme=actor.programme)
    return web.page(
        "programme/region.html",
        422 if rename.errors or remove.errors else 200,
        region=row,
        use=queries.region_use(session, row),
        rename=rename,
        remove=remove,
    )


@bp.route("/p/<programme>/programme/new-location", methods=["GET", "POST"], defaults={"code": None})
@bp.route("/p/<programme>/programme/locations/<code>", methods=["GET", "POST"])
@allow(*MANAGE)
def location(actor: Actor, code: str | None) -> Any:
    session = web.session()
    row: Location | None = get_location(session, actor, code) if code else None
    heading = row.name if row else _("New location")
    form = forms.LocationForm(obj=row)
    if row is not None and not form.is_submitted():
        form.region.data = row.region.path  # the row's own `region` is no path
    form.region.choices = [SelectChoice(each.path) for each in queries.regions(session, actor)]
    known = {choice.value for choice in forms.ATTRIBUTES}
    imported = [SelectChoice(code) for code in (row.attributes if row else ()) if code not in known]
    form.attributes.choices = [*forms.ATTRIBUTES, *imported]
    names = ("code", "name", "format", "city", "attributes", "opened_on", "closed_on")
    saved = accept(
        form,
        lambda: network.save_location(
            session, actor, row, {name: form[name].data for name in names}, region=form.region.data, now=web.now()
        ),
    )
    if saved is not None:
        flash(_("The location %(name)s is saved.", name=saved.name))
        return web.see_other(".locations", programme=actor.programme)
    return form_page("programme/location.html", form, heading=heading)


@bp.get("/p/<programme>/programme/people")
@allow(*MANAGE)
def people(actor: Actor) -> Any:
    page, role, text = web.page_number(), request.args.get("role", ""), request.args.get("q", "").strip()[:100]
    new = request.args.get("new", 0, type=int)
    rows = queries.people(web.session(), actor, role=role, text=text, first=new, page=page)
    return web.page(
        "programme/people.html",
        rows=rows[: queries.PAGE],
        more=len(rows) > queries.PAGE,
        page=page,
        role=role,
        text=text,
        new=new,
        roles=forms.ROLES,
    )


@bp.route("/p/<programme>/programme/people/new", methods=["GET", "POST"])
@allow(*MANAGE)
def invite(actor: Actor) -> Any:
    session = web.session()
    form = forms.PersonForm()
    form.region.choices = [SelectChoice("", "–"), *(SelectChoice(row.path) for row in queries.regions(session, actor))]
    invited = accept(
        form,
        lambda: people_service.invite(
            session,
            actor.programme_id,
            email=form.email.data,
            name=form.name.data,
            role=Role(form.role.data),
            region=form.region.data,
            location=form.location.data,
            pseudonym=form.pseudonym.data,
            locale=web.locale(),
            actor_id=actor.user_id,
            now=web.now(),
        ),
    )
    if invited is None:
        return form_page("programme/invite.html", form)
    membership, token = invited
    _send_invitation(membership.user.email, token)
    flash(_("%(name)s is invited.", name=membership.shown_name))
    return web.see_other(".people", programme=actor.programme, new=membership.id)


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
    mail.post(web.session(), web.jobs(), to=email, subject=_("Your invitation"), body=body)


@bp.post("/p/<programme>/programme/people/<int:membership_id>")
@allow(*MANAGE)
def membership(actor: Actor, membership_id: int) -> Any:
    active = request.form.get("active") == "yes"
    people_service.set_membership_active(web.session(), actor, membership_id, active, web.now())
    flash(_("Access is given back.") if active else _("Access is taken away."))
    return web.see_other(".people", programme=actor.programme)
